import type { FlowEdgeView, FlowNodeView, Health } from '../../../core/contract/views.ts';
import { HEALTH_RANK } from '../../components/tone.ts';

/** All subscriptions between two parties, drawn as one line. */
export interface Line {
  /** `<from>><to>` */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly edges: readonly FlowEdgeView[];
  readonly perS: number;
  /** The worst of its edges. */
  readonly health: Health;
  readonly dropped: number;
}

export const worst = (states: readonly Health[]): Health =>
  states.reduce<Health>((found, state) => (HEALTH_RANK[state] < HEALTH_RANK[found] ? state : found), 'ok');

export const droppedOf = (edge: FlowEdgeView): number => Object.values(edge.books.dropped).reduce((sum, count) => sum + count, 0);

/** Whether an edge is one of several that share their subscription's queue. */
export const isShared = (edge: FlowEdgeView): boolean => edge.id !== edge.subscription;

/** Edges between the same two parties as one line; edges to unknown parties are left out. In the order of the first edge. */
export function linesOf(nodes: readonly FlowNodeView[], edges: readonly FlowEdgeView[]): Line[] {
  const known = new Set(nodes.map((node) => node.id));
  const groups = new Map<string, FlowEdgeView[]>();
  for (const edge of edges) {
    if (!known.has(edge.from) || !known.has(edge.to)) continue;
    const id = `${edge.from}>${edge.to}`;
    const group = groups.get(id);
    if (group) group.push(edge);
    else groups.set(id, [edge]);
  }
  return [...groups.entries()].map(([id, group]) => ({
    id,
    from: group[0]?.from ?? '',
    to: group[0]?.to ?? '',
    edges: group,
    perS: group.reduce((sum, edge) => sum + edge.perS, 0),
    health: worst(group.map((edge) => edge.health)),
    // what shares a queue shares its losses: they belong to no single line
    dropped: group.reduce((sum, edge) => sum + (isShared(edge) ? 0 : droppedOf(edge)), 0),
  }));
}

/** How strong a line is drawn: 1.5 to 4 px, growing with the logarithm of the rate. */
export const strokeOf = (perS: number): number => 1.5 + Math.min(2.5, Math.log10(1 + Math.max(0, perS)) * 1.1);

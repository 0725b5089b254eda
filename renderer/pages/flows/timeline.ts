import type { HopKind, HopView, TraceView } from '../../../core/contract/views.ts';

/** One hop with the step that led to it. */
export interface Step {
  readonly hop: HopView;
  /** Where it came from, as an index into the steps; null for the first. */
  readonly after: number | null;
  readonly stepUs: number;
  /** Where its bar begins and how long it is, as shares 0..1 of the whole. */
  readonly begin: number;
  readonly share: number;
}

export type Open =
  | { readonly kind: 'cloud'; readonly place: string }
  | { readonly kind: 'acknowledgement'; readonly place: string }
  | { readonly kind: 'queue'; readonly place: string; readonly target: string }
  | { readonly kind: 'function'; readonly place: string };

export interface Timeline {
  readonly steps: readonly Step[];
  readonly totalUs: number;
  /** The step that took longest on the way to the last hop. */
  readonly longest: { readonly kind: HopKind; readonly place: string; readonly us: number; readonly share: number } | null;
  /** What has not arrived yet. */
  readonly open: readonly Open[];
  readonly dropped: readonly HopView[];
}

const spoolOf = (hop: HopView): string | null => /spool (\d+)/.exec(hop.detail)?.[1] ?? null;

/** The newest hop before `index` that fits. */
function lastBefore(hops: readonly HopView[], index: number, fits: (hop: HopView) => boolean): number | null {
  for (let i = index - 1; i >= 0; i -= 1) {
    const hop = hops[i];
    if (hop && fits(hop)) return i;
  }
  return null;
}

/** What a hop followed: messages fork at the router, so it is not always the one before it in time. */
function cameFrom(hops: readonly HopView[], index: number): number | null {
  const hop = hops[index];
  if (!hop || index === 0) return null;
  const before = (fits: (other: HopView) => boolean): number | null => lastBefore(hops, index, fits);
  const routedTo = (): number | null =>
    before((other) => other.kind === 'routed' && (other.place === hop.detail || other.place === hop.place)) ??
    before((other) => other.kind === 'routed' && other.detail === `to ${hop.place}`);
  const found = ((): number | null => {
    switch (hop.kind) {
      case 'published':
        return (
          before((other) => other.kind === 'function-ended' && other.place === hop.place) ??
          before((other) => other.kind === 'decoded')
        );
      case 'routed':
        return before((other) => other.kind === 'published');
      case 'function-ended':
        return before((other) => other.kind === 'function-started' && other.place === hop.place);
      case 'function-started':
      case 'delivered':
      case 'stored':
      case 'dropped':
        return routedTo();
      case 'sent': {
        // the spool is first in, first out: the second that is sent is the second that was stored
        const earlier = hops.slice(0, index).filter((other) => other.kind === 'sent').length;
        const stored = hops.flatMap((other, i) => (other.kind === 'stored' && i < index ? [i] : []));
        return stored[Math.min(earlier, stored.length - 1)] ?? null;
      }
      case 'acknowledged': {
        const spool = spoolOf(hop);
        return before((other) => other.kind === 'sent' && spoolOf(other) === spool) ?? before((other) => other.kind === 'sent');
      }
      default:
        return index - 1;
    }
  })();
  return found ?? index - 1;
}

function openEnds(steps: readonly Step[]): Open[] {
  const followed = (index: number): Step[] => steps.filter((step) => step.after === index);
  return steps.flatMap(({ hop }, index): Open[] => {
    if (hop.kind === 'routed' && followed(index).length === 0) {
      return [{ kind: 'queue', place: hop.place, target: hop.detail.replace(/^to /, '') }];
    }
    if (hop.kind === 'function-started' && !followed(index).some((step) => step.hop.kind === 'function-ended')) {
      return [{ kind: 'function', place: hop.place }];
    }
    if (hop.kind === 'stored' && !followed(index).some((step) => step.hop.kind === 'sent' || step.hop.kind === 'dropped')) {
      return [{ kind: 'cloud', place: hop.detail }];
    }
    if (hop.kind === 'sent' && !followed(index).some((step) => step.hop.kind === 'acknowledged')) {
      return [{ kind: 'acknowledgement', place: hop.place }];
    }
    return [];
  });
}

function longestOf(steps: readonly Step[], totalUs: number): Timeline['longest'] {
  let at: number | null = steps.length - 1;
  let longest: Step | null = null;
  while (at !== null && at >= 0) {
    const step: Step | undefined = steps[at];
    if (!step) break;
    if (!longest || step.stepUs > longest.stepUs) longest = step;
    at = step.after;
  }
  if (!longest || totalUs <= 0) return null;
  return { kind: longest.hop.kind, place: longest.hop.place, us: longest.stepUs, share: longest.stepUs / totalUs };
}

/** The steps of a trace with their times, what took longest on the way to its last hop, and what is still outstanding. Pure. */
export function timelineOf(trace: Pick<TraceView, 'hops'>): Timeline {
  const hops = [...trace.hops].sort((a, b) => a.afterUs - b.afterUs); // a stable sort: equal times keep their order
  const totalUs = hops.at(-1)?.afterUs ?? 0;
  const share = (us: number): number => (totalUs > 0 ? us / totalUs : 0);
  const steps = hops.map((hop, index): Step => {
    const after = cameFrom(hops, index);
    const begin = after === null ? hop.afterUs : (hops[after]?.afterUs ?? hop.afterUs);
    const stepUs = Math.max(0, hop.afterUs - begin);
    return { hop, after, stepUs, begin: share(begin), share: share(stepUs) };
  });
  return {
    steps,
    totalUs,
    longest: longestOf(steps, totalUs),
    open: openEnds(steps),
    dropped: hops.filter((hop) => hop.kind === 'dropped'),
  };
}

/** The traces that were asked for first, the newest on top. */
export function orderTraces(traces: readonly TraceView[]): TraceView[] {
  const rank = (trace: TraceView): number => (trace.reason === 'asked' ? 0 : 1);
  return [...traces].sort((a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt);
}

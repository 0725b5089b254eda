import type { FlowNodeView } from '../../../core/contract/views.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where lines that pass the middle column run side by side: all that lead to one party. */
export interface Lane extends Box {
  /** `<to>` for lines to the right, `back:<from>` for lines to the left. */
  readonly id: string;
  readonly lines: readonly string[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lanes: readonly Lane[];
  /** An SVG path and the middle of its label for each line. */
  readonly paths: ReadonlyMap<string, { readonly d: string; readonly label: Point; readonly lane: string | null }>;
}

export type LayoutNode = Pick<FlowNodeView, 'id' | 'kind' | 'label'>;
export interface LayoutLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export const BOX = { width: 224, height: 72, gapX: 144, gapY: 16, lane: 48 } as const;
const COLUMN: Readonly<Record<FlowNodeView['kind'], 0 | 1 | 2>> = {
  device: 0,
  function: 1,
  local: 1,
  history: 2,
  alarms: 2,
  cloud: 2,
};
const SWEEPS = 6;
const PORT_GAP = 16;

interface Slot {
  readonly id: string;
  readonly column: 0 | 1 | 2;
  readonly label: string;
  readonly lane: boolean;
  height: number;
  /** Middle, set while the columns are ordered. */
  y: number;
}
interface Span {
  readonly line: LayoutLine;
  /** The slots it passes, from first to last. */
  readonly via: readonly string[];
  readonly lane: string | null;
}

const byLabel = (a: Slot, b: Slot): number => a.label.localeCompare(b.label, 'en', { numeric: true }) || (a.id < b.id ? -1 : 1);

/** The lane of a line that passes the middle column, or null where its ends are neighbours. */
function laneOf(from: Slot, to: Slot): string | null {
  if (Math.abs(from.column - to.column) < 2) return null;
  return to.column > from.column ? `lane:${to.id}` : `lane:back:${from.id}`;
}

function spansOf(slots: Map<string, Slot>, lines: readonly LayoutLine[]): Span[] {
  return lines.flatMap((line) => {
    const from = slots.get(line.from);
    const to = slots.get(line.to);
    if (!from || !to) return [];
    const lane = laneOf(from, to);
    if (lane !== null && !slots.has(lane)) {
      slots.set(lane, { id: lane, column: 1, label: lane, lane: true, height: BOX.lane, y: 0 });
    }
    return [{ line, via: lane === null ? [line.from, line.to] : [line.from, lane, line.to], lane }];
  });
}

/** Puts a column's slots under one another, around y = 0. */
function stack(column: readonly Slot[]): void {
  const height = column.reduce((sum, slot) => sum + slot.height + BOX.gapY, -BOX.gapY);
  let top = -height / 2;
  for (const slot of column) {
    slot.y = top + slot.height / 2;
    top += slot.height + BOX.gapY;
  }
}

/** Pairs of neighbours-by-column hops: what pulls slots up or down. */
function pullsOf(spans: readonly Span[]): Map<string, string[]> {
  const pulls = new Map<string, string[]>();
  const add = (at: string, other: string): void => {
    const known = pulls.get(at);
    if (known) known.push(other);
    else pulls.set(at, [other]);
  };
  for (const { via } of spans) {
    via.forEach((at, i) => {
      const next = via[i + 1];
      if (next === undefined) return;
      add(at, next);
      add(next, at);
    });
  }
  return pulls;
}

/** Orders each column by the middle of its neighbours in the others, to and fro, so that few lines cross. */
function order(columns: Slot[][], slots: Map<string, Slot>, pulls: Map<string, string[]>): void {
  for (const column of columns) {
    column.sort(byLabel);
    stack(column);
  }
  const middle = (slot: Slot): number => {
    const others = (pulls.get(slot.id) ?? []).flatMap((id) => {
      const other = slots.get(id);
      return other && other.column !== slot.column ? [other.y] : [];
    });
    return others.length === 0 ? slot.y : others.reduce((sum, y) => sum + y, 0) / others.length;
  };
  const round = [1, 2, 1, 0];
  for (let sweep = 0; sweep < SWEEPS * round.length; sweep += 1) {
    const column = columns[round[sweep % round.length] ?? 1] ?? [];
    const wanted = new Map(column.map((slot) => [slot.id, middle(slot)]));
    column.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0) || byLabel(a, b));
    stack(column);
  }
}

type Side = 'left' | 'right';
interface Port {
  readonly line: string;
  readonly side: Side;
  readonly toward: number;
}

/** Heights of the points on a slot's sides where lines end, in the order of what they lead to, so that they do not cross there. */
function placePorts(slot: Slot, ports: readonly Port[]): Map<string, number> {
  const placed = new Map<string, number>();
  for (const side of ['left', 'right'] as const) {
    const here = ports.filter((port) => port.side === side).sort((a, b) => a.toward - b.toward || (a.line < b.line ? -1 : 1));
    const room = slot.height - 20;
    const gap = here.length > 1 ? Math.min(PORT_GAP, room / (here.length - 1)) : 0;
    here.forEach((port, i) => {
      placed.set(`${port.line} ${side}`, slot.y + (i - (here.length - 1) / 2) * gap);
    });
  }
  return placed;
}

/** A piece of a line: a cubic from `a` to `b`. */
interface Piece {
  readonly a: Point;
  readonly c1: Point;
  readonly c2: Point;
  readonly b: Point;
}

function piece(a: Point, b: Point): Piece {
  const pull = Math.max(40, Math.abs(b.x - a.x) / 2) * (b.x >= a.x ? 1 : -1);
  return { a, c1: { x: a.x + pull, y: a.y }, c2: { x: b.x - pull, y: b.y }, b };
}
const curve = ({ c1, c2, b }: Piece): string => `C ${c1.x} ${c1.y}, ${c2.x} ${c2.y}, ${b.x} ${b.y}`;

function pointOn({ a, c1, c2, b }: Piece, t: number): Point {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number): number =>
    u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, c1.x, c2.x, b.x), y: mix(a.y, c1.y, c2.y, b.y) };
}

interface Drawn {
  readonly d: string;
  /** Where the label may sit. */
  readonly first: Piece;
}

/** The way of one line; the members of a lane share one height inside it. */
function draw(
  span: Span,
  slots: Map<string, Slot>,
  left: (slot: Slot) => number,
  port: (slot: Slot, line: string, side: Side) => number,
): Drawn | null {
  const [from, to] = [slots.get(span.line.from), slots.get(span.line.to)];
  if (!from || !to) return null;
  const forward = to.column >= from.column;
  const same = to.column === from.column;
  const outSide: Side = forward ? 'right' : 'left';
  const inSide: Side = same ? 'right' : forward ? 'left' : 'right';
  const edge = (slot: Slot, side: Side): number => left(slot) + (side === 'right' ? BOX.width : 0);
  const a = { x: edge(from, outSide), y: port(from, span.line.id, outSide) };
  const b = { x: edge(to, inSide), y: port(to, span.line.id, inSide) };
  if (same) {
    const far = a.x + BOX.gapX * 0.45;
    const first: Piece = { a, c1: { x: far, y: a.y }, c2: { x: far, y: b.y }, b };
    return { d: `M ${a.x} ${a.y} ${curve(first)}`, first };
  }
  const lane = span.lane === null ? undefined : slots.get(span.lane);
  if (!lane) {
    const first = piece(a, b);
    return { d: `M ${a.x} ${a.y} ${curve(first)}`, first };
  }
  const begin = { x: edge(lane, forward ? 'left' : 'right'), y: lane.y };
  const end = { x: edge(lane, forward ? 'right' : 'left'), y: lane.y };
  const first = piece(a, begin);
  return { d: `M ${a.x} ${a.y} ${curve(first)} L ${end.x} ${end.y} ${curve(piece(end, b))}`, first };
}

const LABEL = { width: 62, height: 38 } as const;
const LABEL_PLACES: readonly number[] = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.15, 0.85];

/** Puts each label on its line where it covers no other one, as near to the middle as there is room. Labels on lanes' lines come last: they are seldom seen. */
function placeLabels(
  lines: readonly { readonly id: string; readonly first: Piece; readonly lane: boolean }[],
): Map<string, Point> {
  const placed = new Map<string, Point>();
  const overlap = (p: Point, q: Point): number =>
    Math.max(0, LABEL.width - Math.abs(p.x - q.x)) * Math.max(0, LABEL.height - Math.abs(p.y - q.y));
  for (const line of [...lines].sort((a, b) => Number(a.lane) - Number(b.lane))) {
    const options = LABEL_PLACES.map((t) => pointOn(line.first, t));
    const cost = (p: Point): number => [...placed.values()].reduce((sum, q) => sum + overlap(p, q), 0);
    const best = options.reduce((found, p) => (cost(p) < cost(found) ? p : found), options[0] ?? line.first.a);
    placed.set(line.id, best);
  }
  return placed;
}

/** How tall a slot must be so that its lines have room. */
function grow(slot: Slot, spans: readonly Span[]): void {
  if (slot.lane) return;
  const into = new Set(spans.filter((span) => span.line.to === slot.id).map((span) => span.lane ?? span.line.id)).size;
  const out = new Set(spans.filter((span) => span.line.from === slot.id).map((span) => span.lane ?? span.line.id)).size;
  slot.height = Math.max(BOX.height, 20 + (Math.max(into, out) - 1) * PORT_GAP);
}

/** The height at which a line leaves or reaches a slot. */
function portsOf(spans: readonly Span[], slots: Map<string, Slot>): (slot: Slot, line: string, side: Side) => number {
  const ports = new Map<string, Port[]>();
  const wish = (slot: string, port: Port): void => void ports.set(slot, [...(ports.get(slot) ?? []), port]);
  for (const { line, via, lane } of spans) {
    const [from, to] = [slots.get(line.from), slots.get(line.to)];
    if (!from || !to) continue;
    const same = from.column === to.column;
    const forward = to.column >= from.column;
    wish(line.from, { line: line.id, side: forward ? 'right' : 'left', toward: slots.get(via[1] ?? '')?.y ?? 0 });
    const shared = lane === null ? line.id : lane;
    const known = ports.get(line.to)?.some((port) => port.line === shared);
    if (!known)
      wish(line.to, {
        line: shared,
        side: same ? 'right' : forward ? 'left' : 'right',
        toward: slots.get(via.at(-2) ?? '')?.y ?? 0,
      });
  }
  const placed = new Map([...slots.values()].map((slot) => [slot.id, placePorts(slot, ports.get(slot.id) ?? [])]));
  const laneFor = new Map(spans.map((span) => [span.line.id, span.lane]));
  return (slot, line, side) =>
    placed.get(slot.id)?.get(`${line} ${side}`) ?? placed.get(slot.id)?.get(`${laneFor.get(line) ?? ''} ${side}`) ?? slot.y;
}

/**
 * Three tidy columns: devices, then functions and local clients, then history, alarms and cloud. Lines that pass the middle
 * column are gathered in lanes between its boxes. Depends on names and connections only, so the picture stands still
 * while rates change.
 */
export function layoutFlow(nodes: readonly LayoutNode[], lines: readonly LayoutLine[]): Layout {
  const slots = new Map<string, Slot>(
    nodes.map((node) => [
      node.id,
      { id: node.id, column: COLUMN[node.kind], label: node.label, lane: false, height: BOX.height, y: 0 },
    ]),
  );
  const spans = spansOf(slots, lines);
  for (const slot of slots.values()) grow(slot, spans);
  const columns: Slot[][] = [[], [], []];
  for (const slot of slots.values()) columns[slot.column]?.push(slot);
  order(columns, slots, pullsOf(spans));

  const used = columns.map((column) => column.length > 0);
  const left = (slot: Slot): number => used.slice(0, slot.column).filter(Boolean).length * (BOX.width + BOX.gapX);
  const top = Math.min(0, ...[...slots.values()].map((slot) => slot.y - slot.height / 2));
  for (const slot of slots.values()) slot.y -= top;

  const port = portsOf(spans, slots);
  const drawn = spans.flatMap((span) => {
    const one = draw(span, slots, left, port);
    return one ? [{ span, ...one }] : [];
  });
  const labels = placeLabels(drawn.map(({ span, first }) => ({ id: span.line.id, first, lane: span.lane !== null })));
  const all = [...slots.values()];
  const box = (slot: Slot): Box => ({ x: left(slot), y: slot.y - slot.height / 2, width: BOX.width, height: slot.height });
  return {
    width: used.filter(Boolean).length * (BOX.width + BOX.gapX) - BOX.gapX,
    height: Math.max(0, ...all.map((slot) => slot.y + slot.height / 2)),
    boxes: new Map(all.filter((slot) => !slot.lane).map((slot) => [slot.id, box(slot)])),
    lanes: all
      .filter((slot) => slot.lane)
      .map((slot) => ({
        ...box(slot),
        id: slot.id.slice('lane:'.length),
        lines: spans.filter((span) => span.lane === slot.id).map((span) => span.line.id),
      })),
    paths: new Map(
      drawn.map(({ span, d }) => [
        span.line.id,
        {
          d,
          label: labels.get(span.line.id) ?? { x: 0, y: 0 },
          lane: span.lane === null ? null : span.lane.slice('lane:'.length),
        },
      ]),
    ),
  };
}

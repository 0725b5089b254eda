import { describe, expect, it } from 'vitest';
import type { FlowEdgeView, FlowNodeView } from '../../../core/contract/views.ts';
import { linesOf } from '../../../renderer/pages/flows/graph.ts';
import { type LayoutLine, type LayoutNode, layoutFlow } from '../../../renderer/pages/flows/layout.ts';
import { litLines, selectedEdges } from '../../../renderer/pages/flows/selection.ts';

const node = (id: string, kind: FlowNodeView['kind'], label = id): LayoutNode => ({ id, kind, label });
const line = (from: string, to: string): LayoutLine => ({ id: `${from}>${to}`, from, to });
const edge = (id: string, from: string, to: string, more: Partial<FlowEdgeView> = {}): FlowEdgeView => ({
  id,
  subscription: id.split('/')[0] ?? id,
  from,
  to,
  subject: '#',
  perS: 1,
  lastAt: null,
  health: 'ok',
  problem: '',
  queueSize: 10,
  whenFull: 'drop-oldest',
  books: { in: 1, out: 1, waiting: 0, dropped: {}, balanced: true },
  ...more,
});
const view = (one: LayoutNode): FlowNodeView => ({ ...one, health: 'ok', detail: '', inPerS: 0, outPerS: 0 });

const NODES = [
  node('device:a', 'device'),
  node('device:b', 'device'),
  node('device:c', 'device'),
  node('function:f', 'function'),
  node('function:g', 'function'),
  node('local', 'local'),
  node('history', 'history'),
  node('cloud', 'cloud'),
];
const top = (id: string, nodes: readonly LayoutNode[], lines: readonly LayoutLine[]): number =>
  layoutFlow(nodes, lines).boxes.get(id)?.y ?? Number.NaN;

describe('the layout of the picture', () => {
  it('puts devices left, functions and local clients in the middle, the rest right', () => {
    const { boxes } = layoutFlow(NODES, []);
    const left = (id: string): number => boxes.get(id)?.x ?? Number.NaN;
    expect(new Set(['device:a', 'device:b', 'device:c'].map(left)).size).toBe(1);
    expect(new Set(['function:f', 'function:g', 'local'].map(left)).size).toBe(1);
    expect(left('device:a')).toBeLessThan(left('function:f'));
    expect(left('local')).toBeLessThan(left('history'));
    expect(left('history')).toBe(left('cloud'));
  });

  it('leaves no two boxes or lanes on top of each other', () => {
    const lines = ['device:a', 'device:b', 'device:c'].flatMap((id) => [line(id, 'history'), line(id, 'cloud')]);
    const { boxes, lanes } = layoutFlow(NODES, [...lines, line('function:f', 'cloud')]);
    const all = [...boxes.values(), ...lanes];
    const overlapping = all.flatMap((a, i) =>
      all.slice(i + 1).filter((b) => a.x === b.x && a.y < b.y + b.height && b.y < a.y + a.height),
    );
    expect(overlapping).toEqual([]);
    expect(Math.min(...all.map((box) => box.y))).toBeGreaterThanOrEqual(0);
  });

  it('orders the middle by what it is connected to, so that lines do not cross', () => {
    const lines = [line('device:a', 'function:g'), line('device:c', 'function:f')];
    expect(top('function:g', NODES, lines)).toBeLessThan(top('function:f', NODES, lines));
  });

  it('gathers lines that pass the middle in one lane per target', () => {
    const lines = [
      line('device:a', 'history'),
      line('device:b', 'history'),
      line('device:c', 'cloud'),
      line('device:a', 'function:f'),
    ];
    const { lanes, paths } = layoutFlow(NODES, lines);
    expect(lanes.map((lane) => [lane.id, lane.lines.length]).sort()).toEqual([
      ['cloud', 1],
      ['history', 2],
    ]);
    expect(paths.get('device:a>history')?.lane).toBe('history');
    expect(paths.get('device:a>function:f')?.lane).toBeNull();
    expect(paths.size).toBe(4);
  });

  it('draws lines backwards and within a column', () => {
    const { paths } = layoutFlow(NODES, [line('cloud', 'local'), line('function:f', 'function:g'), line('cloud', 'device:a')]);
    expect(paths.get('cloud>device:a')?.lane).toBe('back:cloud');
    for (const { d } of paths.values()) expect(d).not.toContain('NaN');
  });

  it('is the same for the same site in another order', () => {
    const lines = [line('device:a', 'history'), line('device:b', 'function:f'), line('function:f', 'cloud')];
    const one = layoutFlow(NODES, lines);
    const other = layoutFlow([...NODES].reverse(), [...lines].reverse());
    for (const [id, box] of one.boxes) expect(other.boxes.get(id)).toEqual(box);
  });

  it('keeps labels of neighbouring lines apart', () => {
    const lines = [line('function:f', 'cloud'), line('cloud', 'local'), line('local', 'cloud'), line('function:g', 'cloud')];
    const labels = [...layoutFlow(NODES, lines).paths.values()].map((path) => path.label);
    for (const [i, a] of labels.entries()) {
      for (const b of labels.slice(i + 1)) expect(Math.abs(a.x - b.x) > 30 || Math.abs(a.y - b.y) > 16).toBe(true);
    }
  });
});

describe('lines and selections', () => {
  const edges = [
    edge('to-history/a', 'device:a', 'history', {
      books: { in: 9, out: 1, waiting: 0, dropped: { 'queue-full': 8 }, balanced: true },
    }),
    edge('one', 'device:a', 'cloud', { health: 'degraded', perS: 2 }),
    edge('two', 'device:a', 'cloud', { perS: 3 }),
    edge('lost', 'device:gone', 'cloud'),
  ];
  const lines = linesOf(NODES.map(view), edges);
  const { lanes } = layoutFlow(NODES, lines);

  it('draws all subscriptions between two parties as one line with the worst state and the sum of the rates', () => {
    const both = lines.find((one) => one.id === 'device:a>cloud');
    expect(both).toMatchObject({ health: 'degraded', perS: 5 });
    expect(both?.edges.map((one) => one.id)).toEqual(['one', 'two']);
    expect(lines).toHaveLength(2); // a party that is not there has no line
  });

  it('does not count the losses of a shared queue on each of its lines', () => {
    expect(lines.find((one) => one.to === 'history')?.dropped).toBe(0);
  });

  it('lights the lines of what is selected and dims the others', () => {
    expect(litLines(null, lines, lanes)).toBeNull();
    expect([...(litLines({ kind: 'node', id: 'history' }, lines, lanes) ?? [])]).toEqual(['device:a>history']);
    expect([...(litLines({ kind: 'lane', id: 'cloud' }, lines, lanes) ?? [])]).toEqual(['device:a>cloud']);
    expect(selectedEdges({ kind: 'edge', id: 'two' }, lines, lanes).map((one) => one.id)).toEqual(['two']);
    expect(selectedEdges({ kind: 'line', id: 'device:a>cloud' }, lines, lanes)).toHaveLength(2);
  });
});

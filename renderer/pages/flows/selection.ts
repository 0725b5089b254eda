import type { FlowEdgeView } from '../../../core/contract/views.ts';
import type { Line } from './graph.ts';
import type { Layout } from './layout.ts';

/** What was touched in the picture or the list. */
export type Selection =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'line'; readonly id: string }
  | { readonly kind: 'lane'; readonly id: string }
  | { readonly kind: 'edge'; readonly id: string };

const linesIn = (selection: Selection, lines: readonly Line[], lanes: Layout['lanes']): readonly Line[] => {
  switch (selection.kind) {
    case 'node':
      return lines.filter((line) => line.from === selection.id || line.to === selection.id);
    case 'line':
      return lines.filter((line) => line.id === selection.id);
    case 'edge':
      return lines.filter((line) => line.edges.some((edge) => edge.id === selection.id));
    case 'lane': {
      const lane = lanes.find((one) => one.id === selection.id);
      return lines.filter((line) => lane?.lines.includes(line.id));
    }
  }
};

/** The lines that stand out for a selection; the others are dimmed. Null: none is dimmed. */
export function litLines(
  selection: Selection | null,
  lines: readonly Line[],
  lanes: Layout['lanes'],
): ReadonlySet<string> | null {
  return selection === null ? null : new Set(linesIn(selection, lines, lanes).map((line) => line.id));
}

/** The edges that a selection is about. */
export function selectedEdges(selection: Selection, lines: readonly Line[], lanes: Layout['lanes']): FlowEdgeView[] {
  const edges = linesIn(selection, lines, lanes).flatMap((line) => line.edges);
  return selection.kind === 'edge' ? edges.filter((edge) => edge.id === selection.id) : edges;
}

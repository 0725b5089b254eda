import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl } from '../../components/Choices.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { HEALTH_TONE } from '../../components/tone.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { useNow } from '../../hooks/use-now.ts';
import { go } from '../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { flows as text } from '../../text/flows.ts';
import type { PageProps } from '../page.ts';
import './flows.css';
import './panel.css';
import './traces.css';
import { FlowList } from './FlowList.tsx';
import { EdgePanel, NodePanel } from './FlowPanel.tsx';
import { FlowPicture } from './FlowPicture.tsx';
import { linesOf, worst } from './graph.ts';
import { type LayoutLine, type LayoutNode, layoutFlow } from './layout.ts';
import { type Selection, selectedEdges } from './selection.ts';
import { Traces } from './TraceView.tsx';

type View = keyof typeof text.views;

function viewOf(query: URLSearchParams, phone: boolean): View {
  const asked = query.get('view');
  if (asked === 'picture' || asked === 'list' || asked === 'traces') return asked;
  return query.has('trace') ? 'traces' : phone ? 'list' : 'picture';
}

function selectionOf(query: URLSearchParams): Selection | null {
  const edge = query.get('edge');
  const node = query.get('node');
  return edge !== null ? { kind: 'edge', id: edge } : node !== null ? { kind: 'node', id: node } : null;
}

/** The layout, made anew only when parties or connections change. */
function useLayout(nodes: readonly LayoutNode[], lines: readonly LayoutLine[]): ReturnType<typeof layoutFlow> {
  const key = JSON.stringify([
    nodes.map(({ id, kind, label }) => ({ id, kind, label })),
    lines.map(({ id, from, to }) => ({ id, from, to })),
  ]);
  return useMemo(() => {
    const [parties, ways] = JSON.parse(key) as [LayoutNode[], LayoutLine[]]; // what was written two lines above
    return layoutFlow(parties, ways);
  }, [key]);
}

function Flows(props: PageProps): ReactNode {
  const phone = usePhone();
  const now = useNow();
  const nodeTable = useRows('nodes');
  const edgeTable = useRows('edges');
  const [view, setView] = useState<View>(() => viewOf(props.query, phone));
  const [selection, setSelection] = useState<Selection | null>(() => selectionOf(props.query));
  const [trace, setTrace] = useState<string | null>(() => props.query.get('trace'));
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const nodes = useMemo(() => rowsOf(nodeTable), [nodeTable]);
  const edges = useMemo(() => rowsOf(edgeTable), [edgeTable]);
  const lines = useMemo(() => linesOf(nodes, edges), [nodes, edges]);
  const layout = useLayout(nodes, lines);
  const labelOf = useCallback((party: string) => nodeTable.byId[party]?.label ?? party, [nodeTable]);
  const choose = useCallback((id: string) => setSelection({ kind: 'edge', id }), []);
  const rows = useMemo(
    () =>
      edges.map((edge) => ({
        edge,
        from: labelOf(edge.from),
        to: labelOf(edge.to),
        chosen: selection?.kind === 'edge' && selection.id === edge.id,
        onChoose: choose,
      })),
    [edges, labelOf, selection, choose],
  );
  const close = useCallback(() => setSelection(null), []);
  const openTrace = (id: string | null): void => {
    setTrace(id);
    setSelection(null);
    setView('traces');
  };
  const asked = (): void => {
    setAskedAt(now - 1000);
    openTrace(null);
  };
  if (nodeTable.status === 'loading' || edgeTable.status === 'loading') return <Skeleton rows={8} />;
  if (nodes.length === 0) {
    return (
      <EmptyNotice
        title={text.empty}
        body={text.emptyBody}
        action={<Button onClick={() => go('deployments')}>{text.emptyAction}</Button>}
      />
    );
  }
  const wrong = edges.filter((edge) => edge.health !== 'ok' && edge.health !== 'starting');
  const chosenEdges = selection ? selectedEdges(selection, lines, layout.lanes) : [];
  const node = selection?.kind === 'node' ? nodeTable.byId[selection.id] : undefined;
  const panel =
    view === 'traces' || selection === null ? null : node ? (
      <NodePanel
        key={node.id}
        node={node}
        edges={chosenEdges}
        labelOf={labelOf}
        onClose={close}
        onEdge={choose}
        onAsked={asked}
      />
    ) : chosenEdges.length > 0 ? (
      <EdgePanel
        key={`${selection.kind} ${selection.id}`}
        edges={chosenEdges}
        labelOf={labelOf}
        onClose={close}
        onTrace={openTrace}
        onAsked={asked}
      />
    ) : null;
  return (
    <div className="page page-fill flows">
      <div className="page-head">
        <h1 className={phone ? 'visually-hidden' : undefined}>{text.title}</h1>
        <span className="grow">
          {wrong.length > 0 && (
            <StateBadge tone={HEALTH_TONE[worst(wrong.map((edge) => edge.health))]} label={text.wrong(wrong.length)} />
          )}
        </span>
        <SegmentedControl
          label={text.view}
          value={view}
          choices={(['picture', 'list', 'traces'] as const).map((value) => ({ value, label: text.views[value] }))}
          onChange={setView}
        />
      </div>
      <div className="flows-body">
        {view === 'picture' && (
          <FlowPicture nodes={nodes} lines={lines} layout={layout} selection={selection} onSelect={setSelection} />
        )}
        {view === 'list' && <FlowList rows={rows} beside={panel !== null} />}
        {view === 'traces' && <Traces chosen={trace} onChoose={setTrace} askedAt={askedAt} onAsked={asked} />}
        {panel}
      </div>
    </div>
  );
}

/**
 * The picture of the site, its flows as a list, and traces: `#/flows`, `?view=list`, `?edge=<id>`, `?node=<id>`, `?trace=<id>`.
 * Another address begins anew.
 */
export function FlowsPage(props: PageProps): ReactNode {
  return <Flows key={props.query.toString()} {...props} />;
}

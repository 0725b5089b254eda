import { MarkerType, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import Expand from 'lucide-react/icons/expand';
import Minus from 'lucide-react/icons/minus';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import type { FlowNodeView } from '../../../core/contract/views.ts';
import { IconButton } from '../../components/Button.tsx';
import { HEALTH_WORD } from '../../components/tone.ts';
import { flows as text } from '../../text/flows.ts';
import { type Line, worst } from './graph.ts';
import type { Layout } from './layout.ts';
import { type FlowLine, FlowLineView, LaneLabel, type LaneNode, Party, type PartyNode } from './parts.tsx';
import { litLines, type Selection } from './selection.ts';

const NODE_TYPES = { party: Party, lane: LaneLabel };
const EDGE_TYPES = { flow: FlowLineView };
/** Words smaller than this cannot be read: rather a part of the picture is out of sight. */
const SMALLEST = 0.66;

export interface PictureProps {
  readonly nodes: readonly FlowNodeView[];
  readonly lines: readonly Line[];
  readonly layout: Layout;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection | null) => void;
}

/** Without it every new value would count as a new node: all edges would vanish until it was measured again. */
const measuredOf = (box: { readonly width: number; readonly height: number }) => ({ width: box.width, height: box.height });

function partiesOf(props: PictureProps, lit: ReadonlySet<string> | null, onChoose: (id: string) => void): PartyNode[] {
  const near = new Set(props.lines.filter((line) => lit?.has(line.id)).flatMap((line) => [line.from, line.to]));
  return props.nodes.flatMap((view): PartyNode[] => {
    const box = props.layout.boxes.get(view.id);
    if (!box) return [];
    const chosen = props.selection?.kind === 'node' && props.selection.id === view.id;
    return [
      {
        id: view.id,
        type: 'party',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        measured: measuredOf(box),
        data: { view, chosen, lit: lit === null || chosen || near.has(view.id), onChoose },
      },
    ];
  });
}

function lanesOf(props: PictureProps, lit: ReadonlySet<string> | null, onChoose: (id: string) => void): LaneNode[] {
  const labels = new Map(props.nodes.map((node) => [node.id, node.label]));
  const byId = new Map(props.lines.map((line) => [line.id, line]));
  return props.layout.lanes.map((lane) => {
    const lines = lane.lines.flatMap((id) => byId.get(id) ?? []);
    const end = lines[0]?.to ?? '';
    return {
      id: `lane:${lane.id}`,
      type: 'lane',
      position: { x: lane.x, y: lane.y },
      width: lane.width,
      height: lane.height,
      measured: measuredOf(lane),
      zIndex: 2,
      data: {
        to: labels.get(end) ?? end,
        count: lines.reduce((sum, line) => sum + line.edges.length, 0),
        perS: lines.reduce((sum, line) => sum + line.perS, 0),
        health: worst(lines.map((line) => line.health)),
        lit: lit === null || lines.some((line) => lit.has(line.id)),
        chosen: props.selection?.kind === 'lane' && props.selection.id === lane.id,
        onChoose,
      },
    };
  });
}

function drawnLines(props: PictureProps, lit: ReadonlySet<string> | null, onChoose: (id: string) => void): FlowLine[] {
  const labels = new Map(props.nodes.map((node) => [node.id, node.label]));
  return props.lines.flatMap((line): FlowLine[] => {
    const path = props.layout.paths.get(line.id);
    if (!path) return [];
    const bright = lit?.has(line.id) ?? false;
    const broken = line.health !== 'ok' || line.dropped > 0;
    const name = line.edges.map((edge) => edge.subscription).join(', ');
    const color = line.health === 'ok' ? 'var(--flow-grey)' : `var(--flow-${line.health})`;
    return [
      {
        id: line.id,
        type: 'flow',
        source: line.from,
        target: line.to,
        zIndex: bright || broken ? 1 : 0,
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, markerUnits: 'userSpaceOnUse', color },
        data: {
          d: path.d,
          x: path.label.x,
          y: path.label.y,
          perS: line.perS,
          health: line.health,
          dropped: line.dropped,
          lit: lit === null || bright,
          labelled: path.lane === null || bright || broken,
          name: text.edgeName(name, labels.get(line.from) ?? line.from, labels.get(line.to) ?? line.to, HEALTH_WORD[line.health]),
          onChoose,
        },
      },
    ];
  });
}

function Canvas(props: PictureProps): ReactNode {
  const { onSelect, layout } = props;
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const lit = useMemo(() => litLines(props.selection, props.lines, layout.lanes), [props.selection, props.lines, layout.lanes]);
  const chooseNode = useCallback((id: string) => onSelect({ kind: 'node', id }), [onSelect]);
  const chooseLane = useCallback((id: string) => onSelect({ kind: 'lane', id }), [onSelect]);
  const chooseLine = useCallback((id: string) => onSelect({ kind: 'line', id }), [onSelect]);
  const nodes = [...partiesOf(props, lit, chooseNode), ...lanesOf(props, lit, chooseLane)];
  const edges = drawnLines(props, lit, chooseLine);
  const showAll = useCallback(() => {
    const area = frame.current?.getBoundingClientRect();
    if (!area || area.width === 0 || layout.width === 0) return;
    const zoom = Math.min(1.3, (area.width - 32) / layout.width, (area.height - 32) / layout.height);
    const scale = Math.max(SMALLEST, zoom);
    const x = Math.max(16, (area.width - layout.width * scale) / 2);
    const y = Math.max(16, (area.height - layout.height * scale) / 2);
    void flow.setViewport({ x, y, zoom: scale });
  }, [flow, layout]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    moved.current = false;
    const watch = new ResizeObserver(() => {
      if (!moved.current) showAll();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [showAll]);
  return (
    <div className="flow-canvas" ref={frame}>
      <ReactFlow
        aria-label={text.picture}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        minZoom={0.3}
        maxZoom={2}
        proOptions={{ hideAttribution: true }}
        onMove={(event) => {
          if (event) moved.current = true;
        }}
        onEdgeClick={(_event, edge) => chooseLine(edge.id)}
        onPaneClick={() => onSelect(null)}
      />
      <div className="flow-controls">
        <IconButton
          kind="plain"
          icon={<Plus size={18} aria-hidden="true" />}
          label={text.zoomIn}
          onClick={() => void flow.zoomIn()}
        />
        <IconButton
          kind="plain"
          icon={<Minus size={18} aria-hidden="true" />}
          label={text.zoomOut}
          onClick={() => void flow.zoomOut()}
        />
        <IconButton
          kind="plain"
          icon={<Expand size={18} aria-hidden="true" />}
          label={text.fit}
          onClick={() => {
            moved.current = false;
            showAll();
          }}
        />
      </div>
    </div>
  );
}

/** The site as a picture that is moved and zoomed by finger. */
export function FlowPicture(props: PictureProps): ReactNode {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

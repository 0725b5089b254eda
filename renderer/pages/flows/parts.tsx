import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
} from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import type { FlowNodeView, Health } from '../../../core/contract/views.ts';
import { StateIcon } from '../../components/StateBadge.tsx';
import { HEALTH_TONE, HEALTH_WORD } from '../../components/tone.ts';
import { flows as text } from '../../text/flows.ts';
import { formatCount, formatRate } from '../../text/format.ts';
import { strokeOf } from './graph.ts';
import { KindIcon } from './kind-icon.tsx';

export type PartyNode = Node<{ view: FlowNodeView; lit: boolean; chosen: boolean; onChoose: (id: string) => void }, 'party'>;
export type LaneNode = Node<
  { to: string; count: number; perS: number; health: Health; lit: boolean; chosen: boolean; onChoose: (id: string) => void },
  'lane'
>;
export type FlowLine = Edge<
  {
    d: string;
    x: number;
    y: number;
    perS: number;
    health: Health;
    dropped: number;
    lit: boolean;
    labelled: boolean;
    name: string;
    onChoose: (id: string) => void;
  },
  'flow'
>;

/** xyflow draws lines only between handles; ours know their own way, so these are out of sight. */
function Ends(): ReactNode {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function rates(view: FlowNodeView): string {
  const parts = [
    ...(view.inPerS > 0 ? [text.in(formatRate(view.inPerS))] : []),
    ...(view.outPerS > 0 || view.kind === 'device' ? [text.out(formatRate(view.outPerS))] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : text.in(formatRate(0));
}

function PlainParty(props: NodeProps<PartyNode>): ReactNode {
  const { view, lit, chosen, onChoose } = props.data;
  const tone = HEALTH_TONE[view.health];
  return (
    <>
      <Ends />
      <button
        type="button"
        className="flow-node"
        data-tone={tone}
        data-dim={!lit || undefined}
        aria-pressed={chosen}
        onClick={() => onChoose(view.id)}
      >
        <KindIcon kind={view.kind} />
        <span className="flow-node-text">
          <span className="flow-node-name">
            <span className="visually-hidden">{text.kinds[view.kind]} </span>
            {view.label}
            {tone === 'normal' && <span className="visually-hidden">, {HEALTH_WORD[view.health]}</span>}
          </span>
          <span className="flow-node-rate num">
            {tone !== 'normal' && (
              <span className="flow-node-state">
                <StateIcon tone={tone} size={16} /> {HEALTH_WORD[view.health]}
              </span>
            )}
            {(tone === 'normal' || tone === 'warn') && <span>{rates(view)}</span>}
          </span>
        </span>
      </button>
    </>
  );
}
export const Party = memo(PlainParty);

function PlainLane(props: NodeProps<LaneNode>): ReactNode {
  const { to, count, perS, health, lit, chosen, onChoose } = props.data;
  const tone = HEALTH_TONE[health];
  return (
    <>
      <Ends />
      <div className="flow-lane">
        <button
          type="button"
          className="flow-chip"
          data-tone={tone}
          data-dim={!lit || undefined}
          aria-pressed={chosen}
          onClick={() => onChoose(props.id.slice('lane:'.length))}
        >
          {tone !== 'normal' && <StateIcon tone={tone} size={14} />}
          <span className="flow-chip-name">{text.bundle(count, to)}</span>
          <span className="num">{tone === 'normal' ? text.shortRate(formatRate(perS)) : HEALTH_WORD[health]}</span>
        </button>
      </div>
    </>
  );
}
export const LaneLabel = memo(PlainLane);

function PlainLine(props: EdgeProps<FlowLine>): ReactNode {
  const { data } = props;
  if (!data) return null;
  const tone = HEALTH_TONE[data.health];
  return (
    <>
      <BaseEdge
        id={props.id}
        path={data.d}
        interactionWidth={28}
        className="flow-line"
        data-tone={tone}
        data-dim={!data.lit || undefined}
        markerEnd={props.markerEnd ?? ''}
        style={{ strokeWidth: strokeOf(data.perS) }}
      />
      {data.labelled && (
        <EdgeLabelRenderer>
          <div className="flow-label nopan" style={{ transform: `translate(-50%, -50%) translate(${data.x}px, ${data.y}px)` }}>
            <button
              type="button"
              className="flow-chip"
              data-dim={!data.lit || undefined}
              data-tone={tone}
              onClick={() => data.onChoose(props.id)}
            >
              <span className="visually-hidden">{data.name}: </span>
              {tone !== 'normal' && <StateIcon tone={tone} size={14} />}
              {tone !== 'normal' && data.dropped === 0 && <span className="flow-chip-name">{HEALTH_WORD[data.health]}</span>}
              {tone === 'normal' && <span className="num">{text.shortRate(formatRate(data.perS))}</span>}
              {data.dropped > 0 && <span className="num flow-chip-drop">{text.dropped(formatCount(data.dropped))}</span>}
            </button>
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
export const FlowLineView = memo(PlainLine);

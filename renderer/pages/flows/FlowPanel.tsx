import ArrowRight from 'lucide-react/icons/arrow-right';
import Footprints from 'lucide-react/icons/footprints';
import X from 'lucide-react/icons/x';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { FlowEdgeView, FlowNodeView } from '../../../core/contract/views.ts';
import { Books } from '../../components/Books.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { Tabs } from '../../components/Choices.tsx';
import { Ago, ErrorNotice } from '../../components/Notices.tsx';
import { HealthBadge } from '../../components/StateBadge.tsx';
import { HEALTH_TONE } from '../../components/tone.ts';
import { useCall } from '../../hooks/use-call.ts';
import { hrefOfParty } from '../../hooks/use-route.ts';
import { flows, panel as text } from '../../text/flows.ts';
import { formatCount, formatRate } from '../../text/format.ts';
import { isShared } from './graph.ts';
import { KindIcon } from './kind-icon.tsx';
import { MessageTail } from './MessageTail.tsx';

type LabelOf = (party: string) => string;

/** Who can be followed: a device or a function by name; of other parties only "the next message at all" is known. */
const traceable = (party: string): string | null => (/^(device|function):/.test(party) ? party : null);

function TraceButton(props: { party: string; label: string; onAsked: (party: string | null) => void }): ReactNode {
  const source = traceable(props.party);
  const ask = useCall('trace.next', { done: text.traceAsked(props.label), onDone: () => props.onAsked(source) });
  return (
    <Button icon={<Footprints size={18} aria-hidden="true" />} busy={ask.busy} onClick={() => void ask.run({ source })}>
      {text.trace}
    </Button>
  );
}

function Frame(props: { title: ReactNode; name: string; onClose: () => void; children: ReactNode }): ReactNode {
  const { onClose } = props;
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside
      ref={ref}
      className="sheet flow-panel"
      aria-label={props.name}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="flow-panel-head">
        <div className="grow">{props.title}</div>
        <IconButton icon={<X size={20} aria-hidden="true" />} label={text.close} onClick={onClose} />
      </header>
      {props.children}
    </aside>
  );
}

function EdgeFacts(props: { edge: FlowEdgeView; labelOf: LabelOf; onAsked: (party: string | null) => void }): ReactNode {
  const { edge } = props;
  return (
    <div className="scroll-body flow-facts">
      {edge.health !== 'ok' && edge.health !== 'starting' && (
        <ErrorNotice
          tone={HEALTH_TONE[edge.health]}
          what={edge.problem || text.problem}
          meaning={text.problemMeaning}
          remedy={edge.health === 'offline' ? text.offlineRemedy : text.degradedRemedy}
        />
      )}
      <dl className="facts">
        <dt>{text.facts.subject}</dt>
        <dd className="mono">{edge.subject}</dd>
        <dt>{text.facts.rate}</dt>
        <dd className="num">{flows.rate(formatRate(edge.perS))}</dd>
        <dt>{text.facts.last}</dt>
        <dd>
          <Ago at={edge.lastAt} />
        </dd>
        <dt>{text.facts.queue}</dt>
        <dd className="num">{text.queue(formatCount(edge.books.waiting), formatCount(edge.queueSize))}</dd>
        <dt>{text.facts.full}</dt>
        <dd>{text.whenFull[edge.whenFull] ?? edge.whenFull}</dd>
      </dl>
      <Books books={edge.books} {...(isShared(edge) ? { note: text.sharedBooks } : {})} />
      <TraceButton party={edge.from} label={props.labelOf(edge.from)} onAsked={props.onAsked} />
    </div>
  );
}

/** What flows on an edge now, and its figures. Of several edges (a line, a lane) one is chosen. */
export function EdgePanel(props: {
  edges: readonly FlowEdgeView[];
  labelOf: LabelOf;
  onClose: () => void;
  onTrace: (id: string) => void;
  onAsked: (party: string | null) => void;
}): ReactNode {
  const { edges, labelOf } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const [tab, setTab] = useState<'messages' | 'facts'>('messages');
  const edge = edges.find((one) => one.id === chosen) ?? edges[0];
  if (!edge) return null;
  return (
    <Frame
      name={edge.subscription}
      onClose={props.onClose}
      title={
        <>
          <h2 className="clip">{edge.subscription}</h2>
          <p className="row small flow-way">
            <span className="clip">{labelOf(edge.from)}</span>
            <ArrowRight size={14} aria-hidden="true" />
            <span className="clip">{labelOf(edge.to)}</span>
            <HealthBadge health={edge.health} size="s" />
          </p>
        </>
      }
    >
      {edges.length > 1 && (
        <label className="flow-which">
          <span className="field-label">{text.which}</span>
          <select className="input" value={edge.id} onChange={(event) => setChosen(event.target.value)}>
            {edges.map((one) => (
              <option key={one.id} value={one.id}>
                {one.subscription}: {labelOf(one.from)} → {labelOf(one.to)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Tabs
        id="flow-edge"
        label={edge.subscription}
        value={tab}
        tabs={[
          { value: 'messages', label: text.messages },
          { value: 'facts', label: text.figures },
        ]}
        onChange={setTab}
      >
        {tab === 'messages' ? (
          <MessageTail key={edge.id} edge={edge.id} to={edge.to} onTrace={props.onTrace} />
        ) : (
          <EdgeFacts edge={edge} labelOf={labelOf} onAsked={props.onAsked} />
        )}
      </Tabs>
    </Frame>
  );
}

/** What a party is, how it is, and the flows that begin or end there. */
export function NodePanel(props: {
  node: FlowNodeView;
  edges: readonly FlowEdgeView[];
  labelOf: LabelOf;
  onClose: () => void;
  onEdge: (id: string) => void;
  onAsked: (party: string | null) => void;
}): ReactNode {
  const { node, labelOf } = props;
  const page = hrefOfParty(node.id);
  return (
    <Frame
      name={node.label}
      onClose={props.onClose}
      title={
        <div className="row">
          <KindIcon kind={node.kind} />
          <div className="grow">
            <h2 className="clip">{node.label}</h2>
            <p className="row small">
              <span className="muted">{flows.kinds[node.kind]}</span>
              <HealthBadge health={node.health} size="s" />
            </p>
          </div>
        </div>
      }
    >
      <div className="scroll-body flow-facts">
        <dl className="facts">
          <dt>{text.nodeFacts.detail}</dt>
          <dd>{node.detail}</dd>
          <dt>{text.nodeFacts.in}</dt>
          <dd className="num">{flows.rate(formatRate(node.inPerS))}</dd>
          <dt>{text.nodeFacts.out}</dt>
          <dd className="num">{flows.rate(formatRate(node.outPerS))}</dd>
        </dl>
        <div className="row row-wrap">
          {page !== null && (
            <a className="button" data-kind="primary" href={page}>
              {node.kind === 'device' ? text.toDevice : text.toFunction}
            </a>
          )}
          {traceable(node.id) !== null && <TraceButton party={node.id} label={node.label} onAsked={props.onAsked} />}
        </div>
        <h3>{text.nodeFlows}</h3>
        <ul className="flow-edges">
          {props.edges.map((edge) => (
            <li key={edge.id}>
              <button type="button" className="flow-edge-pick" onClick={() => props.onEdge(edge.id)}>
                <span className="grow flow-edge-text">
                  <span className="clip">{edge.subscription}</span>
                  <span className="small muted clip">
                    {edge.from === node.id ? text.outgoing(labelOf(edge.to)) : text.incoming(labelOf(edge.from))}
                  </span>
                </span>
                {edge.health !== 'ok' && <HealthBadge health={edge.health} size="s" />}
                <span className="num small">{flows.shortRate(formatRate(edge.perS))}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Frame>
  );
}

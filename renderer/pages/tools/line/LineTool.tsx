import { type ReactNode, useState } from 'react';
import type { PortView, ToolView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { ErrorNotice, Skeleton } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { type ToolSessionState, useToolSession } from '../../../hooks/use-tool-session.ts';
import { line as text, tools as words } from '../../../text/tools.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { LinePicker } from './LinePicker.tsx';
import { FIRST_CHOICE, type LineChoice, type LinkInput, lineWords, linkOf, withPort } from './line-choice.ts';
import './line.css';

export type Framing = 'rtu' | 'ascii' | 'tcp';
type Kind = 'terminal' | 'sniffer' | 'modbus';

/** What a tool draws below its line. `live` is false once it has ended: what it saw stays to be read. */
export interface ToolBodyProps {
  readonly session: string;
  readonly live: boolean;
  readonly view: ToolView | undefined;
}

/** What taking this line means for devices, as far as it is known before. */
function pausing(choice: LineChoice, ports: readonly PortView[]): string {
  if (choice.kind !== 'serial') return text.pausesUnknown;
  const devices = ports.find(({ id }) => id === choice.port)?.devices ?? [];
  return devices.length === 0 ? text.pausesNone : text.pausesNow(devices.join(', '));
}

function startChoice(query: URLSearchParams, ports: readonly PortView[]): LineChoice {
  const wanted = ports.find(({ id }) => id === query.get('port'));
  const present = ports.filter((port) => port.present);
  const only = present.length === 1 ? present[0] : undefined;
  const port = wanted ?? only;
  return port ? withPort(FIRST_CHOICE, port) : FIRST_CHOICE;
}

function Framings(props: { value: Framing; onChange: (framing: Framing) => void }): ReactNode {
  return (
    <div className="field">
      <span className="field-label">{text.framing}</span>
      <div>
        <SegmentedControl
          label={text.framing}
          value={props.value}
          choices={(['rtu', 'ascii', 'tcp'] as const).map((value) => ({ value, label: text.framings[value] }))}
          onChange={props.onChange}
        />
      </div>
    </div>
  );
}

/** Which line the tool has, whom that pauses, and the way to give it back. */
function Taken(props: { words: string; tool: ToolSessionState; onAgain: () => void }): ReactNode {
  const { tool, onAgain } = props;
  const { view, state } = tool;
  const pauses = view?.pauses ?? [];
  const again = <Button onClick={onAgain}>{text.again}</Button>;
  return (
    <>
      <div className="line-head">
        <p className="grow">
          <span className="line-words">{props.words}</span>
          {state === 'open' && view && (
            <span className="small muted"> {pauses.length > 0 ? words.pauses(pauses.join(', ')) : words.pausesNobody}</span>
          )}
        </p>
        {state === 'open' && pauses.length > 0 && <StateBadge tone="check" label={text.pausedBadge} size="s" />}
        <Button onClick={tool.close}>{state === 'open' ? text.release : text.another}</Button>
      </div>
      {state === 'over' && <ErrorNotice tone="warn" what={text.over} meaning={text.overBody} action={again} />}
      {state === 'cut' && <ErrorNotice tone="lost" what={text.cut} meaning={text.cutBody} action={again} />}
      {state === 'open' && view?.fault && <ErrorNotice what={view.fault.message} remedy={view.fault.remedy} />}
    </>
  );
}

interface LineToolProps {
  readonly kind: Kind;
  readonly intro: string;
  /** What the tool may do, beside pausing devices. */
  readonly effects: readonly string[];
  readonly query: URLSearchParams;
  readonly framings?: boolean;
  readonly Body: (props: ToolBodyProps) => ReactNode;
}

function Chooser(props: LineToolProps & { ports: readonly PortView[] }): ReactNode {
  const { kind, ports, Body } = props;
  const [choice, setChoice] = useState<LineChoice>(() => startChoice(props.query, ports));
  const [framing, setFraming] = useState<Framing | null>(null);
  const [asking, setAsking] = useState<LinkInput | null>(null);
  const [taken, setTaken] = useState('');
  const [wrong, setWrong] = useState('');
  const tool = useToolSession();
  const asked = framing ?? (choice.kind === 'tcp' ? 'tcp' : 'rtu');
  function ask(): void {
    const made = linkOf(choice, ports);
    setWrong('fault' in made ? text.fault[made.fault] : '');
    if ('fault' in made) return;
    tool.clearProblem();
    setAsking(made.link);
  }
  async function agree(by: string): Promise<void> {
    if (!asking) return;
    const link = asking;
    const more = props.framings ? { framing: asked } : {};
    setTaken(lineWords(link));
    if (await tool.open((api) => api.call('tool.open', { tool: kind, link, ...more, by, consent: true }))) setAsking(null);
  }
  const { session, state } = tool;
  const bodyShown = session !== null && (state === 'open' || state === 'over' || state === 'cut');
  return (
    <ToolFrame current={kind} fill={bodyShown} own={bodyShown ? session : null}>
      {bodyShown ? (
        <>
          <Taken words={taken} tool={tool} onAgain={ask} />
          <Body key={session} session={session} live={state === 'open'} view={tool.view} />
        </>
      ) : (
        <section className="sheet line-sheet">
          <header className="sheet-head">
            <h2>{text.title}</h2>
          </header>
          <div className="sheet-body stack">
            <p className="muted">{props.intro}</p>
            <LinePicker choice={choice} ports={ports} onChange={setChoice}>
              {props.framings && <Framings value={asked} onChange={setFraming} />}
            </LinePicker>
            {wrong !== '' && (
              <p className="field-error" role="alert">
                {wrong}
              </p>
            )}
            <div>
              <Button kind="primary" onClick={ask}>
                {text.take}
              </Button>
            </div>
          </div>
        </section>
      )}
      {asking && (
        <ConsentSheet
          title={text.consentTitle(words.kind[kind], lineWords(asking))}
          effects={[pausing(choice, ports), ...props.effects, text.leaves]}
          action={text.take}
          busy={state === 'opening'}
          problem={tool.problem}
          onAgree={(by) => void agree(by)}
          onClose={() => setAsking(null)}
        />
      )}
    </ToolFrame>
  );
}

/** A tool that takes a line for itself: choose it, agree, work, give it back. `?port=<id>` chooses a port. */
export function LineTool(props: LineToolProps): ReactNode {
  const table = useRows('ports');
  if (table.status === 'loading') {
    return (
      <ToolFrame current={props.kind}>
        <Skeleton rows={6} />
      </ToolFrame>
    );
  }
  return <Chooser {...props} ports={rowsOf(table)} />;
}

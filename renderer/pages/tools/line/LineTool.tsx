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

type Framing = 'rtu' | 'ascii' | 'tcp';
type Kind = 'terminal' | 'sniffer' | 'modbus';

/**
 * What a tool draws below its line. `live` is false once it has ended: what it saw stays to be read. A line that is taken again is another
 * session: what belongs to one session is keyed by it.
 */
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

/** What a tool can speak on a line: the framing of Modbus TCP belongs to a master on TCP alone. */
function framingsOf(kind: Kind, link: LineChoice['kind']): readonly Framing[] {
  if (kind === 'terminal') return [];
  return kind === 'modbus' && link === 'tcp' ? ['tcp', 'rtu', 'ascii'] : ['rtu', 'ascii'];
}

function Framings(props: { value: Framing; of: readonly Framing[]; onChange: (framing: Framing) => void }): ReactNode {
  return (
    <div className="field">
      <span className="field-label">{text.framing}</span>
      <div>
        <SegmentedControl
          label={text.framing}
          value={props.value}
          choices={props.of.map((value) => ({ value, label: text.framings[value] }))}
          onChange={props.onChange}
        />
      </div>
    </div>
  );
}

/** Why the line that was chosen cannot be taken. */
function Wrong(props: { words: string }): ReactNode {
  return (
    props.words !== '' && (
      <p className="field-error" role="alert">
        {props.words}
      </p>
    )
  );
}

/** Which line the tool has, whom that pauses, and the way to give it back. */
function Taken(props: { words: string; tool: ToolSessionState; wrong: string; onAgain: () => void }): ReactNode {
  const { tool, wrong, onAgain } = props;
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
      <Wrong words={wrong} />
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
  const framings = framingsOf(kind, choice.kind);
  const asked = framing !== null && framings.includes(framing) ? framing : framings[0];
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
    const more = asked === undefined ? {} : { framing: asked };
    const input = { tool: kind, link, ...more, by, consent: true } as const;
    if (!(await tool.open((api, signal) => api.call('tool.open', input, signal)))) return;
    setTaken(lineWords(link));
    setAsking(null);
  }
  function stopAsking(): void {
    tool.cancel();
    setAsking(null);
  }
  const { session, state } = tool;
  // What a tool saw stays to be read until the next one is open, or another line is chosen.
  const bodyShown = session !== null && state !== 'closed';
  return (
    <ToolFrame current={kind} fill={bodyShown} own={bodyShown ? session : null}>
      {bodyShown ? (
        <>
          <Taken words={taken} tool={tool} wrong={wrong} onAgain={ask} />
          <Body session={session} live={state === 'open'} view={tool.view} />
        </>
      ) : (
        <section className="sheet line-sheet">
          <header className="sheet-head">
            <h2>{text.title}</h2>
          </header>
          <div className="sheet-body stack">
            <p className="muted">{props.intro}</p>
            <LinePicker choice={choice} ports={ports} onChange={setChoice}>
              {asked !== undefined && <Framings value={asked} of={framings} onChange={setFraming} />}
            </LinePicker>
            <Wrong words={wrong} />
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
          onClose={stopAsking}
        >
          {state === 'opening' && <p role="status">{text.opening}</p>}
        </ConsentSheet>
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

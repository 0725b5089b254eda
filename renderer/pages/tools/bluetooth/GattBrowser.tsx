import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { useQuery } from '../../../hooks/use-call.ts';
import { type ToolSessionState, useToolSession } from '../../../hooks/use-tool-session.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { common } from '../../../text/common.ts';
import { FrameTail } from '../line/FrameTail.tsx';
import { useKeptLines } from '../line/use-kept-lines.ts';
import { CharacteristicRow } from './CharacteristicRow.tsx';
import { namedRows, nameInCalls, newestSaid } from './gatt-said.ts';

const KEEP = 500;

function Tree(props: { session: string; live: boolean }): ReactNode {
  const { session, live } = props;
  const { data, problem, reload } = useQuery('gatt.tree', { session });
  const { held } = useKeptLines(session, live, KEEP);
  const { rows } = held;
  const said = useMemo(() => newestSaid(rows), [rows]);
  const named = useMemo(() => (data ? namedRows(rows, data) : rows), [rows, data]);
  if (!data) {
    return problem ? (
      <ProblemNotice problem={problem} action={<Button onClick={reload}>{common.retry}</Button>} />
    ) : (
      <Skeleton rows={5} />
    );
  }
  return (
    <>
      {data.services.length === 0 && <p className="muted">{text.noServices}</p>}
      {data.services.map((service) => (
        <section key={service.uuid} className="gatt-service">
          <h3>
            {service.name || service.uuid} <span className="small muted mono">{service.name === '' ? '' : service.uuid}</span>
          </h3>
          <ul>
            {service.characteristics.map((one) => (
              <CharacteristicRow
                key={one.uuid}
                session={session}
                live={live}
                id={nameInCalls(service, one.uuid)}
                characteristic={one}
                said={said.get(nameInCalls(service, one.uuid))}
              />
            ))}
          </ul>
        </section>
      ))}
      {rows.length > 0 && (
        <div className="gatt-log">
          <FrameTail label={text.log} held={held} rows={named} />
        </div>
      )}
    </>
  );
}

/** Why the connection is no more; comes into sight, as the list of services may be long. */
function Ended(props: { tool: ToolSessionState }): ReactNode {
  const { state, view } = props.tool;
  const area = useRef<HTMLDivElement>(null);
  const fault = state === 'open' ? view?.fault : null;
  const isEnded = state === 'over' || state === 'cut' || (fault ?? null) !== null;
  useEffect(() => {
    if (isEnded) area.current?.scrollIntoView({ block: 'center' });
  }, [isEnded]);
  return isEnded ? (
    <div ref={area}>
      {state === 'over' && <ErrorNotice tone="warn" what={text.over} meaning={text.overBody} />}
      {state === 'cut' && <ErrorNotice tone="lost" what={text.cut} meaning={text.cutBody} />}
      {fault && <ErrorNotice what={fault.message} remedy={fault.remedy} at={fault.at} />}
    </div>
  ) : null;
}

/** Connects to a device and shows its services; reads, writes and follows their values. */
export function GattBrowser(props: { address: string; name: string }): ReactNode {
  const { address, name } = props;
  const [asking, setAsking] = useState<'plain' | 'pair' | null>(null);
  const tool = useToolSession();
  const { state, session, view } = tool;
  async function agree(by: string): Promise<void> {
    const pair = asking === 'pair';
    const input = { address, pair, by, consent: true } as const;
    if (await tool.open((api, signal) => api.call('gatt.open', input, signal))) setAsking(null);
  }
  function stopAsking(): void {
    tool.cancel();
    setAsking(null);
  }
  function ask(how: 'plain' | 'pair'): void {
    tool.clearProblem();
    setAsking(how);
  }
  const isOpen = state === 'open';
  const isLost = view?.state === 'lost';
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.looking}</h2>
        {isOpen && !isLost ? (
          <Button onClick={tool.close}>{text.disconnect}</Button>
        ) : (
          <>
            <Button onClick={() => ask('pair')}>{text.connectPair}</Button>
            <Button kind="primary" onClick={() => ask('plain')}>
              {text.connect}
            </Button>
          </>
        )}
      </header>
      <div className="sheet-body stack">
        <Ended tool={tool} />
        {session === null ? (
          <p className="muted">{text.gattIntro}</p>
        ) : (
          <Tree key={session} session={session} live={isOpen && !isLost} />
        )}
      </div>
      {asking && (
        <ConsentSheet
          title={text.consentTitle(name)}
          effects={asking === 'pair' ? [...text.consent, text.consentPair] : text.consent}
          action={asking === 'pair' ? text.connectPair : text.connect}
          busy={state === 'opening'}
          problem={tool.problem}
          onAgree={(by) => void agree(by)}
          onClose={stopAsking}
        >
          {state === 'opening' && <p role="status">{text.connecting}</p>}
        </ConsentSheet>
      )}
    </section>
  );
}

import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { useQuery } from '../../../hooks/use-call.ts';
import { useToolSession } from '../../../hooks/use-tool-session.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { common } from '../../../text/common.ts';
import { FrameTail } from '../line/FrameTail.tsx';
import { useKeptLines } from '../line/use-kept-lines.ts';
import { CharacteristicRow } from './CharacteristicRow.tsx';

const KEEP = 500;

function Tree(props: { session: string; live: boolean }): ReactNode {
  const { session, live } = props;
  const { data, problem, reload } = useQuery('gatt.tree', { session });
  const { rows } = useKeptLines(session, live, KEEP);
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
              <CharacteristicRow key={one.uuid} session={session} live={live} characteristic={one} />
            ))}
          </ul>
        </section>
      ))}
      {rows.length > 0 && (
        <div className="gatt-log">
          <FrameTail label={text.log} rows={rows} />
        </div>
      )}
    </>
  );
}

/** Connects to a device and shows its services; reads, writes and follows their values. */
export function GattBrowser(props: { address: string; name: string }): ReactNode {
  const { address, name } = props;
  const [asking, setAsking] = useState<'plain' | 'pair' | null>(null);
  const tool = useToolSession();
  const { state, session } = tool;
  async function agree(by: string): Promise<void> {
    const pair = asking === 'pair';
    if (await tool.open((api) => api.call('gatt.open', { address, pair, by, consent: true }))) setAsking(null);
  }
  function ask(how: 'plain' | 'pair'): void {
    tool.clearProblem();
    setAsking(how);
  }
  const isOpen = state === 'open';
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.looking}</h2>
        {isOpen ? (
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
        {state === 'over' && <ErrorNotice tone="warn" what={text.over} meaning={text.overBody} />}
        {state === 'cut' && <ErrorNotice tone="lost" what={text.cut} meaning={text.cutBody} />}
        {isOpen && session !== null ? (
          <Tree key={session} session={session} live />
        ) : (
          state === 'closed' && <p className="muted">{text.gattIntro}</p>
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
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

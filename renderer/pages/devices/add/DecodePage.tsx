import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { EmptyNotice, ProblemNotice } from '../../../components/Notices.tsx';
import type { Pick } from '../../../stores/adding.ts';
import { useConsole } from '../../../stores/context.tsx';
import { add } from '../../../text/add-device.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { Bench } from './Bench.tsx';
import { dropPick } from './draft.ts';
import { cellKey } from './matrix-view.ts';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { goStep, useAdding } from './use-adding.ts';
import { useLineSession } from './use-line-session.ts';

/** Registers that are read at once: one question, and few enough to look through. */
const COUNT = 32;
const EVERY_MS = 1000;

function Picks(props: { picks: readonly Pick[]; onDrop: (index: number) => void }): ReactNode {
  if (props.picks.length === 0) return null;
  return (
    <ul className="picks" aria-label={text.taken(props.picks.length)}>
      {props.picks.map((pick, i) => (
        <li key={`${cellKey(pick)} ${pick.scale} ${pick.label}`}>
          <button type="button" className="pill" onClick={() => props.onDrop(i)}>
            {pick.label} {pick.unit !== '' && <span className="muted">{pick.unit}</span>}
            <X size={16} aria-hidden="true" />
            <span className="visually-hidden">{text.drop}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Decode(props: { link: LinkConfig }): ReactNode {
  const adding = useAdding();
  const { api } = useConsole();
  const { link } = props;
  const { adapter, unit, agreedBy, picks, draft } = adding;
  const [first] = picks;
  const line = useLineSession(
    agreedBy !== '',
    () =>
      api.call('matrix.open', {
        link,
        adapter: adapter === 'modbus-tcp' || adapter === 'modbus-ascii' ? adapter : 'modbus-rtu',
        unit,
        table: first?.table ?? 'holding',
        address: first?.address ?? 0,
        count: COUNT,
        everyMs: EVERY_MS,
        by: agreedBy,
        consent: true,
      }),
    (session) => api.call('matrix.close', { session }),
  );
  function drop(index: number): void {
    const pick = picks[index];
    if (pick) adding.set({ picks: picks.filter((_, i) => i !== index), draft: draft && dropPick(draft, pick) });
  }
  return (
    <div className="page page-fill decode">
      <StepHead
        step="decode"
        title={text.title}
        actions={
          <Button kind="primary" disabled={picks.length === 0} onClick={() => goStep('name')}>
            {add.nextStep}
          </Button>
        }
      />
      <Picks picks={picks} onDrop={drop} />
      {line.problem && <ProblemNotice problem={line.problem} action={<Button onClick={line.again}>{text.takeAgain}</Button>} />}
      {line.id !== null && <Bench session={line.id} count={COUNT} onAgain={line.again} />}
      {agreedBy === '' && (
        <>
          <EmptyNotice title={text.consentTitle} />
          <ConsentSheet
            title={text.consentTitle}
            effects={text.consent}
            action={text.consentAction}
            onAgree={(by) => adding.set({ agreedBy: by })}
            onClose={() => window.history.back()}
          />
        </>
      )}
    </div>
  );
}

/** The decode matrix: all registers in all types and orders; the number on the display finds the right one. */
export function DecodePage(): ReactNode {
  const { link } = useAdding();
  return link === null ? <NothingChosen /> : <Decode link={link} />;
}

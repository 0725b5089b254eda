import type { ReactNode } from 'react';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { TAKEN_DEVICE_IDS } from '../../../../core/contract/taken-ids.ts';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { EmptyNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { add, name as text } from '../../../text/add-device.ts';
import { common } from '../../../text/common.ts';
import { DraftPoints } from './DraftPoints.tsx';
import { idFrom, idOfDraft, nameOfDraft, picksIn, pointsOf } from './draft.ts';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { goStep, isModbus, useAdding } from './use-adding.ts';
import { useDraft } from './use-draft.ts';

const LONGEST = 80;

function Fields(props: { draft: Draft; onChange: (draft: Draft) => void }): ReactNode {
  const { draft, onChange } = props;
  const { link, adapter, replaces, profile } = useAdding();
  const title = nameOfDraft(draft);
  const taken = [...TAKEN_DEVICE_IDS, ...rowsOf(useRows('devices')).map((one) => one.id)];
  /** The id follows the name as long as nothing knows it. */
  function rename(value: string): void {
    const next = value.slice(0, LONGEST);
    onChange({ ...draft, name: next, ...(replaces === null && next.trim() !== '' ? { id: idFrom(next, taken) } : {}) });
  }
  const isEmpty = pointsOf(draft).length === 0;
  return (
    <div className="name-grid">
      <section className="sheet sheet-body stack">
        <TextField
          id="device-name"
          label={text.name}
          value={title}
          onChange={rename}
          {...(title.trim() === '' ? { error: text.needName } : {})}
        />
        <dl className="facts">
          <dt>{text.id}</dt>
          <dd className="mono">{idOfDraft(draft)}</dd>
        </dl>
        <p className="small muted">{text.idHint}</p>
      </section>
      <section className="sheet">
        <header className="sheet-head">
          <h2 className="grow">{text.points}</h2>
          {!isEmpty && isModbus(adapter) && link !== null && profile === null && (
            <Button onClick={() => goStep('decode')}>{text.more}</Button>
          )}
        </header>
        {isEmpty ? (
          <EmptyNotice
            title={text.none}
            body={text.noneBody}
            action={isModbus(adapter) && link !== null && <Button onClick={() => goStep('decode')}>{text.noneAction}</Button>}
          />
        ) : (
          <DraftPoints draft={draft} onChange={onChange} />
        )}
      </section>
    </div>
  );
}

/** What the device and its values are called, in which unit, and their limits. */
export function NamePage(): ReactNode {
  const adding = useAdding();
  const { draft, problem, again } = useDraft();
  if (adding.adapter === '' && adding.profile === null && adding.found === null) return <NothingChosen />;
  const isReady = draft !== null && nameOfDraft(draft).trim() !== '' && pointsOf(draft).length > 0;
  return (
    <div className="page">
      <StepHead
        step="name"
        title={text.title}
        actions={
          <Button kind="primary" disabled={!isReady} onClick={() => goStep('try')}>
            {add.nextStep}
          </Button>
        }
      />
      {problem && <ProblemNotice problem={problem} action={<Button onClick={again}>{common.retry}</Button>} />}
      {draft === null && problem === null && <Skeleton rows={6} />}
      {draft !== null && (
        <Fields draft={draft} onChange={(next) => adding.set({ draft: next, picks: picksIn(next, adding.picks) })} />
      )}
    </div>
  );
}

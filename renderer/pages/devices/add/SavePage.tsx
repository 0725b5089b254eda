import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { useCall, useQuery } from '../../../hooks/use-call.ts';
import { go, href } from '../../../hooks/use-route.ts';
import { useRow } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';
import { save as text } from '../../../text/add-device.ts';
import { consent } from '../../../text/consent.ts';
import { ChangeList } from '../../deployments/ChangeList.tsx';
import '../../deployments/deployments.css';
import { needsKey } from './bind-key.ts';
import { idOfDraft, nameOfDraft } from './draft.ts';
import { KeyMissing } from './KeyBox.tsx';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { useAdding } from './use-adding.ts';

const LONGEST_NOTE = 200;

interface Saved {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** It runs: where to go from here. */
function Done(props: { saved: Saved }): ReactNode {
  const { saved } = props;
  return (
    <div className="page">
      <section className="sheet saved">
        <ClipboardCheck size={40} aria-hidden="true" />
        <h1>{text.saved(saved.name)}</h1>
        <p className="muted" role="status">
          {text.savedBody(String(saved.version))}
        </p>
        <div className="row row-wrap">
          <Button kind="primary" onClick={() => go('devices', saved.id)}>
            {text.open}
          </Button>
          <a className="button" href={href('devices', 'report')}>
            {text.report}
          </a>
          <a className="button" href={href('devices', 'add')}>
            <Plus size={18} aria-hidden="true" />
            {text.another}
          </a>
        </div>
      </section>
    </div>
  );
}

function Tick(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }): ReactNode {
  return (
    <label className="tick">
      <input type="checkbox" checked={props.checked} onChange={(event) => props.onChange(event.target.checked)} />
      {props.label}
    </label>
  );
}

function Form(props: { draft: Draft; onSaved: (saved: Saved) => void }): ReactNode {
  const { draft } = props;
  const { replaces, agreedBy, bindKey, book } = useAdding();
  const { settings } = useConsole();
  const remembered = useStore(settings, (s) => s.person);
  const gateway = useRow('gateway', 'gateway');
  const basedOn = gateway?.deployment.version ?? 0;
  // what is only put to another place has its ways already
  const isNew = replaces === null;
  const [history, setHistory] = useState(isNew);
  const [wantsCloud, setCloud] = useState<boolean | null>(null);
  // without a cloud its messages would only wait
  const cloud = wantsCloud ?? (isNew && gateway?.link.state !== 'not-configured');
  const [note, setNote] = useState(text.noteOf(nameOfDraft(draft)).slice(0, LONGEST_NOTE));
  const [by, setBy] = useState(agreedBy || remembered || consent.byDefault);
  const check = useQuery('commission.check', { draft, replaces, to: { history, cloud } });
  const { run, busy, problem } = useCall('commission.save', {
    inline: true,
    onDone: ({ version }) => {
      settings.setState({ person: by.trim() });
      props.onSaved({ id: idOfDraft(draft), name: nameOfDraft(draft), version });
      book.begin({});
    },
  });
  const isReady = check.data?.ok === true && by.trim() !== '' && note.length <= LONGEST_NOTE && gateway !== undefined;
  const save = async (): Promise<void> => {
    const isSaved = await book.inTurn(() =>
      run({
        draft,
        ...(bindKey === '' ? {} : { bindKey }),
        replaces,
        to: { history, cloud },
        basedOn,
        by: by.trim(),
        note: note.trim(),
      }),
    );
    if (!isSaved) check.reload();
  };
  return (
    <div className="page">
      <StepHead
        step="save"
        title={text.title}
        actions={
          <Button kind="primary" busy={busy} disabled={!isReady} onClick={() => void save()}>
            {text.action}
          </Button>
        }
      />
      {problem && (
        <div role="alert">
          {problem.code === 'document/conflict' ? (
            <ErrorNotice tone="warn" what={text.conflict} meaning={text.conflictBody} />
          ) : (
            <ProblemNotice problem={problem} />
          )}
        </div>
      )}
      {check.problem && <ProblemNotice problem={check.problem} />}
      {needsKey(draft) && bindKey === '' && replaces === null && <KeyMissing />}
      {check.data?.faults.map((fault) => (
        <ErrorNotice key={`${fault.path} ${fault.message}`} what={fault.message} meaning={fault.path} remedy={fault.remedy} />
      ))}
      <div className="name-grid">
        <section className="sheet sheet-body stack">
          <fieldset className="ticks">
            <legend className="field-label">{text.to}</legend>
            <Tick label={text.history} checked={history} onChange={setHistory} />
            <Tick label={text.cloud} checked={cloud} onChange={setCloud} />
          </fieldset>
          <TextField
            id="save-by"
            label={text.by}
            value={by}
            onChange={(value) => setBy(value.slice(0, 80))}
            {...(by.trim() === '' ? { error: text.needBy } : {})}
          />
          <TextField
            id="save-note"
            label={text.note}
            value={note}
            onChange={setNote}
            {...(note.length > LONGEST_NOTE ? { error: text.noteLong } : {})}
          />
        </section>
        <section className="sheet">
          <header className="sheet-head">
            <h2>{text.changes}</h2>
          </header>
          <div className="sheet-body stack">
            {check.data ? <ChangeList changes={check.data.changes} /> : <Skeleton rows={3} />}
            <p className="small muted">{text.basedOn(String(basedOn))}</p>
          </div>
        </section>
      </div>
    </div>
  );
}

/** What changes in the deployment, where the values go, who does it; then it is saved as a new version. */
export function SavePage(): ReactNode {
  const { draft } = useAdding();
  const [saved, setSaved] = useState<Saved | null>(null);
  if (saved) return <Done saved={saved} />;
  return draft === null ? <NothingChosen /> : <Form draft={draft} onSaved={setSaved} />;
}

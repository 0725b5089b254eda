import FileUp from 'lucide-react/icons/file-up';
import History from 'lucide-react/icons/history';
import { type DragEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { LineEditor, type LineEditorHandle } from '../../components/LineEditor.tsx';
import { ErrorNotice } from '../../components/Notices.tsx';
import { usePhone } from '../../hooks/use-media.ts';
import { go } from '../../hooks/use-route.ts';
import { useConsole } from '../../stores/context.tsx';
import { createDocumentDraft } from '../../stores/document-draft.ts';
import { common } from '../../text/common.ts';
import { editor as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';
import { ApplyDialog } from './ApplyDialog.tsx';
import { ChangeList } from './ChangeList.tsx';
import { CheckSheet } from './CheckSheet.tsx';
import { openFile } from './file.ts';
import { useApply } from './use-apply.ts';
import { useValidation } from './use-validation.ts';

export interface EditorProps {
  /** The version that runs now; null: nothing runs. */
  readonly running: number | null;
  readonly newest: number;
  /** The text of a version to begin with; null begins with the draft. */
  readonly start: string | null;
}

/** Writes, pastes or opens a document; checks it while it is typed; says what would change; applies it. */
export function DocumentEditor(props: EditorProps): ReactNode {
  const { running, newest } = props;
  const phone = usePhone();
  const { api, toasts } = useConsole();
  const [draft] = useState(() => createDocumentDraft(window.sessionStorage));
  const [value, setValue] = useState(() => props.start ?? draft.read());
  const [current, setCurrent] = useState<number | null>(null);
  const [asking, setAsking] = useState<string | null>(null);
  const [confirming, setConfirming] = useState(false);
  const [dropping, setDropping] = useState(false);
  const field = useRef<LineEditorHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  const validation = useValidation(value, running);
  const { applying, apply, reset } = useApply();
  const { checked, checking } = validation;
  const marked = useMemo(() => {
    const faults = checked?.text === value ? checked.result.faults : [];
    return new Set(faults.flatMap((fault) => (fault.line === null ? [] : [fault.line])));
  }, [checked, value]);
  const ready = checked !== null && !checking && checked.result.ok && checked.result.faults.length === 0;
  const overtaken = checked !== null && checked.basedOn !== running && applying.state === 'idle';

  function change(next: string): void {
    setValue(next);
    setCurrent(null);
    draft.write(next);
    if (applying.state !== 'idle') reset();
  }
  /** A text from elsewhere; what was written is only replaced when somebody says so. */
  function bring(next: string): void {
    if (value.trim() === '' || value === next) change(next);
    else setAsking(next);
  }
  async function take(file: Blob | null | undefined): Promise<void> {
    if (!file) return;
    const opened = await openFile(file);
    if (opened.ok) bring(opened.text);
    else if (opened.why === 'too-large') toasts.fail(text.tooLarge, text.tooLargeRemedy);
    else toasts.fail(text.unreadable, text.unreadableRemedy);
  }
  async function fromRunning(): Promise<void> {
    if (running === null) return;
    try {
      bring((await api.call('deployment.text', { version: running })).text);
    } catch {
      toasts.fail(text.unreadable, text.unreadableRemedy);
    }
  }
  function jump(line: number, column: number | null): void {
    setCurrent(line);
    field.current?.jumpTo(line, column);
  }
  function again(): void {
    reset();
    setConfirming(false);
    validation.recheck();
  }
  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setDropping(false);
    void take(event.dataTransfer.files[0]);
  }
  async function confirmed(note: string): Promise<void> {
    if (checked) await apply({ text: checked.text, basedOn: checked.basedOn, note });
  }
  if (applying.state === 'done') {
    return (
      <div className="page">
        <div className="page-head">
          <h1>{text.applied(formatCount(applying.version))}</h1>
        </div>
        <ErrorNotice
          tone="normal"
          what={text.appliedBody(checked?.result.name ?? '')}
          action={
            <Button
              kind="primary"
              onClick={() => {
                draft.write('');
                go('deployments');
              }}
            >
              {text.toRunning}
            </Button>
          }
        />
        {checked && checked.result.changes.length > 0 && (
          <section className="sheet">
            <header className="sheet-head">
              <h2>{text.changed}</h2>
            </header>
            <div className="sheet-body">
              <ChangeList changes={checked.result.changes} />
            </div>
          </section>
        )}
      </div>
    );
  }
  return (
    <div className={phone ? 'page document' : 'page page-fill document'}>
      <div className="page-head">
        <BackLink href="#/deployments" label={text.back} />
        <h1 className="grow">{text.title}</h1>
        <div className="row row-wrap document-actions">
          <Button icon={<FileUp size={18} aria-hidden="true" />} onClick={() => picker.current?.click()}>
            {text.open}
          </Button>
          {running !== null && (
            <Button icon={<History size={18} aria-hidden="true" />} onClick={() => void fromRunning()}>
              {text.running}
            </Button>
          )}
          <Button kind="primary" disabled={!ready} onClick={() => setConfirming(true)}>
            {text.apply}
          </Button>
        </div>
        <input
          ref={picker}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          aria-label={text.open}
          accept=".yaml,.yml,.json,text/yaml,application/json"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      {overtaken && (
        <ErrorNotice
          tone="warn"
          what={text.conflict}
          remedy={text.conflictRemedy}
          action={<Button onClick={validation.recheck}>{text.again}</Button>}
        />
      )}
      <div className="document-body">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition; the button opens files too */}
        <div
          className="sheet document-editor"
          data-dropping={dropping || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setDropping(true);
          }}
          onDragLeave={() => setDropping(false)}
          onDrop={onDrop}
        >
          <LineEditor
            id="document-text"
            label={text.label}
            value={value}
            onChange={change}
            marked={marked}
            current={current}
            placeholder={text.hint}
            handle={field}
          />
          {dropping && <p className="document-drop">{text.drop}</p>}
        </div>
        <CheckSheet validation={validation} onJump={jump} />
      </div>
      {checked && (
        <ApplyDialog
          open={confirming}
          checked={checked}
          running={running}
          applying={applying}
          newest={newest}
          onApply={(note) => void confirmed(note)}
          onAgain={again}
          onClose={() => {
            setConfirming(false);
            reset();
          }}
        />
      )}
      <Dialog
        open={asking !== null}
        title={text.replace}
        onClose={() => setAsking(null)}
        actions={
          <>
            <Button kind="quiet" onClick={() => setAsking(null)}>
              {common.cancel}
            </Button>
            <Button
              kind="primary"
              onClick={() => {
                if (asking !== null) change(asking);
                setAsking(null);
              }}
            >
              {text.replaceAction}
            </Button>
          </>
        }
      >
        <p>{text.replaceBody}</p>
      </Dialog>
    </div>
  );
}

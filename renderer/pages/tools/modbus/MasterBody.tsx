import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { EmptyNotice, ProblemNotice } from '../../../components/Notices.tsx';
import { formatMillis } from '../../../text/format.ts';
import { master as text } from '../../../text/modbus-tool.ts';
import { FrameTail } from '../line/FrameTail.tsx';
import type { ToolBodyProps } from '../line/LineTool.tsx';
import { useKeptLines } from '../line/use-kept-lines.ts';
import { AnswerView } from './AnswerView.tsx';
import { AskForm, type Repeat } from './AskForm.tsx';
import { FIRST_FORM, type MasterForm, readOf, whomOf } from './ask.ts';
import './modbus.css';
import { RawDialog } from './RawDialog.tsx';
import { useMaster } from './use-master.ts';
import { WriteDialog } from './WriteDialog.tsx';

const KEEP = 500;

/** What is typed: stays where the line is taken again. */
interface Typed {
  readonly form: MasterForm;
  readonly repeat: Repeat;
}
const FIRST: Typed = { form: FIRST_FORM, repeat: 'once' };

/** Question, answer, and the log of both. */
export function MasterBody(props: ToolBodyProps): ReactNode {
  const [typed, setTyped] = useState(FIRST);
  return <Master key={props.session} {...props} typed={typed} onType={setTyped} />;
}

function Master(props: ToolBodyProps & { typed: Typed; onType: (typed: Typed) => void }): ReactNode {
  const { session, live, typed, onType } = props;
  const { form, repeat } = typed;
  const [dialog, setDialog] = useState<'write' | 'raw' | null>(null);
  const master = useMaster(session, live);
  const { held } = useKeptLines(session, live, KEEP);
  const whom = whomOf(form);
  const read = readOf(form);
  const ready = !('fault' in whom) && !('fault' in read);
  function start(): void {
    if ('fault' in whom || 'fault' in read) return;
    if (repeat === 'once') void master.ask(whom, read);
    else master.repeat(whom, read, Number(repeat));
  }
  const { busy } = master.call;
  const isLost = props.view?.state === 'lost';
  // What is said of the line above the tool is not said here once more.
  const problem = isLost && props.view?.fault?.message === master.call.problem?.what ? null : master.call.problem;
  return (
    <div className="master">
      <section className="sheet master-ask">
        <h2 className="visually-hidden">{text.ask}</h2>
        <form
          className="sheet-body stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (master.repeating) master.stop();
            else start();
          }}
        >
          <AskForm
            form={form}
            onChange={(next) => onType({ ...typed, form: next })}
            repeat={repeat}
            onRepeat={(next) => onType({ ...typed, repeat: next })}
            disabled={master.repeating}
          />
          <div className="master-actions">
            <Button
              kind="primary"
              type="submit"
              disabled={!live || (!ready && !master.repeating)}
              busy={busy && !master.repeating}
            >
              {master.repeating ? text.stop : text.read}
            </Button>
            <Button
              disabled={!live || 'fault' in whom || busy || master.repeating}
              onClick={() => {
                if (!('fault' in whom)) void master.ask(whom, { do: 'identify' });
              }}
            >
              {text.identify}
            </Button>
            <Button disabled={!live || 'fault' in whom || master.repeating} onClick={() => setDialog('write')}>
              {text.write}
            </Button>
            <Button disabled={!live || 'fault' in whom || master.repeating} onClick={() => setDialog('raw')}>
              {text.raw}
            </Button>
          </div>
        </form>
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="sheet master-answer" tabIndex={0} aria-label={text.answer}>
        <header className="sheet-head">
          <h2>{text.answer}</h2>
          {master.newest?.answer.ok && (
            <p role="status">
              {master.newest.answer.words}{' '}
              <span className="muted num">
                {isLost || !live || master.call.problem ? text.before : text.took(formatMillis(master.newest.answer.tookMs))}
              </span>
            </p>
          )}
        </header>
        {problem && (
          <div className="sheet-body">
            <ProblemNotice problem={problem} />
          </div>
        )}
        {master.newest ? (
          <AnswerView newest={master.newest} />
        ) : (
          !problem && <EmptyNotice title={text.none} body={text.noneBody} />
        )}
      </section>
      <section className="sheet master-log">
        <FrameTail label={text.log} held={held} />
      </section>
      {dialog === 'write' && !('fault' in whom) && (
        <WriteDialog form={form} whom={whom} master={master} onClose={() => setDialog(null)} />
      )}
      {dialog === 'raw' && !('fault' in whom) && <RawDialog whom={whom} master={master} onClose={() => setDialog(null)} />}
    </div>
  );
}

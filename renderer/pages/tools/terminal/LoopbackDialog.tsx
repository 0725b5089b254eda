import { type ReactNode, useState } from 'react';
import type { LoopbackView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { ErrorNotice, ProblemNotice } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { common } from '../../../text/common.ts';
import { formatCount, formatMillis } from '../../../text/format.ts';
import { terminal as text } from '../../../text/tools.ts';

const SIZES = ['256', '4096', '65536'] as const;

/** Sends a pattern through a plug that joins TX and RX, and says what came back of it. */
export function LoopbackDialog(props: { session: string; onClose: () => void }): ReactNode {
  const [size, setSize] = useState<(typeof SIZES)[number]>('256');
  const [result, setResult] = useState<LoopbackView | null>(null);
  const { run, busy, problem, cancel } = useCall('tool.loopback', { inline: true, onDone: setResult });
  const facts = text.loopbackFacts;
  /** A long test at a low baud rate would hold the line for minutes after its dialog. */
  function close(): void {
    cancel();
    props.onClose();
  }
  return (
    <Dialog
      open
      title={text.loopbackTitle}
      onClose={close}
      actions={
        <>
          <Button kind="quiet" onClick={close}>
            {common.close}
          </Button>
          <Button
            kind="primary"
            busy={busy}
            onClick={() => {
              setResult(null);
              void run({ session: props.session, bytes: Number(size) });
            }}
          >
            {text.loopbackRun}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{text.loopbackBody}</p>
        <div className="field">
          <span className="field-label">{text.loopbackSize}</span>
          <div>
            <SegmentedControl
              label={text.loopbackSize}
              value={size}
              choices={SIZES.map((value) => ({ value, label: formatCount(Number(value)) }))}
              onChange={setSize}
            />
          </div>
        </div>
        {problem && <ProblemNotice problem={problem} />}
        {result && (
          <div role="status">
            <ErrorNotice
              tone={result.ok ? 'normal' : 'fault'}
              what={result.ok ? text.loopbackOk : text.loopbackBad}
              meaning={result.words}
            />
            <dl className="facts">
              <dt>{facts.sent}</dt>
              <dd className="num">{formatCount(result.sent)}</dd>
              <dt>{facts.back}</dt>
              <dd className="num">{formatCount(result.back)}</dd>
              <dt>{facts.wrong}</dt>
              <dd className="num">{formatCount(result.wrong)}</dd>
              <dt>{facts.took}</dt>
              <dd className="num">{formatMillis(result.tookMs)}</dd>
            </dl>
          </div>
        )}
      </div>
    </Dialog>
  );
}

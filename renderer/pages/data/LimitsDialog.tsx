import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { OutboxStreamView, StorageView } from '../../../core/contract/outbox-views.ts';
import { outboxPromise, streamPromise } from '../../../core/contract/outbox-words.ts';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorNotice, ProblemNotice } from '../../components/Notices.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { href } from '../../hooks/use-route.ts';
import { common } from '../../text/common.ts';
import { limits as text } from '../../text/data.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { LimitFields } from './LimitFields.tsx';
import { consequenceOf, type Kept, rateOf, readFields, typedOf } from './limits.ts';
import { streamName } from './stream-columns.tsx';

const HOUR = 3_600_000;
const STREAM_POLICIES = ['drop-oldest', 'reject-newest', 'thin-out'] as const;
const OUTBOX_POLICIES = ['drop-lowest', ...STREAM_POLICIES] as const;
type Policy = (typeof OUTBOX_POLICIES)[number];

/** Warnings before the change is made: no room for it, or something waits already that is over it. */
function Consequences(props: {
  kept: Kept;
  whenFull: Policy;
  now: { count: number; bytes: number; oldestAgeMs: number | null };
  rate: ReturnType<typeof rateOf>;
  disk: StorageView['disk'];
}): ReactNode {
  const { disk, over, overAge } = consequenceOf(props.kept, props.now, props.rate, props.disk);
  const refuses = props.whenFull === 'reject-newest';
  return (
    <>
      {disk && (
        <ErrorNotice tone="warn" what={text.disk(formatBytes(disk.needs), formatBytes(disk.room))} remedy={text.diskRemedy} />
      )}
      {over > 0 && <ErrorNotice tone="warn" what={refuses ? text.overRefuse : text.over(formatCount(over))} />}
      {overAge && <ErrorNotice tone="warn" what={text.overAge} />}
    </>
  );
}

function Done(props: { version: number; onClose: () => void }): ReactNode {
  const version = formatCount(props.version);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []); // the button that was held is gone
  return (
    <div className="stack" role="status">
      <ErrorNotice tone="normal" what={text.done(version)} meaning={text.doneBody} />
      <div className="row row-wrap">
        <a className="button" href={href('deployments', String(props.version))}>
          {text.show(version)}
        </a>
        <Button ref={close} onClick={props.onClose}>
          {common.close}
        </Button>
      </div>
    </div>
  );
}

/**
 * The limits of a stream, or of the whole outbox (`stream: null`): asked in hours with the bytes that takes at the rate of the last
 * day, and the other way round. Applied as a new version of the deployment.
 */
export function LimitsDialog(props: {
  storage: StorageView;
  streams: readonly OutboxStreamView[];
  stream: OutboxStreamView | null;
  onClose: () => void;
}): ReactNode {
  const { storage, stream, onClose } = props;
  const [before] = useState(() => ({ limits: (stream ?? storage).limits, whenFull: (stream ?? storage).whenFull as Policy }));
  const [start] = useState(() => typedOf(before.limits));
  const [typed, setTyped] = useState(start);
  const [whenFull, setWhenFull] = useState(before.whenFull);
  const [version, setVersion] = useState<number | null>(null);
  const { run, busy, problem } = useCall('outbox.limit', { inline: true, onDone: (output) => setVersion(output.version) });

  const fields = readFields(typed);
  const faulty = [fields.hours, fields.bytes, fields.messages].some((field) => field.error !== undefined);
  const same = whenFull === before.whenFull && JSON.stringify(typed) === JSON.stringify(start);
  // What was not touched stays exact: the field shows it rounded.
  const bytes = typed.bytes === start.bytes ? before.limits.bytes : fields.bytes.value;
  const kept: Kept = { hours: fields.hours.value, bytes, messages: fields.messages.value };
  const rate = stream ? stream.lastDay : rateOf(props.streams);
  const ages = props.streams.flatMap((one) => one.oldestAgeMs ?? []);
  const now = stream ?? { count: storage.count, bytes: storage.bytes, oldestAgeMs: ages.length > 0 ? Math.max(...ages) : null };
  const limits = { ageMs: kept.hours === null ? null : kept.hours * HOUR, bytes: kept.bytes, messages: kept.messages };
  const sentence =
    stream && whenFull !== 'drop-lowest' ? streamPromise({ ...stream, limits, whenFull }) : outboxPromise({ limits, whenFull });
  const name = stream ? streamName(stream) : text.whole;
  return (
    <Dialog
      open
      wide
      title={text.title(name)}
      onClose={() => {
        if (!busy) onClose();
      }}
      {...(version === null
        ? {
            actions: (
              <>
                <Button kind="quiet" disabled={busy} onClick={onClose}>
                  {common.cancel}
                </Button>
                <ConfirmHold
                  kind="primary"
                  label={text.apply}
                  busy={busy}
                  disabled={faulty || same}
                  onConfirm={() => void run({ stream: stream?.id ?? null, keep: kept, whenFull })}
                />
              </>
            ),
          }
        : {})}
    >
      {version === null ? (
        <div className="stack">
          <p className="muted">{text.intro}</p>
          <LimitFields typed={typed} fields={fields} rate={rate} onChange={setTyped} />
          <div className="field">
            <span className="field-label">{text.whenFull}</span>
            <div className="limits-policy">
              <SegmentedControl
                label={text.whenFull}
                value={whenFull}
                choices={(stream ? STREAM_POLICIES : OUTBOX_POLICIES).map((value) => ({ value, label: text.policies[value] }))}
                onChange={setWhenFull}
              />
            </div>
          </div>
          {!faulty && (
            <p className="limits-promise">
              <span className="muted">{text.result}: </span>
              {sentence}
            </p>
          )}
          {!faulty && !same && <Consequences kept={kept} whenFull={whenFull} now={now} rate={rate} disk={storage.disk} />}
          <p className="small muted">{same ? text.same : text.becomes}</p>
          {problem && <ProblemNotice problem={problem} />}
        </div>
      ) : (
        <Done version={version} onClose={onClose} />
      )}
    </Dialog>
  );
}

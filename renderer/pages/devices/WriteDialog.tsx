import { type ReactNode, useState } from 'react';
import type { DeviceView, PointView } from '../../../core/contract/views.ts';
import { writeQuestions } from '../../../core/contract/write-confirm.ts';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../components/Choices.tsx';
import { ConfirmHold } from '../../components/ConfirmHold.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { common } from '../../text/common.ts';
import { write as text } from '../../text/devices.ts';
import { formatValue } from '../../text/format.ts';

type Kind = 'number' | 'switch' | 'text';

/** What a point takes, judged by its value; a point without a value is a number where it has a unit or decimals. */
export function kindOf(point: PointView): Kind {
  if (typeof point.value === 'boolean') return 'switch';
  if (typeof point.value === 'number') return 'number';
  if (point.value === null && (point.unit !== '' || point.decimals !== null)) return 'number';
  return 'text';
}

/** The value of what was typed, or why there is none. Comma and point both are decimal signs. */
export function parseValue(kind: Kind, typed: string): { value: number | string | boolean } | { error: string } {
  if (kind === 'switch') return { value: typed === 'on' };
  const trimmed = typed.trim();
  if (kind === 'text') return trimmed === '' ? { error: text.needText } : { value: trimmed };
  const number = Number(trimmed.replace(',', '.'));
  return trimmed === '' || !Number.isFinite(number) ? { error: text.needNumber } : { value: number };
}

/**
 * Writes one point: validated while typed, shown as "now" and "new", sent only after the button was held. What a command asks before it
 * writes this point is asked here, too.
 */
export function WriteDialog(props: { device: DeviceView; point: PointView; onClose: () => void }): ReactNode {
  const { device, point } = props;
  const [kind] = useState(() => kindOf(point));
  const [typed, setTyped] = useState(kind === 'switch' ? (point.value === true ? 'off' : 'on') : '');
  const { run, busy, problem } = useCall('device.write', { done: text.done(point.label), inline: true, onDone: props.onClose });
  const questions = writeQuestions(device.commands, point.name);
  const confirmed = questions.length > 0 ? { confirmed: true } : {};
  const parsed = parseValue(kind, typed);
  const value = 'value' in parsed ? parsed.value : null;
  const same = value !== null && value === point.value;
  const unit = point.unit === '' ? '' : ` ${point.unit}`;
  return (
    <Dialog
      open
      title={text.title(point.label)}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <ConfirmHold
            kind="primary"
            label={text.confirm}
            disabled={value === null}
            busy={busy}
            onConfirm={() => {
              if (value !== null) void run({ device: device.id, point: point.name, value, ...confirmed });
            }}
          />
        </>
      }
    >
      <div className="stack">
        <p>{text.intro(device.name)}</p>
        {questions.map((question) => (
          <p key={question}>
            <strong>{question}</strong>
          </p>
        ))}
        {kind === 'switch' ? (
          <div className="field">
            <span className="field-label">{text.value}</span>
            <div>
              <SegmentedControl
                label={text.value}
                value={typed}
                choices={[
                  { value: 'off', label: text.off },
                  { value: 'on', label: text.on },
                ]}
                onChange={setTyped}
              />
            </div>
          </div>
        ) : (
          <TextField
            id="write-value"
            label={text.value}
            unit={point.unit}
            value={typed}
            onChange={setTyped}
            numeric={kind === 'number'}
            autoFocus
            {...('error' in parsed && typed !== '' ? { error: parsed.error } : same ? { hint: text.same } : {})}
          />
        )}
        <dl className="facts">
          <dt>{text.now}</dt>
          <dd className="num">
            {formatValue(point.value, point.decimals)}
            {unit}
          </dd>
          <dt>{text.next}</dt>
          <dd className="num">
            <strong>
              {value === null ? '–' : formatValue(value, null)}
              {value === null ? '' : unit}
            </strong>
          </dd>
        </dl>
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}

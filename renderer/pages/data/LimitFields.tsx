import type { ReactNode } from 'react';
import { limitBytes, limitSpan } from '../../../core/contract/outbox-words.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { limits as text } from '../../text/data.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { aboutSpan } from '../../text/outbox-words.ts';
import { type Field, hoursOf, type Rate, type readFields, type Typed, takenIn, typedBytes } from './limits.ts';

const HOUR = 3_600_000;

/** Below the hours: what they are in days, and what they take. */
function hoursHint(hours: number | null, rate: Rate | null): string {
  if (hours === null) return text.none;
  const is = text.is(limitSpan(Math.round(hours * HOUR)));
  if (rate === null) return `${is} ${text.noRate}`;
  if (rate.bytesPerHour <= 0) return `${is} ${text.noTraffic}`;
  const taken = takenIn(hours, rate);
  return `${is} ${text.takes(formatBytes(taken.bytes), formatCount(taken.messages))}`;
}

/** Below a size: how long it lasts. */
function sizeHint(size: number | null, perHour: number | null): string {
  if (size === null) return text.none;
  if (perHour === null) return text.noRate;
  const hours = hoursOf(size, perHour);
  return hours === null ? text.noTraffic : text.lasts(aboutSpan(hours * HOUR));
}

const hinted = (field: Field, hint: string): { hint: string } | { error: string } =>
  field.error === undefined ? { hint } : { error: field.error };

/** The three fields of a limit, each saying what it comes to at the rate of the last day. */
export function LimitFields(props: {
  typed: Typed;
  fields: ReturnType<typeof readFields>;
  rate: Rate | null;
  onChange: (typed: Typed) => void;
}): ReactNode {
  const { typed, fields, rate, onChange } = props;
  const hours = fields.hours.value;
  const bytes = fields.bytes.value;
  const needed = hours === null || rate === null || rate.bytesPerHour <= 0 ? null : takenIn(hours, rate).bytes;
  const short = needed !== null && bytes !== null && bytes < needed && rate !== null ? hoursOf(bytes, rate.bytesPerHour) : null;
  return (
    <>
      <div className="limits-fields">
        <TextField
          id="limit-hours"
          label={text.hours}
          unit={text.hoursUnit}
          value={typed.hours}
          onChange={(value) => onChange({ ...typed, hours: value })}
          numeric
          autoFocus
          {...hinted(fields.hours, hoursHint(hours, rate))}
        />
        <TextField
          id="limit-bytes"
          label={text.bytes}
          unit={text.bytesUnit}
          value={typed.bytes}
          onChange={(value) => onChange({ ...typed, bytes: value })}
          numeric
          {...hinted(fields.bytes, sizeHint(bytes, rate?.bytesPerHour ?? null))}
        />
        <TextField
          id="limit-messages"
          label={text.messages}
          unit={text.messagesUnit}
          value={typed.messages}
          onChange={(value) => onChange({ ...typed, messages: value })}
          numeric
          {...hinted(fields.messages, sizeHint(fields.messages.value, rate?.messagesPerHour ?? null))}
        />
      </div>
      {short !== null && needed !== null && bytes !== null && (
        <div className="row row-wrap limits-fit">
          <p className="grow small">{text.tooSmall(limitBytes(bytes), aboutSpan(short * HOUR))}</p>
          <Button onClick={() => onChange({ ...typed, bytes: typedBytes(needed) })}>{text.fit(formatBytes(needed))}</Button>
        </div>
      )}
    </>
  );
}

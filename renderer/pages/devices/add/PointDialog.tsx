import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { name as text } from '../../../text/add-device.ts';
import { common } from '../../../text/common.ts';
import { type DraftPoint, LIMITS, type LimitName, type LimitValues, type PointChange } from './draft.ts';

/** A number as people type it; null: empty. NaN: no number. */
function numberOf(typed: string): number | null {
  const plain = typed.trim().replace(',', '.');
  return plain === '' ? null : Number(plain);
}

/** The limits of what was typed, or what is wrong with it. Pure. */
export function readLimits(
  typed: Readonly<Record<LimitName, string>>,
): { readonly limits: LimitValues } | { readonly at: LimitName | null; readonly error: string } {
  const limits: Partial<Record<LimitName, number>> = {};
  let last = Number.NEGATIVE_INFINITY;
  for (const name of LIMITS) {
    const value = numberOf(typed[name]);
    if (value === null) continue;
    if (!Number.isFinite(value)) return { at: name, error: text.limitNumber };
    if (value <= last) return { at: name, error: text.limitOrder };
    limits[name] = value;
    last = value;
  }
  return { limits };
}

/** Name, unit and limits of one value. */
export function PointDialog(props: { point: DraftPoint; onDone: (change: PointChange) => void; onClose: () => void }): ReactNode {
  const { point } = props;
  const [label, setLabel] = useState(point.label);
  const [unit, setUnit] = useState(point.unit);
  const [typed, setTyped] = useState<Readonly<Record<LimitName, string>>>(() => ({
    lowLow: String(point.limits.lowLow ?? ''),
    low: String(point.limits.low ?? ''),
    high: String(point.limits.high ?? ''),
    highHigh: String(point.limits.highHigh ?? ''),
  }));
  const read = readLimits(typed);
  const isGood = 'limits' in read;
  return (
    <Dialog
      open
      wide
      title={text.editOf(point.label)}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <Button
            kind="primary"
            disabled={!isGood || label.trim() === ''}
            onClick={() => {
              if (isGood) props.onDone({ label: label.trim().slice(0, 80), unit: unit.trim().slice(0, 16), limits: read.limits });
            }}
          >
            {text.done}
          </Button>
        </>
      }
    >
      <div className="point-fields">
        <TextField id="point-label" label={text.label} value={label} onChange={setLabel} />
        <TextField id="point-unit" label={text.unit} value={unit} onChange={setUnit} />
        {point.isNumber &&
          LIMITS.map((name) => (
            <TextField
              key={name}
              id={`point-${name}`}
              label={text.limit[name]}
              unit={unit}
              value={typed[name]}
              onChange={(value) => setTyped({ ...typed, [name]: value })}
              numeric
              {...(!isGood && read.at === name ? { error: read.error } : { hint: text.limitHint[name] })}
            />
          ))}
      </div>
    </Dialog>
  );
}

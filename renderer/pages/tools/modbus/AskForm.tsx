import Minus from 'lucide-react/icons/minus';
import Plus from 'lucide-react/icons/plus';
import type { ReactNode } from 'react';
import { IconButton } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { master as text } from '../../../text/modbus-tool.ts';
import { hexAddress, type MasterForm, manualAddress, readOf, TABLES, type Table, wholeOf, whomOf } from './ask.ts';

export type Repeat = keyof typeof text.repeats;
const REPEATS: readonly Repeat[] = ['once', '1000', '5000'];

/** Unit, table, address with its other names and -1/+1, count. */
export function AskForm(props: {
  form: MasterForm;
  onChange: (form: MasterForm) => void;
  repeat: Repeat;
  onRepeat: (repeat: Repeat) => void;
  disabled: boolean;
}): ReactNode {
  const { form, onChange } = props;
  const set = (part: Partial<MasterForm>): void => onChange({ ...form, ...part });
  const address = wholeOf(form.address, 0, 65_535);
  const whom = whomOf(form);
  const read = readOf(form);
  const fault = 'fault' in whom ? whom.fault : 'fault' in read ? read.fault : null;
  const error = (...kinds: string[]): { error: string } | Record<string, never> =>
    fault !== null && kinds.includes(fault) ? { error: text.fault[fault] } : {};
  const move = (by: number): void => {
    if (address !== null) set({ address: String(Math.min(65_535, Math.max(0, address + by))) });
  };
  return (
    <fieldset className="master-form" disabled={props.disabled}>
      <legend className="visually-hidden">{text.ask}</legend>
      <div className="master-two">
        <TextField
          id="master-unit"
          label={text.unit}
          value={form.unit}
          numeric
          hint={text.unitHint}
          onChange={(unit) => set({ unit })}
          {...error('unit')}
        />
        <TextField
          id="master-timeout"
          label={text.timeout}
          unit={text.ms}
          value={form.timeoutMs}
          numeric
          onChange={(timeoutMs) => set({ timeoutMs })}
          {...error('timeout')}
        />
      </div>
      <div className="field">
        <label className="field-label" htmlFor="master-table">
          {text.table}
        </label>
        <select
          id="master-table"
          className="input"
          value={form.table}
          onChange={(event) => {
            const table = TABLES.find((one) => one === event.target.value);
            if (table) set({ table });
          }}
        >
          {TABLES.map((table: Table) => (
            <option key={table} value={table}>
              {text.tables[table]}
            </option>
          ))}
        </select>
      </div>
      <div className="master-address">
        <TextField
          id="master-address"
          label={text.address}
          value={form.address}
          numeric
          onChange={(typed) => set({ address: typed })}
          {...(address === null
            ? { error: text.fault.address }
            : { hint: text.addressNames(hexAddress(address), manualAddress(form.table, address)) })}
        />
        <IconButton kind="plain" icon={<Minus size={18} aria-hidden="true" />} label={text.less} onClick={() => move(-1)} />
        <IconButton kind="plain" icon={<Plus size={18} aria-hidden="true" />} label={text.more} onClick={() => move(1)} />
      </div>
      <div className="master-two">
        <TextField
          id="master-count"
          label={text.count}
          value={form.count}
          numeric
          onChange={(count) => set({ count })}
          {...error('registers', 'bits')}
        />
        <div className="field">
          <label className="field-label" htmlFor="master-repeat">
            {text.repeat}
          </label>
          <select
            id="master-repeat"
            className="input"
            value={props.repeat}
            onChange={(event) => props.onRepeat(REPEATS.find((one) => one === event.target.value) ?? 'once')}
          >
            {REPEATS.map((one) => (
              <option key={one} value={one}>
                {text.repeats[one]}
              </option>
            ))}
          </select>
        </div>
      </div>
    </fieldset>
  );
}

import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { ConfirmHold } from '../../../components/ConfirmHold.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { ErrorNotice, ProblemNotice } from '../../../components/Notices.tsx';
import { common } from '../../../text/common.ts';
import { master as text } from '../../../text/modbus-tool.ts';
import { hexAddress, type MasterForm, manualAddress, valuesOf, type Whom, wholeOf } from './ask.ts';
import type { useMaster } from './use-master.ts';

/** Writes registers or coils of one unit: only after the button was held. */
export function WriteDialog(props: {
  form: MasterForm;
  whom: Whom;
  master: ReturnType<typeof useMaster>;
  onClose: () => void;
}): ReactNode {
  const { whom, master } = props;
  const [table, setTable] = useState<'holding' | 'coil'>(props.form.table === 'coil' ? 'coil' : 'holding');
  const [at, setAt] = useState(props.form.address);
  const [typed, setTyped] = useState('');
  const [how, setHow] = useState<'single' | 'multiple'>('single');
  const [tried, setTried] = useState(false);
  const values = valuesOf(typed, table);
  const address = wholeOf(at, 0, 65_535);
  const many = (values?.length ?? 0) > 1;
  const multiple = many || how === 'multiple';
  const { newest, call } = master;
  const answer = tried && !call.busy && call.problem === null && newest?.ask.do === 'write' ? newest.answer : null;
  const isConfirmed = answer?.ok === true && answer.heard !== '';
  /** What is said is about what was written, not about what is typed next. */
  const changing =
    <V,>(set: (value: V) => void) =>
    (value: V): void => {
      set(value);
      setTried(false);
    };
  function write(): void {
    if (values === null || address === null) return;
    setTried(true);
    void master.ask(whom, { do: 'write', table, address, values, multiple });
  }
  return (
    <Dialog
      open
      title={text.writeTitle(String(whom.unit))}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {answer?.ok ? common.close : common.cancel}
          </Button>
          <ConfirmHold
            kind="primary"
            label={text.hold}
            disabled={values === null || address === null}
            busy={call.busy}
            onConfirm={write}
          />
        </>
      }
    >
      <div className="stack">
        <p>{text.writeBody}</p>
        {whom.unit === 0 && <ErrorNotice tone="warn" what={text.allUnits} meaning={text.allUnitsBody} />}
        <div className="field">
          <span className="field-label">{text.writeTable}</span>
          <div>
            <SegmentedControl
              label={text.writeTable}
              value={table}
              choices={(['holding', 'coil'] as const).map((value) => ({ value, label: text.writeTables[value] }))}
              onChange={changing(setTable)}
            />
          </div>
        </div>
        <TextField
          id="write-address"
          label={text.address}
          value={at}
          numeric
          onChange={changing(setAt)}
          {...(address === null
            ? { error: text.fault.address }
            : { hint: text.addressNames(hexAddress(address), manualAddress(table, address)) })}
        />
        <TextField
          id="write-values"
          label={text.values}
          value={typed}
          onChange={changing(setTyped)}
          autoFocus
          {...(values === null && typed.trim() !== ''
            ? { error: text.valuesFault[table] }
            : { hint: table === 'coil' ? text.valuesCoils : text.valuesRegisters })}
        />
        <div className="field">
          <span className="field-label">{text.multiple}</span>
          <div>
            <SegmentedControl
              label={text.multiple}
              value={multiple ? 'multiple' : 'single'}
              choices={(['single', 'multiple'] as const).map((value) => ({ value, label: text.multiples[value] }))}
              onChange={(value) => setHow(many ? 'multiple' : value)}
            />
          </div>
        </div>
        {tried && call.problem && <ProblemNotice problem={call.problem} />}
        {answer && (
          <div role="status">
            <ErrorNotice
              tone={answer.ok ? 'normal' : 'fault'}
              what={isConfirmed ? text.written : answer.words}
              meaning={isConfirmed ? answer.words : ''}
            />
          </div>
        )}
      </div>
    </Dialog>
  );
}

import Minus from 'lucide-react/icons/minus';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useState } from 'react';
import { MATRIX_REGISTERS, type MatrixCell, nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { Button, IconButton } from '../../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import type { Pick } from '../../../stores/adding.ts';
import { formatValue } from '../../../text/format.ts';
import { matrix, cell as text, UNITS } from '../../../text/matrix.ts';
import { LAST_ADDRESS } from './address.ts';
import { orderWords, shortNumber } from './MatrixGrid.tsx';
import { cellKey, cellsByKey, decimalsFor, type Snapshot } from './matrix-view.ts';

const LONG = 1e12;
const SCALES = ['0.001', '0.01', '0.1', '1', '10', '100', '1000'] as const;

function Addresses(props: { table: 'holding' | 'input'; address: number; onMove: (by: number) => void }): ReactNode {
  const names = nameAddress(props.table, props.address);
  return (
    <div className="cell-address">
      <IconButton
        kind="plain"
        icon={<Minus size={20} aria-hidden="true" />}
        label={matrix.less}
        onClick={() => props.onMove(-1)}
      />
      <dl className="cell-names num">
        <div>
          <dt>{text.names.classic}</dt>
          <dd>{names.classic}</dd>
        </div>
        <div>
          <dt>{text.names.wire}</dt>
          <dd>{names.wire}</dd>
        </div>
        <div>
          <dt>{text.names.one}</dt>
          <dd>{names.oneBased}</dd>
        </div>
        <div>
          <dt>{text.names.hex}</dt>
          <dd>{names.hex}</dd>
        </div>
      </dl>
      <IconButton kind="plain" icon={<Plus size={20} aria-hidden="true" />} label={matrix.more} onClick={() => props.onMove(1)} />
    </div>
  );
}

/** What is taken by mistake may be of any size, and must still be told from the right one at a glance. */
const nowWords = (value: number, decimals: number): string =>
  Math.abs(value) >= LONG ? shortNumber(value) : formatValue(value, decimals);

/** One cell of the matrix as a value of the device: its address (a register back or on), scale, unit and name. */
export function CellDialog(props: {
  snapshot: Snapshot;
  cell: MatrixCell;
  scale: number;
  /** As the display showed it; null: not typed. */
  decimals: number | null;
  taken: readonly string[];
  /** A register outside of those that are read is looked at. */
  onLookAt: (address: number) => void;
  onTake: (pick: Pick, andOn: boolean) => void;
  onClose: () => void;
}): ReactNode {
  const { snapshot, cell } = props;
  const [address, setAddress] = useState(cell.address);
  const [scale, setScale] = useState(props.scale);
  const [unit, setUnit] = useState<string | null>(null);
  const [label, setLabel] = useState('');
  const raw = cellsByKey(snapshot).get(cellKey({ ...cell, address }))?.value ?? null;
  // another place fits nothing that was typed, but has as many digits
  const [shownDecimals] = useState(props.decimals);
  const decimals = shownDecimals ?? decimalsFor(cell.type, scale);
  const quantity = UNITS.find(([one]) => one === unit)?.[1] ?? UNITS.at(-1)?.[1] ?? '';
  const count = props.taken.filter((one) => one === quantity || one.startsWith(`${quantity} `)).length;
  const proposed = count === 0 ? quantity : `${quantity} ${count + 1}`;
  const finalLabel = label.trim() === '' ? proposed : label.trim();
  const scales = SCALES.some((one) => Number(one) === scale) ? SCALES : [...SCALES, String(scale)];
  function moveTo(next: number): void {
    const to = Math.min(Math.max(next, 0), LAST_ADDRESS + 1 - MATRIX_REGISTERS[cell.type]);
    setAddress(to);
    props.onLookAt(to);
  }
  const take = (andOn: boolean): void => {
    const { type, order } = cell;
    props.onTake(
      { table: snapshot.table, address, type, order, scale, label: finalLabel.slice(0, 80), unit: unit ?? '', decimals },
      andOn,
    );
  };
  return (
    <Dialog
      open
      wide
      title={text.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={() => take(false)}>{text.take}</Button>
          <Button kind="primary" data-autofocus onClick={() => take(true)}>
            {text.takeOn}
          </Button>
        </>
      }
    >
      <div className="stack cell-dialog">
        <p className="cell-now">
          <span className="muted">{text.now}</span>{' '}
          <strong className="num">{raw === null ? matrix.missing : nowWords(raw * scale, decimals)}</strong>{' '}
          <span className="muted">{unit ?? ''}</span>
          <span className="small muted cell-type">
            {matrix.types[cell.type]} <span className="mono">{orderWords(cell)}</span>
          </span>
        </p>
        <Addresses table={snapshot.table} address={address} onMove={(by) => moveTo(address + by)} />
        <div className="field">
          <span className="field-label">{text.unit}</span>
          <div className="pills" role="radiogroup" aria-label={text.unit}>
            {UNITS.map(([one]) => (
              // biome-ignore lint/a11y/useSemanticElements: a native radio is too small for a finger
              <button
                key={one}
                type="button"
                role="radio"
                className="pill"
                aria-checked={unit === one}
                onClick={() => setUnit(one)}
              >
                {one === '' ? text.noUnit : one}
              </button>
            ))}
          </div>
        </div>
        <div className="field">
          <span className="field-label">{text.scale}</span>
          <SegmentedControl
            label={text.scale}
            value={String(scale)}
            choices={scales.map((one) => ({ value: one, label: one }))}
            onChange={(value) => setScale(Number(value))}
          />
        </div>
        <TextField id="cell-label" label={text.label} value={label} onChange={setLabel} hint={text.labelHint(proposed)} />
      </div>
    </Dialog>
  );
}

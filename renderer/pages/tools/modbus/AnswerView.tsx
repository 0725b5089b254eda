import { type ReactNode, useMemo, useState } from 'react';
import {
  decodeMatrix,
  MATRIX_ORDERS,
  MATRIX_REGISTERS,
  type MatrixOrder,
  type MatrixType,
} from '../../../../core/contract/decode-matrix.ts';
import { type Column, DataTable } from '../../../components/DataTable.tsx';
import { bytesOf, hexOf } from '../../../components/HexText.tsx';
import { ErrorNotice } from '../../../components/Notices.tsx';
import { master as text } from '../../../text/modbus-tool.ts';
import { hexAddress, isRegisters, manualAddress, type ReadAsk } from './ask.ts';
import type { Answered } from './use-master.ts';

interface RegisterRow {
  readonly id: string;
  readonly address: number;
  readonly manual: string;
  readonly value: number;
  readonly as: number | null;
}
const rowId = (row: RegisterRow): string => row.id;
const TYPES: readonly MatrixType[] = [
  'float32',
  'int32',
  'uint32',
  'float64',
  'int64',
  'uint64',
  'bcd16',
  'bcd32',
  'int16',
  'uint16',
];
const signed = (value: number): number => (value > 0x7fff ? value - 0x10000 : value);
const hexValue = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
/** As exact as a register pair can be, and no longer than a column. */
const asWords = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(7)));
const bitWords = (value: number): string => `${value} ${value === 0 ? text.off : text.on}`;
const ADDRESS: readonly Column<RegisterRow>[] = [
  {
    id: 'address',
    head: text.columns.address,
    width: 'minmax(104px, 1fr)',
    cell: (row) => (
      <span className="num">
        {row.address} <span className="small muted">{hexAddress(row.address)}</span>
      </span>
    ),
  },
  {
    id: 'manual',
    head: text.columns.manual,
    width: 'minmax(72px, 1fr)',
    cell: (row) => <span className="num">{row.manual}</span>,
  },
];
const BITS: readonly Column<RegisterRow>[] = [
  ...ADDRESS,
  {
    id: 'value',
    head: text.columns.value,
    width: 'minmax(90px, 1fr)',
    cell: (row) => <span className={row.value === 0 ? 'muted' : ''}>{bitWords(row.value)}</span>,
  },
];
const registerColumns = (type: MatrixType): readonly Column<RegisterRow>[] => [
  ...ADDRESS,
  {
    id: 'hex',
    head: text.columns.hex,
    width: '62px',
    align: 'end',
    cell: (row) => <span className="mono">{hexValue(row.value)}</span>,
  },
  { id: 'unsigned', head: text.columns.unsigned, width: '84px', align: 'end', cell: (row) => String(row.value) },
  { id: 'signed', head: text.columns.signed, width: '72px', align: 'end', cell: (row) => String(signed(row.value)) },
  {
    id: 'as',
    head: type,
    width: 'minmax(96px, 1fr)',
    align: 'end',
    cell: (row) => (row.as === null ? <span className="muted">–</span> : <strong className="clip">{asWords(row.as)}</strong>),
  },
];

const cardOf =
  (registers: boolean, type: MatrixType) =>
  (row: RegisterRow): ReactNode => (
    <div className="card-lines">
      <p className="row num">
        <span className="grow">
          {row.address} <span className="small muted">{hexAddress(row.address)}</span>{' '}
          <span className="small muted">{row.manual}</span>
        </span>
        <strong>{registers ? String(row.value) : bitWords(row.value)}</strong>
      </p>
      {registers && (
        <p className="small row num">
          <span className="grow mono">0x{hexValue(row.value)}</span>
          <span>
            {text.columns.signed} {signed(row.value)}
            {row.as !== null && `, ${type} ${asWords(row.as)}`}
          </span>
        </p>
      )}
    </div>
  );

function rowsOfAnswer(ask: ReadAsk, values: readonly number[], type: MatrixType, order: MatrixOrder): readonly RegisterRow[] {
  const cells = isRegisters(ask.table) ? decodeMatrix(ask.address, values) : [];
  const as = new Map(cells.filter((cell) => cell.type === type && cell.order === order).map((cell) => [cell.index, cell.value]));
  return values.map((value, i) => ({
    id: String(ask.address + i),
    address: ask.address + i,
    manual: manualAddress(ask.table, ask.address + i),
    value,
    as: as.get(i) ?? null,
  }));
}

function Values(props: { ask: ReadAsk; values: readonly number[] }): ReactNode {
  const { ask, values } = props;
  const [type, setType] = useState<MatrixType>('float32');
  const [order, setOrder] = useState<MatrixOrder>('big');
  const registers = isRegisters(ask.table);
  const orders = MATRIX_REGISTERS[type] === 1 ? MATRIX_ORDERS.slice(0, 2) : MATRIX_ORDERS;
  const shown = orders.includes(order) ? order : 'big';
  const rows = useMemo(() => rowsOfAnswer(ask, values, type, shown), [ask, values, type, shown]);
  const card = useMemo(() => cardOf(registers, type), [registers, type]);
  const columns = useMemo(() => (registers ? registerColumns(type) : BITS), [registers, type]);
  return (
    <>
      {registers && (
        <div className="master-as">
          <label className="field-label" htmlFor="master-as">
            {text.as}
          </label>
          <select
            id="master-as"
            className="input"
            value={type}
            onChange={(event) => setType(TYPES.find((one) => one === event.target.value) ?? 'float32')}
          >
            {TYPES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <select
            className="input"
            aria-label={text.order}
            value={shown}
            onChange={(event) => setOrder(orders.find((one) => one === event.target.value) ?? 'big')}
          >
            {orders.map((one) => (
              <option key={one} value={one}>
                {text.orders[one]}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="master-values" style={{ '--rows': Math.min(Math.max(rows.length, 1), 10) }}>
        <DataTable
          label={registers ? text.registers : text.bits}
          rows={rows}
          columns={columns}
          rowId={rowId}
          rowHeight={40}
          card={card}
          cardHeight={56}
        />
      </div>
    </>
  );
}

/** The newest answer: values in every common way of reading, what the unit says of itself, or why it refused; and the bytes. */
export function AnswerView(props: { newest: Answered }): ReactNode {
  const { ask, answer } = props.newest;
  const objects = Object.entries(answer.objects).sort(([a], [b]) => Number(a) - Number(b));
  return (
    <>
      {!answer.ok && (
        <div className="master-said">
          <ErrorNotice
            tone={answer.exception === null ? 'fault' : 'warn'}
            what={answer.words}
            meaning={answer.exception === null ? '' : `${text.exception(answer.exception)}. ${text.exceptionMeaning}`}
            remedy={answer.heard === '' ? text.noAnswerRemedy : ''}
          />
        </div>
      )}
      {objects.length > 0 && (
        <dl className="facts master-said" aria-label={text.objects}>
          {objects.map(([number, value]) => [
            <dt key={`${number} name`}>{text.object[number] ?? text.objectNumber(number)}</dt>,
            <dd key={number}>{value}</dd>,
          ])}
        </dl>
      )}
      {ask.do === 'read' && answer.values.length > 0 && <Values ask={ask} values={answer.values} />}
      <dl className="facts small master-bytes">
        <dt>{text.sent}</dt>
        <dd className="mono">{hexOf(bytesOf(answer.sent))}</dd>
        <dt>{text.heard}</dt>
        <dd className="mono">{answer.heard === '' ? text.heardNothing : hexOf(bytesOf(answer.heard))}</dd>
      </dl>
    </>
  );
}

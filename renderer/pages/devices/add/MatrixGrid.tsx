import { type KeyboardEvent, memo, type ReactNode, useMemo, useState } from 'react';
import { type MatrixCell, type MatrixMatch, nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { COLUMNS, cellKey, cellsByKey, type Group, type MatrixColumn, type Snapshot } from './matrix-view.ts';

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

/** A number in few letters, so that many stand side by side. */
export function shortNumber(value: number | null): string {
  if (value === null) return text.missing;
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e9 || size < 1e-3) return value.toExponential(1).replace('e+', 'e');
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(size < 1 ? 4 : 6)));
}

export const orderWords = ({ type, order }: MatrixColumn): string =>
  type === 'uint16' || type === 'int16' || type === 'bcd16' ? text.orders16[order] : text.orders[order];

const Cell = memo(function Cell(props: {
  row: number;
  column: number;
  shown: string;
  label: string;
  fit: 'best' | 'fits' | undefined;
  isHome: boolean;
  isMissing: boolean;
  onTouch: (row: number, column: number) => void;
}): ReactNode {
  return (
    <td>
      <button
        type="button"
        className="matrix-cell num"
        data-row={props.row}
        data-column={props.column}
        data-fit={props.fit}
        disabled={props.isMissing}
        tabIndex={props.isHome ? 0 : -1}
        aria-label={props.label}
        onClick={() => props.onTouch(props.row, props.column)}
      >
        {props.shown}
      </button>
    </td>
  );
});

/** Moves the focus among the cells; those that do not exist are passed over. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  if (!step || !(event.target instanceof HTMLElement) || event.target.dataset['row'] === undefined) return;
  event.preventDefault();
  let row = Number(event.target.dataset['row']);
  let column = Number(event.target.dataset['column']);
  for (let i = 0; i < 64; i += 1) {
    row += step[0];
    column += step[1];
    const next = event.currentTarget.querySelector<HTMLButtonElement>(`[data-row="${row}"][data-column="${column}"]`);
    if (!next) return;
    if (next.disabled) continue;
    next.focus();
    return;
  }
}

/** The registers that are read now, each in the types and orders of one group; what fits the number is filled. */
export function MatrixGrid(props: {
  snapshot: Snapshot;
  group: Group;
  matches: readonly MatrixMatch[];
  onChoose: (cell: MatrixCell) => void;
}): ReactNode {
  const { snapshot, matches, onChoose } = props;
  const columns = COLUMNS[props.group];
  const cells = useMemo(() => cellsByKey(snapshot), [snapshot]);
  const fits = useMemo(() => new Map(matches.map((one, i) => [cellKey(one), i === 0 ? 'best' : 'fits'] as const)), [matches]);
  const [home, setHome] = useState({ row: 0, column: 0 });
  const cellAt = (row: number, column: number): MatrixCell | undefined => {
    const at = columns[column];
    return at && cells.get(cellKey({ address: snapshot.address + row, ...at }));
  };
  const exists = (row: number, column: number): boolean => (cellAt(row, column)?.value ?? null) !== null;
  const firstRow = snapshot.registers.findIndex((_, row) => exists(row, 0));
  const homeAt = exists(home.row, home.column) ? home : { row: firstRow, column: 0 };
  function touch(row: number, column: number): void {
    setHome({ row, column });
    const cell = cellAt(row, column);
    if (cell) onChoose(cell);
  }
  return (
    <table className="matrix" aria-label={text.grid} onKeyDown={moveFocus} data-columns={columns.length}>
      <thead>
        <tr>
          <th scope="col">{text.address}</th>
          <th scope="col" className="matrix-raw">
            {text.raw}
          </th>
          {columns.map((column) => (
            <th scope="col" key={`${column.type} ${column.order}`}>
              {text.shortTypes[column.type] !== undefined && <span>{text.shortTypes[column.type]} </span>}
              <span className="mono">{orderWords(column)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {snapshot.registers.map((register, row) => {
          const names = nameAddress(snapshot.table, snapshot.address + row);
          return (
            <tr key={names.wire}>
              <th scope="row" className="num">
                {names.classic}
                <span className="small muted"> {names.wire}</span>
              </th>
              <td className="matrix-raw mono muted">
                {register === null ? text.missing : register.toString(16).padStart(4, '0')}
              </td>
              {columns.map((column, at) => {
                const cell = cellAt(row, at);
                const shown = shortNumber(cell?.value ?? null);
                return (
                  <Cell
                    key={`${column.type} ${column.order}`}
                    row={row}
                    column={at}
                    shown={shown}
                    label={`${names.classic}, ${text.types[column.type]} ${orderWords(column)}: ${shown === text.missing ? text.missingName : shown}`}
                    fit={cell && fits.get(cellKey(cell))}
                    isHome={row === homeAt.row && at === homeAt.column}
                    isMissing={(cell?.value ?? null) === null}
                    onTouch={touch}
                  />
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

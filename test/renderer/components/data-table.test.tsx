import { type ReactNode, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { type Column, DataTable, sortRows } from '../../../renderer/components/DataTable.tsx';
import { type Screen, showAlone } from '../render.tsx';

interface Row {
  readonly id: string;
  readonly size: number;
}
const COLUMNS: readonly Column<Row>[] = [
  { id: 'id', head: 'Name', width: '1fr', cell: (row) => <b>{`${row.id}=${row.size}`}</b>, sortBy: (row) => row.id },
  { id: 'size', head: 'Size', width: '1fr', cell: (row) => row.size, sortBy: (row) => row.size },
];
const rowId = (row: Row): string => row.id;

function Shuffled(): ReactNode {
  const [rows, setRows] = useState<readonly Row[]>([
    { id: 'a', size: 1 },
    { id: 'b', size: 2 },
  ]);
  return (
    <>
      <button
        type="button"
        onClick={() =>
          setRows([
            { id: 'b', size: 20 },
            { id: 'c', size: 30 },
          ])
        }
      >
        change
      </button>
      <DataTable label="Rows" rows={rows} columns={COLUMNS} rowId={rowId} />
    </>
  );
}

describe('data table', () => {
  let screen: Screen | null = null;
  afterEach(async () => {
    await screen?.close();
    screen = null;
  });

  it('keeps its order while touched, with values going on, and catches up afterwards', async () => {
    screen = await showAlone(<Shuffled />);
    const shown = (): (string | null)[] => screen?.all('[role=row] b').map((cell) => cell.textContent) ?? [];
    expect(shown()).toEqual(['a=1', 'b=2']);
    const table = screen.get('[role=table]');
    await screen.fire(table, new MouseEvent('pointerdown', { bubbles: true }));
    await screen.click(screen.get('button', 'change'));
    expect(shown()).toEqual(['a=1', 'b=20']);
    await screen.fire(table, new MouseEvent('pointerup', { bubbles: true }));
    await screen.pass(2000);
    expect(shown()).toEqual(['b=20', 'c=30']);
  });

  it('tells assistive software how many rows there are, drawn or not', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ id: `r${i}`, size: i }));
    screen = await showAlone(<DataTable label="Rows" rows={many} columns={COLUMNS} rowId={rowId} />);
    expect(screen.get('[role=table]').getAttribute('aria-rowcount')).toBe('5001');
    expect(screen.all('[role=row]').length).toBeLessThan(60);
  });

  it('sorts numbers as numbers and names with numbers in them as people do', () => {
    const rows = [
      { id: 'd10', size: 2 },
      { id: 'd9', size: 10 },
    ];
    expect(sortRows(rows, COLUMNS, { column: 'id', down: false }).map(rowId)).toEqual(['d9', 'd10']);
    expect(sortRows(rows, COLUMNS, { column: 'size', down: true }).map(rowId)).toEqual(['d9', 'd10']);
    expect(sortRows(rows, COLUMNS, null)).toBe(rows);
  });
});

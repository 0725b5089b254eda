import { act, type ReactNode, useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { type HeldRows, useHeldRows } from '../../../renderer/hooks/use-held-rows.ts';
import { type Screen, showAlone } from '../render.tsx';

const idOf = (id: number): number => id;
/** The owner of the rows keeps so many. */
const KEEP = 3;
let screen: Screen;
afterEach(() => screen.close());

async function begin(): Promise<{ held(): HeldRows<number>; add(count: number): Promise<void> }> {
  let newest: HeldRows<number> | undefined;
  let grow = (_count: number): void => {};
  function List(): ReactNode {
    const [last, setLast] = useState(KEEP);
    const rows = Array.from({ length: KEEP }, (_, i) => last - KEEP + 1 + i);
    grow = (count) => setLast(last + count);
    newest = useHeldRows(rows, idOf);
    return null;
  }
  screen = await showAlone(<List />);
  return {
    held() {
      if (!newest) throw new Error('nothing was drawn');
      return newest;
    },
    add: (count) => act(async () => grow(count)),
  };
}

it('keeps what was there when it was held, however much comes and goes meanwhile, and then follows again', async () => {
  const { held, add } = await begin();
  expect(held()).toMatchObject({ rows: [1, 2, 3], heldAt: null });
  await act(async () => held().hold(3));
  await add(100);
  expect(held()).toMatchObject({ rows: [1, 2, 3, 101, 102, 103], heldAt: 3 });
  await act(async () => held().toggle());
  expect(held()).toMatchObject({ rows: [101, 102, 103], heldAt: null });
  await act(async () => held().toggle());
  await add(1);
  expect(held()).toMatchObject({ rows: [101, 102, 103, 104], heldAt: 103 });
});

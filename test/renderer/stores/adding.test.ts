import { expect, it } from 'vitest';
import { createAddingBook } from '../../../renderer/stores/adding.ts';

function createMemory(first: Record<string, string> = {}): Storage & { readonly kept: Map<string, string> } {
  const kept = new Map(Object.entries(first));
  return {
    kept,
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: () => null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}

const PICK = {
  table: 'holding',
  address: 22,
  type: 'float32',
  order: 'big',
  scale: 1,
  label: 'Voltage',
  unit: 'V',
  decimals: 1,
} as const;

it('goes on where it was after the page was loaded anew, but asks for consent again', () => {
  const memory = createMemory();
  const book = createAddingBook(memory);
  const link = { kind: 'tcp', host: '10.0.0.7', port: 502, connectTimeoutMs: 5000 } as const;
  book.begin({ title: 'Meter', adapter: 'modbus-tcp', link, unit: 3, agreedBy: 'Kim' });
  book.store.setState({ picks: [PICK], draft: { id: 'meter', name: 'Meter' } });
  const again = createAddingBook(memory).store.getState();
  expect(again).toMatchObject({ title: 'Meter', link, unit: 3, picks: [PICK], draft: { id: 'meter' }, agreedBy: '' });
  book.begin({});
  expect(createAddingBook(memory).store.getState()).toMatchObject({ title: '', link: null, picks: [], draft: null });
});

it('keeps the key of a device for the page that is open, and nowhere else', () => {
  const memory = createMemory();
  const book = createAddingBook(memory);
  const bindKey = '231D39C1D7CC1AB1AEE224CD096DB932';
  book.begin({ title: 'Cold room', bindKey });
  expect(book.store.getState().bindKey).toBe(bindKey);
  expect([...memory.kept.values()].join()).toContain('Cold room');
  expect([...memory.kept.values()].join()).not.toContain(bindKey);
  expect(createAddingBook(memory).store.getState()).toMatchObject({ title: 'Cold room', bindKey: '' });
});

it('begins anew where the memory is damaged, of another shape, or refused', () => {
  for (const text of ['{', 'null', '[]', '7', '{"picks":7}', '{"unit":"one"}', '{"title":null}', '{"extra":null}']) {
    const [key = ''] = (() => {
      const probe = createMemory();
      createAddingBook(probe).begin({});
      return [...probe.kept.keys()];
    })();
    const { title, unit, picks, extra } = createAddingBook(createMemory({ [key]: text })).store.getState();
    expect({ title, unit, picks, extra }, text).toEqual({ title: '', unit: 1, picks: [], extra: {} });
  }
  const refusing = createMemory();
  refusing.setItem = () => {
    throw new Error('full');
  };
  const book = createAddingBook(refusing);
  book.begin({ title: 'Meter' });
  expect(book.store.getState().title).toBe('Meter');
});

import { beforeEach, expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { SerialLink } from '../../../../core/contract/document/links.ts';
import type { ByteLink } from '../../../../core/transports/byte-port.ts';
import { createPortClaims } from '../../../../core/transports/ports/claims.ts';
import { createLines, type Lines } from '../../../../core/transports/ports/lines.ts';
import { createPortBook } from '../../../../core/transports/ports/system-book.ts';
import { createWire } from '../../../../core/transports/wire.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { createPlainPortBook } from '../../../fakes/plain-port-book.ts';
import { createPortTree } from '../../../fakes/port-tree.ts';

const never = new AbortController().signal;
const LINK = SerialLink.parse({ kind: 'serial', path: '/dev/ttyUSB0' });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let lines: Lines;
let far: ByteLink;
let refuse: Error | null;
let opened: string[];
beforeEach(() => {
  refuse = null;
  opened = [];
  const links = {
    async open(config: typeof LINK) {
      if (refuse) throw refuse;
      opened.push(config.path);
      const [near, other] = createWire(['port, 9600 8N1', 'device']);
      far = other;
      return near;
    },
  };
  const book = { ...createPlainPortBook(), resolve: () => '/dev/ttyUSB7', identityOf: () => 'usb:0403:6001:A:0' };
  lines = createLines({ links: links as never, claims: createPortClaims({ now: () => 5 }), book, now: () => 77 });
});

it('opens the port under the name it has today', async () => {
  await lines.links.open(LINK, never, 'meter');
  expect(opened).toEqual(['/dev/ttyUSB7']);
});

it('does not open a stranger that took the name of the adapter a moment ago', async () => {
  const tree = createPortTree();
  const ours = { name: 'ttyUSB0', serial: 'A1B2' };
  tree.plug(ours);
  const book = createPortBook(tree.roots, createManualClock());
  await book.start(never);
  const links = { open: () => Promise.reject(new Error('the stranger was opened')) };
  const own = createLines({ links, claims: createPortClaims({ now: () => 5 }), book, now: () => 77 });
  tree.unplug(ours);
  tree.plug({ name: 'ttyUSB0', serial: 'STRANGER' });
  const bound = { ...LINK, bind: { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' } } as const;
  await expect(own.links.open(bound, never, 'meter')).rejects.toMatchObject({
    code: 'link/not-found',
    message: expect.stringContaining('serial number A1B2'),
  });
  await book.stop();
  tree.dispose();
});

it('counts what a line carries, over several openings', async () => {
  for (let i = 0; i < 2; i += 1) {
    const link = await lines.links.open(LINK, never, 'meter');
    const heard: number[] = [];
    link.onData((chunk) => heard.push(...chunk));
    await link.write(Uint8Array.of(1, 2, 3));
    await far.write(Uint8Array.of(4, 5));
    await settle();
    expect(heard).toEqual([4, 5]);
    expect(lines.figures()).toMatchObject([{ key: 'usb:0403:6001:A:0', open: true, user: 'meter', label: 'port, 9600 8N1' }]);
    await link.close();
    await settle();
  }
  expect(lines.figures()).toMatchObject([{ open: false, user: null, bytesIn: 4, bytesOut: 6, opens: 2, lastError: null }]);
});

it('does not take the first bytes away from who opens the line', async () => {
  const link = await lines.links.open(LINK, never, 'meter');
  await far.write(Uint8Array.of(9));
  await settle();
  const heard: number[] = [];
  link.onData((chunk) => heard.push(...chunk));
  await settle();
  expect(heard).toEqual([9]);
});

it('keeps the last error with its time, whether the line was open or not', async () => {
  refuse = new GatewayError('link/busy', 'busy');
  await expect(lines.links.open(LINK, never, 'meter')).rejects.toMatchObject({ code: 'link/busy' });
  expect(lines.figures()).toMatchObject([{ lastError: { code: 'link/busy' }, lastErrorAt: 77, opens: 0 }]);
  refuse = null;
  const link = await lines.links.open(LINK, never, 'meter');
  await far.close();
  expect(await link.closed).toMatchObject({ code: 'link/lost' });
  await settle();
  expect(lines.figures()).toMatchObject([{ open: false, lastError: { code: 'link/lost' }, opens: 1 }]);
});

it('counts a tool by its claim, and does not call a claim an error', async () => {
  await lines.links.open(LINK, never, 'meter');
  const claim = await lines.claims.take(lines.keyOf(LINK, ''), 'Anna (terminal)', never);
  const link = await lines.openClaimed(LINK, claim, never);
  await settle();
  expect(lines.figures()).toMatchObject([{ open: true, user: 'Anna (terminal)', opens: 2, lastError: null }]);
  await link.close();
  await claim.release();
});

it('waits for a port that a device is just opening before a tool has the line', async () => {
  const opening = Promise.withResolvers<void>();
  const slow = { open: async () => opening.promise.then(() => createWire()[0]) };
  const claims = createPortClaims({ now: () => 5 });
  const own = createLines({ links: slow as never, claims, book: createPlainPortBook(), now: () => 77 });
  const device = own.links.open(LINK, never, 'meter');
  let taken = false;
  const claim = claims.take(own.keyOf(LINK, ''), 'Anna (terminal)', never).then((one) => {
    taken = true;
    return one;
  });
  await settle();
  expect(taken).toBe(false);
  opening.resolve();
  await expect(device).rejects.toMatchObject({ code: 'link/claimed' });
  expect((await claim).pauses).toEqual(['meter']);
  expect(own.figures()).toMatchObject([{ open: false }]);
});

it('does not open the line for a claim that was given back, nor for another one of the same holder', async () => {
  const key = lines.keyOf(LINK, '');
  const first = await lines.claims.take(key, 'Anna (terminal)', never);
  await first.release();
  await expect(lines.openClaimed(LINK, first, never)).rejects.toMatchObject({ code: 'link/claimed' });
  await lines.claims.take(key, 'Anna (terminal)', never);
  await expect(lines.openClaimed(LINK, first, never)).rejects.toMatchObject({ code: 'link/claimed' });
});

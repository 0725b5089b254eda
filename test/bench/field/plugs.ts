import { readdirSync, realpathSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../../core/base/clock.ts';
import { SerialLink } from '../../../core/contract/document/links.ts';
import { createByteLinks } from '../../../core/transports/byte-links.ts';
import { createPortClaims } from '../../../core/transports/ports/claims.ts';
import { createLines } from '../../../core/transports/ports/lines.ts';
import type { PortEvent } from '../../../core/transports/ports/port-book.ts';
import { createPortBook } from '../../../core/transports/ports/system-book.ts';
import { openSerialPort } from '../../../core/transports/serial-port.ts';
import { createPortTree, type FakeAdapter } from '../../fakes/port-tree.ts';
import { createSerialPair } from '../../fakes/socat.ts';
import { median } from '../load.ts';
import { type Findings, ms, thousands } from '../report.ts';

/** Shorter than in the gateway (500 ms), which would make the bench last an hour; the rest is as it runs there. */
const SETTLE_MS = 20;
/** Heap may breathe by so much; a leak of one listener and its buffers a cycle would be more. */
const HEAP_SLACK_KB = 1500;
const LIMIT_MS = 5000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // the only way to it without a flag of the process

async function heapKb(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed / 1024;
}
const openFiles = (): number => readdirSync('/proc/self/fd').length;
/** Timers, watchers, pipes: everything that the event loop holds. */
const handles = (): number => process.getActiveResourcesInfo().length;

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = systemClock.sleep(LIMIT_MS, timer.signal).then(() => {
    throw new Error(`never happened: ${what}`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort(); // a timer left behind would count as a leak
  }
}

/** One line, unplugged and plugged in again: it must be found every time, under a new name now and then, and leave nothing behind. */
export async function plugsPart(quick: boolean, note: (text: string) => void): Promise<Findings> {
  const cycles = quick ? 60 : 1000;
  const tree = createPortTree();
  const pair = await createSerialPair();
  const book = createPortBook(tree.roots, systemClock, { settleMs: SETTLE_MS });
  const links = createByteLinks({
    clock: systemClock,
    random: Math.random,
    simulated: () => {
      throw new Error('not in this bench');
    },
  });
  const claims = createPortClaims({ now: Date.now });
  const lines = createLines({ links, claims, book, now: Date.now });
  const never = new AbortController().signal;
  const link = SerialLink.parse({
    kind: 'serial',
    path: '/dev/ttyUSB0',
    bind: { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' },
  });
  const adapter = (cycle: number): FakeAdapter => ({
    name: `ttyUSB${cycle % 3}`,
    socket: `1-${1 + (cycle % 4)}`,
    serial: 'A1B2',
    byId: 'usb-FTDI_A1B2-if00-port0',
    target: realpathSync(pair.a),
  });
  const nextEvent = (kind: PortEvent['kind']): Promise<void> =>
    within(
      kind,
      new Promise((resolve) => {
        const stop = book.onEvent((event) => {
          if (event.kind !== kind) return;
          stop();
          resolve();
        });
      }),
    );
  const found: number[] = [];
  const back: number[] = [];
  const samples: { cycle: number; heap: number; files: number; handles: number }[] = [];
  let wrong = 0;

  /** Bytes go through, both ways. */
  async function exchange(cycle: number): Promise<Awaited<ReturnType<typeof lines.links.open>>> {
    const near = await lines.links.open(link, never, 'device');
    const far = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.b }), systemClock, never);
    const want = [cycle & 255, 255, 0, 17];
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const got: number[] = [];
      const all = new Promise<void>((resolve) => {
        const stop = to.onData((chunk) => {
          got.push(...chunk);
          if (got.length < want.length) return;
          stop();
          resolve();
        });
      });
      await from.write(Uint8Array.from(want));
      await within('bytes over the line', all);
      if (got.join() !== want.join()) wrong += 1;
    }
    await far.close();
    return near;
  }
  async function once(cycle: number): Promise<void> {
    const began = performance.now();
    const near = await exchange(cycle);
    back.push(performance.now() - began);
    const gone = nextEvent('unplugged');
    await pair.unplug();
    tree.unplug(adapterNow);
    const fault = await within('the line is lost', near.closed);
    if (!fault) wrong += 1;
    await gone;
    const there = nextEvent('plugged');
    await pair.plug();
    adapterNow = adapter(cycle + 1);
    const pluggedAt = performance.now();
    tree.plug(adapterNow);
    await there;
    found.push(performance.now() - pluggedAt);
  }

  let adapterNow = adapter(0);
  tree.plug(adapterNow);
  await book.start(never);
  const warm = Math.min(50, cycles / 4);
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let cycle = 0; cycle < cycles + warm; cycle += 1) {
    await once(cycle);
    if (cycle + 1 >= warm && (cycle + 1 - warm) % (cycles / 4) === 0) {
      samples.push({ cycle: cycle + 1 - warm, heap: await heapKb(), files: openFiles(), handles: handles() });
      note(`${cycle + 1 - warm} plug cycles`);
    }
  }
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuMsACycle = (used.user + used.system) / 1000 / (cycles + warm);
  const users = claims.users(lines.keyOf(link, 'device')).length;
  await book.stop();
  await pair.dispose();
  tree.dispose();
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) throw new Error('no samples');
  const growth = last.heap - first.heap;
  return {
    tables: [
      {
        title: `${thousands(cycles)} plug cycles of one line (name and socket change), ${Math.round(seconds)} s, ${ms(cpuMsACycle)} ms CPU a cycle`,
        columns: ['after cycles', 'heap KB', 'open files', 'handles'],
        rows: samples.map((one) => [one.cycle, thousands(one.heap), one.files, one.handles]),
      },
      {
        title: 'How soon',
        columns: ['', 'median ms', 'most'],
        rows: [
          [
            `plugged in until the book says so (${SETTLE_MS} ms of it are its wait for udev; 500 in the gateway)`,
            ms(median(found)),
            ms(Math.max(...found)),
          ],
          ['opened until bytes went both ways', ms(median(back)), ms(Math.max(...back))],
        ],
      },
    ],
    bars: [
      {
        text: `${thousands(cycles)} plug cycles: found ${found.length - warm} times, ${wrong} wrong exchanges`,
        met: found.length - warm === cycles && wrong === 0,
      },
      {
        text: `${thousands(cycles)} plug cycles: heap ${growth >= 0 ? '+' : ''}${Math.round(growth)} KB (at most ${HEAP_SLACK_KB}), open files ${first.files} to ${last.files}, handles ${first.handles} to ${last.handles}, users left ${users}`,
        met: growth <= HEAP_SLACK_KB && last.files <= first.files && last.handles <= first.handles && users === 0,
      },
      {
        text: `a plug is seen in ${ms(Math.max(...found) - SETTLE_MS + 500)} ms at most (under 2,000)`,
        met: Math.max(...found) - SETTLE_MS + 500 < 2000,
      },
    ],
    figures: { cycles, seconds, cpuMsACycle, samples, foundMs: { median: median(found), most: Math.max(...found) } },
  };
}

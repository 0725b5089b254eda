import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AdapterContext, AdapterSession } from '../../../core/adapters/adapter.ts';
import { bleAdapter } from '../../../core/adapters/ble/adapter.ts';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub, type Logger } from '../../../core/base/log.ts';
import { BleDevice } from '../../../core/contract/document/wireless-devices.ts';
import { openRadio } from '../../../core/transports/bluetooth/open-radio.ts';
import type { BleRadio } from '../../../core/transports/bluetooth/radio.ts';
import { createPortClaims } from '../../../core/transports/ports/claims.ts';
import { type BluezDouble, startBluezDouble } from '../../fakes/bluez-double.ts';
import { createFakeLinks } from '../../fakes/fake-byte-link.ts';
import { noField } from '../../fakes/no-field.ts';
import type { Findings } from '../report.ts';

const ADVERTISERS = 300;
const EVERY_MS = 1000;
const CPU_BAR = 10;
const WARM = 200;
const HEAP_BAR_KB = 1000;
const DEVICES = 4;
const ADAPTER = '/org/bluez/hci0';
const never = new AbortController().signal;

const addressOf = (index: number): string =>
  `AA:BB:CC:00:${(index >> 8).toString(16).padStart(2, '0').toUpperCase()}:${(index & 255).toString(16).padStart(2, '0').toUpperCase()}`;
const full = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;

interface Bed {
  readonly double: BluezDouble;
  readonly radio: BleRadio;
  readonly log: Logger;
}
async function withBed<T>(work: (bed: Bed) => Promise<T>): Promise<T> {
  const double = await startBluezDouble();
  const log = createLogHub({ clock: systemClock }, { keep: 50, level: 'warn' }).logger('bench');
  const claims = createPortClaims({ now: () => Date.now() });
  const radio = openRadio({ clock: systemClock, log, claims, platform: 'linux' });
  try {
    await double.do({ op: 'adapter', path: ADAPTER, address: '00:11:22:33:44:55' });
    await radio.start(never);
    while (radio.radios()[0]?.state === 'starting') await sleep(20);
    if (radio.problem) throw radio.problem;
    return await work({ double, radio, log });
  } finally {
    await radio.stop();
    await double.stop();
  }
}

function collectedHeapKb(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') for (let again = 0; again < 3; again += 1) collect();
  return process.memoryUsage().heapUsed / 1024;
}

interface AdvertFigures {
  readonly sent: number;
  /** Time between two frames of one advertiser, as it was. */
  readonly everyS: number;
  readonly readings: number;
  readonly wrong: number;
  readonly cpuPercent: number;
  readonly seconds: number;
}

/** A device of the document for every advertiser; each frame has its own number, so that a lost one is missed. */
async function measureAdverts({ double, radio, log }: Bed, rounds: number): Promise<AdvertFigures> {
  const newest = new Map<string, number>();
  let readings = 0;
  let wrong = 0;
  const sessions: AdapterSession[] = [];
  for (let index = 0; index < ADVERTISERS; index += 1) {
    const address = addressOf(index);
    const points = [
      { name: 'number', value: 'sequence' },
      { name: 't', value: 'temperature' },
    ];
    const config = BleDevice.parse({ id: `b${index}`, name: address, adapter: 'ble', address, mode: 'advert', points });
    const context: AdapterContext = {
      clock: systemClock,
      log,
      links: createFakeLinks(),
      field: { ...noField(), radio },
      emit({ readings: given }) {
        const number = Number(given.find(({ point }) => point === 'number')?.value);
        const due = (newest.get(address) ?? -1) + 1;
        if (number !== due || given.find(({ point }) => point === 't')?.value !== 24.3) wrong += 1;
        newest.set(address, number);
        readings += 1;
      },
      frame: () => {},
      framesWanted: () => false,
      fault: () => {
        wrong += 1;
      },
      random: Math.random,
    };
    sessions.push(await bleAdapter.open(config, context, never));
  }
  const cpu = process.cpuUsage();
  const began = performance.now();
  await double.do({ op: 'beacons', count: ADVERTISERS, everyMs: EVERY_MS, rounds });
  const over = (): Record<string, unknown> | undefined => double.said.find((one) => 'beacons' in one);
  while (over() === undefined) await sleep(100);
  await sleep(500);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  for (const session of sessions) await session.close();
  const sent = Number(over()?.['beacons']);
  const everyS = (Number(over()?.['seconds']) * ADVERTISERS) / sent;
  return { sent, everyS, readings, wrong, cpuPercent: (user + system) / 10_000 / seconds, seconds };
}

interface ReconnectFigures {
  readonly rounds: number;
  readonly notified: number;
  readonly heapBeforeKb: number;
  readonly heapAfterKb: number;
  readonly handlesBefore: number;
  readonly handlesAfter: number;
  readonly perRoundMs: number;
}

/** Connect, subscribe, one notification, one read, and then by turns a lost link and a close. */
async function measureReconnects({ double, radio }: Bed, rounds: number): Promise<ReconnectFigures> {
  const paths: string[] = [];
  for (let index = 0; index < DEVICES; index += 1) {
    const path = `${ADAPTER}/dev_${addressOf(index).replaceAll(':', '_')}`;
    paths.push(path);
    await double.do({ op: 'device', path });
    await double.do({ op: 'service', path: `${path}/service0010`, uuid: full('180d') });
    const rate = { uuid: full('2a37'), flags: ['notify'] };
    await double.do({ op: 'characteristic', path: `${path}/service0010/char0011`, ...rate });
    const battery = { uuid: full('2a19'), flags: ['read'], value: '50' };
    await double.do({ op: 'characteristic', path: `${path}/service0010/char0013`, ...battery });
  }
  let notified = 0;
  async function round(number: number): Promise<void> {
    const path = paths[number % DEVICES] ?? '';
    const options = { pair: false, timeoutMs: 5000, user: 'bench' };
    const connection = await radio.connect(addressOf(number % DEVICES), options, never);
    const hear = (): void => {
      notified += 1;
    };
    await connection.notify('2a37', hear, never);
    await double.do({ op: 'notify', path: `${path}/service0010/char0011`, value: '0048' });
    await connection.read('2a19', never); // the answer comes after the notification
    if (number % 2 === 0) await double.do({ op: 'lost', path });
    else await connection.close();
    await connection.closed;
  }
  for (let number = 0; number < WARM; number += 1) await round(number);
  notified = 0;
  const heapBeforeKb = collectedHeapKb();
  const handlesBefore = process.getActiveResourcesInfo().length;
  const began = performance.now();
  for (let number = 0; number < rounds; number += 1) await round(number);
  const perRoundMs = (performance.now() - began) / rounds;
  const handlesAfter = process.getActiveResourcesInfo().length;
  return { rounds, notified, heapBeforeKb, heapAfterKb: collectedHeapKb(), handlesBefore, handlesAfter, perRoundMs };
}

/** 300 advertisers once a second, and thousands of reconnects, against the look-alike of BlueZ. */
export async function advertsPart(quick: boolean, note: (text: string) => void): Promise<Findings> {
  note(`${ADVERTISERS} Bluetooth advertisers`);
  const heard = await withBed((bed) => measureAdverts(bed, quick ? 10 : 60));
  note('Bluetooth reconnects');
  const linked = await withBed((bed) => measureReconnects(bed, quick ? 300 : 3000));
  const grownKb = linked.heapAfterKb - linked.heapBeforeKb;
  return {
    tables: [
      {
        title: `Bluetooth: ${ADVERTISERS} advertisers at 1 Hz, each a device of the document (look-alike of BlueZ on python3-dbus)`,
        columns: ['seconds', 'every, s', 'sent', 'readings', 'lost or wrong', 'CPU of one core, %'],
        rows: [
          [
            heard.seconds.toFixed(0),
            heard.everyS.toFixed(2),
            heard.sent,
            heard.readings,
            heard.sent - heard.readings + heard.wrong,
            heard.cpuPercent.toFixed(1),
          ],
        ],
      },
      {
        title: `Bluetooth: reconnects of ${DEVICES} devices, with notifications and a read each (bus limit: 512 match rules)`,
        columns: ['reconnects', 'notified', 'heap before, kB', 'heap after, kB', 'handles', 'ms each'],
        rows: [
          [
            linked.rounds,
            linked.notified,
            linked.heapBeforeKb.toFixed(0),
            linked.heapAfterKb.toFixed(0),
            `${linked.handlesBefore} -> ${linked.handlesAfter}`,
            linked.perRoundMs.toFixed(1),
          ],
        ],
      },
    ],
    bars: [
      {
        text: `${ADVERTISERS} advertisers every ${heard.everyS.toFixed(2)} s: ${heard.readings} of ${heard.sent} heard, ${heard.wrong} wrong`,
        met: heard.readings === heard.sent && heard.wrong === 0 && heard.sent >= ADVERTISERS * 10 && heard.everyS < 1.05,
      },
      {
        text: `${ADVERTISERS} advertisers at 1 Hz: ${heard.cpuPercent.toFixed(1)} % of a core (at most ${CPU_BAR} %)`,
        met: heard.cpuPercent <= CPU_BAR,
      },
      {
        text: `${linked.rounds} reconnects: every notification, heap ${grownKb >= 0 ? '+' : ''}${grownKb.toFixed(0)} kB (at most +${HEAP_BAR_KB})`,
        met: linked.notified === linked.rounds && grownKb <= HEAP_BAR_KB && linked.handlesAfter <= linked.handlesBefore,
      },
    ],
    figures: { heard, linked },
  };
}

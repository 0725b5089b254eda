import { setTimeout as sleep } from 'node:timers/promises';
import { mqttAdapter } from '../../../core/adapters/mqtt/adapter.ts';
import { systemClock } from '../../../core/base/clock.ts';
import { MqttDevice } from '../../../core/contract/document/wireless-devices.ts';
import type { Stamp } from '../../../core/contract/message.ts';
import type { ReadingBatch } from '../../../core/contract/reading.ts';
import { createMqttTraffic } from '../../../core/gateway/mqtt-traffic.ts';
import type { Router } from '../../../core/router/router.ts';
import { topicMatches } from '../../../core/router/topics.ts';
import { createHarness, never } from '../../core/adapters/harness.ts';
import { type Findings, thousands } from '../report.ts';

const DEVICES = 200;
const FEW = 10;
const POINTS = 20;
/** A message may cost so many times as much among 200 devices as among 10. */
const GROWTH_BAR = 3;

type Kind = 'own topics' | 'a template';
const at: Stamp = { wallMs: 1, monoMs: 1, bootId: 'bench', trust: 'synced' };

type Tap = Parameters<Router['tap']>[0];

/** Each device on topics of its own, or all of one template, where a wildcard stands for the device. */
const filterOf = (kind: Kind, device: number, point: number): string =>
  kind === 'own topics' ? `site/d${device}/p${point}` : `site/+/p${point}`;

interface Round {
  readonly devices: number;
  readonly kind: Kind;
  readonly firstUs: number;
  readonly thenUs: number;
  readonly readings: number;
  readonly sent: number;
}

async function round(kind: Kind, devices: number, rounds: number): Promise<Round> {
  let tap: Tap = () => {};
  let readings = 0;
  const clients = Array.from({ length: devices }, (_, i) => ({ id: `d${i}`, address: '', since: 1, subscriptions: 0 }));
  const broker = { status: () => ({ port: 1, clients, lastFault: null }), onChanged: () => () => {}, retained: () => [] };
  const mqtt = createMqttTraffic({
    clock: systemClock,
    router: {
      tap(listener) {
        tap = listener;
        return () => {};
      },
    },
    broker: () => broker,
    publish: async () => {},
  });
  const { context } = createHarness();
  const own = {
    ...context,
    field: { ...context.field, mqtt },
    framesWanted: () => false,
    emit(batch: ReadingBatch): void {
      readings += batch.readings.length;
    },
  };
  for (let d = 0; d < devices; d += 1) {
    const points = Array.from({ length: POINTS }, (_, p) => ({ name: `p${p}`, topic: filterOf(kind, d, p) }));
    const config = MqttDevice.parse({ id: `d${d}`, name: `Device ${d}`, adapter: 'mqtt', client: `d${d}`, points });
    await mqttAdapter.open(config, own, never);
  }
  await sleep(0);
  const payload = Buffer.from('21.5');
  function all(): number {
    const began = performance.now();
    for (let p = 0; p < POINTS; p += 1) {
      for (let d = 0; d < devices; d += 1) {
        const source = { kind: 'client', id: `d${d}` } as const;
        tap({ topic: `site/d${d}/p${p}`, payload, qos: 1, retain: false, source, sequence: 0, at, hops: 0 }, null);
      }
    }
    return ((performance.now() - began) * 1000) / (devices * POINTS);
  }
  const firstUs = all();
  let thenUs = Number.POSITIVE_INFINITY; // the best of all: what else the machine does is not meant
  for (let i = 0; i < rounds; i += 1) thenUs = Math.min(thenUs, all());
  return { kind, devices, firstUs, thenUs, readings, sent: devices * POINTS * (rounds + 1) };
}

/** What a look at the filters of all points would cost. */
function scanUs(): number {
  const filters = Array.from({ length: DEVICES * POINTS }, (_, i) => filterOf('own topics', Math.floor(i / POINTS), i % POINTS));
  const began = performance.now();
  for (let i = 0; i < 20; i += 1) filters.filter((filter) => topicMatches(filter, filters[i * 199] ?? ''));
  return ((performance.now() - began) * 1000) / 20;
}

/** What a message of an MQTT device costs from the broker to the readings, among few devices and among many. */
export async function mqttPointsPart(quick: boolean, note: (text: string) => void): Promise<Findings> {
  const rounds: Round[] = [];
  await round('own topics', FEW, 50); // warm
  for (const kind of ['own topics', 'a template'] as const) {
    for (const devices of [FEW, DEVICES]) rounds.push(await round(kind, devices, (quick ? 10 : 50) * (DEVICES / devices)));
  }
  const scan = scanUs();
  note('messages of 200 MQTT devices');
  const growths = rounds.flatMap((many) => {
    const few = rounds.find((one) => one.kind === many.kind && one.devices === FEW);
    return few && many.devices === DEVICES ? [{ kind: many.kind, times: many.thenUs / few.thenUs }] : [];
  });
  return {
    tables: [
      {
        title: `MQTT devices of ${POINTS} points: a message from the broker to its reading (a look at all ${thousands(DEVICES * POINTS)} filters: ${scan.toFixed(0)} us)`,
        columns: ['filters', 'devices', 'first time, us', 'then, us', 'readings'],
        rows: rounds.map(({ kind, devices, firstUs, thenUs, readings }) => [
          kind,
          devices,
          firstUs.toFixed(1),
          thenUs.toFixed(2),
          thousands(readings),
        ]),
      },
    ],
    bars: [
      ...growths.map(({ kind, times }) => ({
        text: `${kind}: a message among ${DEVICES} devices costs ${times.toFixed(1)} times one among ${FEW} (at most ${GROWTH_BAR})`,
        met: times <= GROWTH_BAR,
      })),
      { text: 'every message is one reading, of its own device', met: rounds.every(({ readings, sent }) => readings === sent) },
    ],
    figures: { rounds, scanUs: scan },
  };
}

import { systemClock } from '../../../core/base/clock.ts';
import type { Message } from '../../../core/contract/message.ts';
import { openStore } from './store.ts';

const PAYLOAD = Buffer.alloc(200, 'x');

/** Rows a second through the outbox alone: its thread, books, custody numbers and checksums, without MQTT. `group` rows a commit. */
export async function outboxAlone(dataDir: string, group: number, spanMs: number): Promise<number> {
  const store = await openStore(dataDir);
  const sources = Array.from({ length: 100 }, (_, at) => ({ kind: 'client', id: `meter-${at}` }) as const);
  const at = { wallMs: systemClock.now(), monoMs: systemClock.monotonic(), bootId: 'bench', trust: 'synced' } as const;
  let sequence = 0;
  const batch = (): Message[] =>
    Array.from({ length: group }, (_, index) => {
      sequence += 1;
      const source = sources[Math.floor(index / 10) % sources.length] ?? { kind: 'client', id: 'meter' };
      return { topic: `in/${source.id}`, payload: PAYLOAD, qos: 1, retain: false, source, sequence, at, hops: 0 };
    });
  let rows = 0;
  const writer = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      await store.spool.append(batch(), 'in');
      rows += group;
    }
  };
  await writer(performance.now() + spanMs / 4);
  rows = 0;
  const began = performance.now();
  // two, so that one is made ready while the other is committed
  await Promise.all([writer(began + spanMs), writer(began + spanMs)]);
  const perS = (rows * 1000) / (performance.now() - began);
  await store.stop();
  return perS;
}

import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { createDeadLetters } from '../../../core/functions/dead-letters.ts';
import { createOwnMetrics } from '../../../core/functions/own-metrics.ts';
import type { StoredFailedEvent } from '../../../core/store/failed-events.ts';
import { message } from '../../fakes/functions/rig.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

type Letter = Omit<StoredFailedEvent, 'id'>;
const fault = { code: 'function/failed', message: 'bad', stack: '' } as const;

function build() {
  const clock = createManualClock();
  const hub = createLogHub({ clock }, { keep: 10, level: 'debug' });
  const lost: unknown[] = [];
  hub.onRecord(({ event, data }) => void (event === 'function.dead-letters-lost' && lost.push(data?.['count'])));
  const batches: (readonly Letter[])[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const failed = {
    add(events: readonly Letter[]): Promise<void> {
      batches.push(events);
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      return answer.promise;
    },
  };
  const letters = createDeadLetters({ failed, log: hub.logger('test'), now: clock.now }, { name: 'alarm', version: 7 });
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  return { letters, batches, answers, lost, settle };
}

describe('dead letters on their way to the store', () => {
  it('gather while a batch is being written, and are bounded', async () => {
    const { letters, batches, answers, lost, settle } = build();
    letters.add(message({}, 1), fault);
    await settle();
    for (let n = 2; n < 1010; n += 1) letters.add(message({}, n), fault);
    answers[0]?.resolve();
    await settle();
    expect(batches.map(({ length }) => length)).toEqual([1, 1000]);
    answers[1]?.resolve();
    await letters.settled();
    expect(lost).toEqual([8]);
  });

  it('say with what they were invoked, and how often', async () => {
    const { letters, batches, answers, settle } = build();
    const request = {
      payload: Buffer.from('{}'),
      by: { kind: 'cloud', id: '' },
      subject: 's',
      clientContext: { custom: { a: 1 } },
      hops: 0,
      observe: false,
    } as const;
    letters.add({ ...message({}, 1), ticket: { attempt: 3, requestId: 'r', request } }, fault);
    await settle();
    answers[0]?.resolve();
    expect(batches[0]).toEqual([
      expect.objectContaining({ function: 'alarm', version: 7, requestId: 'r', context: '{"custom":{"a":1}}', attempts: 3 }),
    ]);
    expect(batches[0]?.[0]?.message).not.toHaveProperty('ticket');
  });

  it('are told when the store refuses them, and the next are written all the same', async () => {
    const { letters, batches, answers, lost, settle } = build();
    letters.add(message({}, 1), fault);
    await settle();
    answers[0]?.reject(new Error('disk full'));
    await settle();
    letters.add(message({}, 2), fault);
    await settle();
    answers[1]?.resolve();
    await letters.settled();
    expect([batches.length, lost]).toEqual([2, [1]]);
  });
});

describe('what a function counts itself', () => {
  it('adds counts up, keeps the newest gauge, and takes neither bad names nor more than fifty', () => {
    const metrics = createMetrics();
    const own = createOwnMetrics(metrics, 'alarm');
    own.take([
      { name: 'pumps', kind: 'count', value: 2 },
      { name: 'pumps', kind: 'count', value: 3 },
      { name: 'level', kind: 'gauge', value: 1 },
      { name: 'level', kind: 'gauge', value: 9 },
      { name: 'Bad name', kind: 'gauge', value: 1 },
      { name: 'nan', kind: 'gauge', value: Number.NaN },
    ]);
    expect(own.values()).toEqual({ pumps: 5, level: 9 });
    expect(metrics.expose()).toContain('gatehouse_function_own{function="alarm",name="pumps"} 5');
    own.take(Array.from({ length: 60 }, (_, n) => ({ name: `m${n}`, kind: 'count' as const, value: 1 })));
    expect(Object.keys(own.values())).toHaveLength(50);
    own.hide();
    expect(metrics.expose()).not.toContain('name="pumps"');
  });
});

import { describe, expect, it } from 'vitest';
import type { QueuePolicyName } from '../../../core/contract/document/queue-policy.ts';
import type { Message } from '../../../core/contract/message.ts';
import { createIntake, type DropReason, type Intake } from '../../../core/functions/intake.ts';
import type { Job } from '../../../core/functions/invocation.ts';
import { createPlainQueue } from '../../../core/functions/lanes.ts';
import { waitingTicket } from '../../../core/functions/results.ts';
import { message } from '../../fakes/functions/rig.ts';

const batch = (...sequences: number[]): Message[] => sequences.map((sequence) => message({}, sequence));
const numbers = (events: readonly Message[]): number[] => events.map(({ sequence }) => sequence);
type Drop = readonly [reason: DropReason, numbers: readonly number[], kept: boolean];
const intakeOf = (whenFull: QueuePolicyName, size = 3, drops: Drop[] = []): Intake =>
  createIntake(
    {
      queue: createPlainQueue(size),
      onWork() {},
      onDropped: (jobs, reason, _cause, kept) => void drops.push([reason, numbers(jobs), kept]),
    },
    { name: 'alarm', whenFull },
  );

describe('the queue of a function', () => {
  it('rejects the newest', () => {
    const intake = intakeOf('reject-newest');
    expect(intake.deliver(batch(1, 2, 3, 4, 5))).toBeUndefined();
    expect(numbers(intake.take(9))).toEqual([1, 2, 3]);
    expect([intake.entered, intake.dropped.get('queue-full')]).toEqual([5, 2]);
  });

  it('drops the oldest', () => {
    const intake = intakeOf('drop-oldest');
    intake.deliver(batch(1, 2, 3, 4, 5));
    expect(numbers(intake.take(9))).toEqual([3, 4, 5]);
    expect([intake.entered, intake.dropped.get('queue-full')]).toEqual([5, 2]);
  });

  it('lets sources wait in their order, and takes each over when all of it is inside', async () => {
    const intake = intakeOf('block-source');
    const done: string[] = [];
    const first = Promise.resolve(intake.deliver(batch(1, 2, 3, 4, 5))).then(() => done.push('first'));
    const second = Promise.resolve(intake.deliver(batch(6))).then(() => done.push('second'));
    expect([intake.waiting, intake.entered]).toEqual([3, 3]);
    expect(numbers(intake.take(2))).toEqual([1, 2]);
    await first;
    expect(done).toEqual(['first']);
    expect(numbers(intake.take(9))).toEqual([3, 4, 5]);
    await second;
    expect(numbers(intake.take(9))).toEqual([6]);
    expect([intake.entered, intake.dropped.size]).toEqual([6, 0]);
  });

  it('takes events back at the front', () => {
    const intake = intakeOf('reject-newest');
    intake.deliver(batch(1, 2, 3));
    intake.giveBack(intake.take(2));
    expect(numbers(intake.take(9))).toEqual([1, 2, 3]);
  });

  it('refuses while parked and settles those that wait', async () => {
    const intake = intakeOf('block-source', 1);
    const wait = intake.deliver(batch(1, 2));
    intake.refuse('function/parked');
    await wait;
    intake.giveBack(batch(9));
    await expect(intake.deliver(batch(3))).rejects.toMatchObject({ code: 'function/parked' });
    expect([intake.waiting, intake.entered, intake.dropped.get('parked')]).toEqual([0, 3, 4]);
    intake.refuse(null);
    expect(intake.deliver(batch(4))).toBeUndefined();
    expect(numbers(intake.take(9))).toEqual([4]);
  });

  it('tells what was dropped, and what of it had been taken over before', () => {
    const drops: Drop[] = [];
    const intake = intakeOf('drop-oldest', 2, drops);
    intake.deliver(batch(1, 2, 3));
    intake.refuse('function/parked');
    intake.deliver(batch(4))?.catch(() => {});
    expect(drops).toEqual([
      ['queue-full', [1], true],
      ['parked', [2, 3], true],
      ['parked', [4], false],
    ]);
  });

  it('sends away who waits for an answer when it is full, whatever its policy', () => {
    for (const policy of ['reject-newest', 'drop-oldest', 'block-source'] as const) {
      const intake = intakeOf(policy, 1);
      intake.admit(message({}, 1));
      expect(() => intake.admit(message({}, 2))).toThrow('the queue of function "alarm" is full');
      expect([intake.entered, intake.waiting]).toEqual([1, 1]);
    }
  });

  it('hands over all that waits, and lets go of the sources that it blocked', async () => {
    const intake = intakeOf('block-source', 2);
    const wait = intake.deliver(batch(1, 2, 3, 4));
    expect(numbers(intake.handOver())).toEqual([1, 2, 3, 4]);
    await wait;
    expect([intake.entered, intake.waiting, intake.dropped.size]).toEqual([0, 0, 0]);
    await expect(intake.deliver(batch(5))).rejects.toMatchObject({ code: 'gateway/stopping' });
  });

  it('takes what another version left before what came since, also beyond its bound', () => {
    const intake = intakeOf('reject-newest', 2);
    intake.deliver(batch(8, 9));
    intake.inherit(batch(1, 2, 3));
    expect([intake.entered, intake.waiting]).toEqual([5, 5]);
    expect(numbers(intake.take(9))).toEqual([1, 2, 3, 8, 9]);
  });

  it('hands out an event that is watched alone', () => {
    const intake = intakeOf('reject-newest', 9);
    const REQUEST = { payload: new Uint8Array(), by: { kind: 'cli', id: '' }, subject: 'a', hops: 0 } as const;
    const watched = (n: number): Job => ({
      ...message({}, n),
      ticket: waitingTicket({ ...REQUEST, observe: true }, 'r-1', 0).ticket,
    });
    intake.deliver([...batch(1, 2), watched(3), ...batch(4, 5)]);
    expect([numbers(intake.take(9)), numbers(intake.take(9)), numbers(intake.take(9))]).toEqual([[1, 2], [3], [4, 5]]);
  });
});

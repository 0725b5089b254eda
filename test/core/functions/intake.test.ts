import { describe, expect, it } from 'vitest';
import type { QueuePolicyName } from '../../../core/contract/document/functions.ts';
import type { Message } from '../../../core/contract/message.ts';
import { createIntake, type Intake } from '../../../core/functions/intake.ts';
import { message } from '../../fakes/functions/rig.ts';

const batch = (...sequences: number[]): Message[] => sequences.map((sequence) => message({}, sequence));
const numbers = (events: readonly Message[]): number[] => events.map(({ sequence }) => sequence);
const intakeOf = (whenFull: QueuePolicyName, size = 3): Intake =>
  createIntake({ onWork() {}, onDropped() {} }, { name: 'alarm', size, whenFull });

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
});

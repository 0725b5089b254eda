import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/contract/message.ts';
import { createFlight } from '../../../core/functions/flight.ts';
import { message } from '../../fakes/functions/rig.ts';

const batch = (...sequences: number[]): Message[] => sequences.map((sequence) => message({}, sequence));
const numbers = (events: readonly Message[]): number[] => events.map(({ sequence }) => sequence);
const NONE = 0;

describe('events with a thread', () => {
  it('knows what is out and how many batches', () => {
    const flight = createFlight();
    expect(flight.load(batch(1, 2))).toMatchObject({ first: 0, count: 2, sources: ['device:meter'] });
    expect(flight.load(batch(3)).first).toBe(2);
    expect([flight.size, flight.batches]).toEqual([3, 2]);
    flight.land(1);
    expect([flight.batches, flight.at(1)?.sequence, flight.head]).toEqual([2, 2, 1]);
    flight.land(1);
    expect([flight.batches, flight.size]).toEqual([1, 1]);
  });

  it('divides what a dead thread had: ended quietly, culprit, the rest', () => {
    const flight = createFlight();
    flight.load(batch(1, 2, 3, 4, 5, 6));
    flight.land(1);
    const { quiet, culprit, rest } = flight.wreck(3 + 1, 1 + 1);
    expect([numbers(quiet), culprit?.sequence, numbers(rest)]).toEqual([[2], 4, [3, 5, 6]]);
    expect([flight.size, flight.batches]).toEqual([0, 0]);
  });

  it('has no culprit when nothing ran, or when it has been told of already', () => {
    const flight = createFlight();
    flight.load(batch(1, 2));
    flight.land(1);
    expect(flight.wreck(NONE, 0 + 1)).toEqual({
      quiet: [],
      culprit: undefined,
      rest: [expect.objectContaining({ sequence: 2 })],
    });
    flight.load(batch(3, 4));
    expect(flight.wreck(0 + 1, NONE).culprit).toBeUndefined();
  });
});

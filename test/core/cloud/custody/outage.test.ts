import { describe, expect, it } from 'vitest';
import { type BookFigures, between } from '../../../../core/cloud/custody/outage.ts';

const books = (more: Partial<BookFigures>): BookFigures => ({
  appended: 0,
  acknowledged: 0,
  deadLettered: 0,
  waiting: 0,
  dropped: {},
  ...more,
});

describe('what lies between two moments of the books', () => {
  it('is what was accepted, and what became of it', () => {
    const begin = books({ appended: 50, acknowledged: 40, waiting: 8, dropped: { limit: 2 } });
    const now = books({ appended: 70, acknowledged: 55, deadLettered: 1, waiting: 9, dropped: { limit: 5 } });
    expect(between(begin, now)).toEqual({
      accepted: 20,
      delivered: 15,
      deadLettered: 1,
      dropped: { limit: 3 },
      waitingBefore: 8,
      waitingAfter: 9,
      balanced: true,
    });
  });

  it('counts what a salvage finds again as waiting before: it had been counted as lost until then', () => {
    const begin = books({ appended: 100, acknowledged: 20, waiting: 5, dropped: { damaged: 70, limit: 5 } });
    const now = books({ appended: 110, acknowledged: 95, waiting: 8, dropped: { damaged: 2, limit: 5 } });
    expect(between(begin, now)).toEqual({
      accepted: 10,
      delivered: 75,
      deadLettered: 0,
      dropped: {},
      waitingBefore: 73,
      waitingAfter: 8,
      balanced: true,
    });
  });

  it('does not balance where a message is not accounted for', () => {
    expect(between(books({}), books({ appended: 2, acknowledged: 1 })).balanced).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { stopInTurn } from '../../../core/gateway/stop.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

describe('stopInTurn', () => {
  it('goes on past a part that hangs and one that fails, says so, and ends in time', async () => {
    const clock = createManualClock();
    const hub = createLogHub({ clock }, { keep: 10, level: 'debug' });
    const order: string[] = [];
    let endedAt = -1;
    const done = stopInTurn(clock, hub.logger('gateway'), [
      async () => void order.push('a'),
      () => new Promise(() => {}),
      () => Promise.reject(new Error('odd')),
      () => new Promise(() => {}),
      () => new Promise(() => {}),
      async () => void order.push('b'),
    ]).then(() => {
      endedAt = clock.monotonic();
    });
    await clock.advance(5000);
    await done;
    expect(order).toEqual(['a', 'b']);
    expect(endedAt).toBeGreaterThan(0);
    expect(endedAt).toBeLessThan(5000);
    expect(hub.recent().map((one) => [one.event, one.data['part']])).toEqual([
      ['gateway.stop-late', 1],
      ['gateway.stop-failed', 2],
      ['gateway.stop-late', 3],
      ['gateway.stop-late', 4],
    ]);
    expect(clock.pending).toBe(0);
  });
});

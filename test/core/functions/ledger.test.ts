import { expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import { createLedger } from '../../../core/functions/ledger.ts';
import { createTracer } from '../../../core/router/message-tracer.ts';
import { message } from '../../fakes/functions/rig.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function ledgerOf() {
  const clock = createManualClock();
  const log = createLogHub({ clock }, { keep: 10, level: 'error' }).logger('test');
  const tracer = createTracer({ clock, newId: () => 'id' }, { keep: 1, sampleEveryMs: 1, maxHops: 1 });
  const ledger = createLedger({ clock, log, metrics: createMetrics(), tracer, onChanged() {} }, { name: 'alarm', version: 1 });
  const event = message({}, 1);
  return {
    usualMs: () => ledger.figures.usualMs,
    ended(durationMs: number, times: number): void {
      for (let i = 0; i < times; i += 1) ledger.ended(event, 0, durationMs, undefined);
    },
  };
}

it('does not take one event that was held up for what is usual', () => {
  const ledger = ledgerOf();
  ledger.ended(0.003, 500);
  ledger.ended(400, 1);
  expect(ledger.usualMs()).toBeLessThan(0.02);
});

it('soon takes a function for slow that has turned slow', () => {
  const ledger = ledgerOf();
  ledger.ended(0.003, 500);
  ledger.ended(100, 15);
  expect(ledger.usualMs()).toBeGreaterThan(5);
  ledger.ended(100, 100);
  expect(ledger.usualMs()).toBeGreaterThan(90);
});

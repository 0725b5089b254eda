import { expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createRefusals } from '../../../core/gateway/refusals.ts';
import { createMemorySpool } from '../../../core/store/memory-spool.ts';
import { series, spoolPlan, streamPlan } from '../../conformance/spool.suite.ts';

it('counts what a full stream refuses, stream by stream, and leaves the books alone', async () => {
  const spool = createMemorySpool();
  spool.configure(spoolPlan([streamPlan('alarms', { maxMessages: 3, whenFull: 'reject-newest' })]));
  const refusals = createRefusals(spool);
  await refusals.append(series(1, 3), 'alarms');
  await refusals.append(series(1, 2), 'rest');
  for (let tries = 0; tries < 2; tries += 1)
    await expect(refusals.append(series(4, 5), 'alarms')).rejects.toMatchObject({ code: 'outbox/full' });
  expect([refusals.of('alarms'), refusals.of('rest')]).toEqual([4, 0]);
  expect(spool.stats()).toMatchObject({ appended: 5, count: 5, dropped: {} });
});

it('does not count what failed for another reason', async () => {
  const fault = new GatewayError('store/full', 'The disk is full.');
  const refusals = createRefusals({ append: () => Promise.reject(fault) });
  await expect(refusals.append(series(1, 1), 'rest')).rejects.toBe(fault);
  expect(refusals.of('rest')).toBe(0);
});

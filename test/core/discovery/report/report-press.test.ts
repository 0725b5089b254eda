import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { ReportFacts } from '../../../../core/discovery/report/facts.ts';
import { createReportPress } from '../../../../core/discovery/report/report-press.ts';
import { textReport } from '../../../../core/discovery/report/text-report.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { deviceOf, REPORT_FACTS } from '../../../fakes/report-facts.ts';

const never = new AbortController().signal;
const MANY: ReportFacts = { ...REPORT_FACTS, devices: Array.from({ length: 30 }, (_, i) => deviceOf(i + 1, 40)) };

/** Threads that do what a test wants instead of a report; each is over when the press has answered. */
function threads(code: string) {
  const started: { readonly worker: Worker; ended: boolean }[] = [];
  const start = (): Worker => {
    const one = { worker: new Worker(code, { eval: true }), ended: false };
    one.worker.once('exit', () => {
      one.ended = true;
    });
    started.push(one);
    return one.worker;
  };
  return { start, started };
}

it('gives a large page and large JSON letter by letter as without a thread', async () => {
  const press = createReportPress(createManualClock());
  for (const format of ['html', 'json'] as const) {
    expect(Buffer.from(await press.make(format, MANY, never)).toString()).toBe(textReport(format, MANY));
  }
});

it('gives small texts at once, also while another report is being made', async () => {
  const press = createReportPress(createManualClock());
  const pdf = press.make('pdf', MANY, never);
  expect(Buffer.from(await press.make('json', REPORT_FACTS, never)).toString()).toBe(textReport('json', REPORT_FACTS));
  await expect(press.make('pdf', REPORT_FACTS, never)).rejects.toMatchObject({ code: 'api/busy' });
  expect(Buffer.from((await pdf).subarray(0, 5)).toString()).toBe('%PDF-');
  expect((await press.make('pdf', { ...REPORT_FACTS, devices: [] }, never)).length).toBeGreaterThan(1000);
});

it('ends the thread when the caller has gone, and is free for the next', async () => {
  const { start, started } = threads('setInterval(() => {}, 1000)');
  const press = createReportPress(createManualClock(), start);
  const gone = new AbortController();
  const pdf = press.make('pdf', MANY, gone.signal);
  gone.abort(new Error('the console has left'));
  await expect(pdf).rejects.toThrow('the console has left');
  expect(started.map(({ ended }) => ended)).toEqual([true]);
  await expect(press.make('pdf', MANY, gone.signal)).rejects.toThrow('the console has left');
  expect(started).toHaveLength(1);
});

it('ends a thread that takes more than three minutes', async () => {
  const { start, started } = threads('for (;;);');
  const clock = createManualClock();
  const pdf = createReportPress(clock, start).make('pdf', MANY, never);
  await clock.advance(180_000);
  await expect(pdf).rejects.toMatchObject({ code: 'report/failed', cause: { message: 'it took more than 180 s' } });
  expect(started[0]?.ended).toBe(true);
});

it.each([
  ['throws', "throw new Error('no such font')", 'no such font'],
  ['ends', 'process.exit(0)', 'the thread of the report ended without a result'],
])('says why when the thread %s', async (_how, code, message) => {
  const press = createReportPress(createManualClock(), threads(code).start);
  await expect(press.make('pdf', MANY, never)).rejects.toMatchObject({ code: 'report/failed', cause: { message } });
});

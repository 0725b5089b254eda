import { describe, expect, it } from 'vitest';
import { createCrashPolicy } from '../../../core/functions/crash-policy.ts';
import { createDeadline } from '../../../core/functions/deadline.ts';
import { describeThrown, shortenPaths } from '../../../core/functions/lambda/thrown.ts';
import { createLineLimit } from '../../../core/functions/line-limit.ts';
import { isFromInstance } from '../../../core/functions/protocol-guard.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

describe('deadline', () => {
  async function overAfter(states: (now: number) => string | undefined, forMs: number): Promise<number | undefined> {
    const clock = createManualClock();
    let over: number | undefined;
    const onOver = (): void => {
      over = clock.monotonic();
    };
    createDeadline({ clock, progress: () => states(clock.monotonic()), limitMs: () => 1000, onOver }).begin();
    await clock.advance(forMs);
    return over;
  }

  it('is over when one event takes too long, never early', async () => {
    const over = await overAfter((now) => (now < 500 ? 'a' : 'b'), 5000);
    expect(over).toBeGreaterThanOrEqual(1500);
    expect(over).toBeLessThanOrEqual(1600);
  });

  it('is not over while events go on, nor when nothing is left to do', async () => {
    expect(await overAfter((now) => String(Math.floor(now / 900)), 20_000)).toBeUndefined();
    expect(await overAfter((now) => (now < 900 ? 'a' : undefined), 20_000)).toBeUndefined();
  });
});

describe('crash policy', () => {
  it('parks at the third failed load in a row', () => {
    const policy = createCrashPolicy(createManualClock(), () => 1);
    expect([policy.loadFailed(), policy.loadFailed()]).toEqual([100, 200]);
    policy.loaded();
    expect([policy.loadFailed(), policy.loadFailed()]).not.toContain(null);
    expect(policy.loadFailed()).toBeNull();
    policy.reset();
    expect(policy.loadFailed()).toBe(100);
  });

  it('parks at the fifth crash within a minute, and forgets older ones', async () => {
    const clock = createManualClock();
    const policy = createCrashPolicy(clock, () => 1);
    for (let i = 0; i < 20; i += 1) {
      expect(policy.crashed()).not.toBeNull();
      await clock.advance(16_000);
    }
    for (let i = 0; i < 1; i += 1) policy.crashed();
    expect(policy.crashed()).toBeNull();
  });
});

describe('line limit', () => {
  it('lets so many lines a second through, tells how many were left out, and cuts long ones', () => {
    let now = 0;
    const limit = createLineLimit(2, () => now);
    const said = ['a', 'b', 'c', 'd'].flatMap((text) => limit(['info', text]));
    expect(said).toEqual([
      ['info', 'a'],
      ['info', 'b'],
      ['warn', 'more lines of this second are left out: over 2 a second'],
    ]);
    now = 1000;
    const [summary, line] = limit(['error', 'x'.repeat(9000)]);
    expect(summary).toEqual(['warn', '2 more lines were left out: over 2 a second']);
    expect(line?.[1]).toHaveLength(8192 + '... (cut)'.length);
  });
});

describe('what a function threw', () => {
  it.each([
    ['nothing', undefined, 'undefined'],
    ['a text', 'stop', 'stop'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['an error with a cause', new Error('no answer', { cause: new Error('timeout') }), 'no answer (cause: timeout)'],
  ])('%s', (_what, thrown, expected) => {
    expect(describeThrown(thrown, '/nowhere').message).toBe(expected);
  });

  it('survives what cannot be shown', () => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    expect(describeThrown(ring, '/nowhere').message).toBe('something that cannot be shown as text');
  });

  it('shows only the function’s own frames, without its folder', () => {
    const error = new TypeError('bad');
    error.stack = [
      'TypeError: bad',
      '    at check (file:///srv/site/v4/alarm.mjs:3:5)',
      '    at node:internal/process/task_queues:104:5',
      '    at run (file:///opt/gatehouse/worker.js:9:9)',
    ].join('\n');
    const { message, stack } = describeThrown(error, '/srv/site/v4');
    expect(message).toBe('TypeError: bad (alarm.mjs:3)');
    expect(stack).toBe('TypeError: bad\n    at check (alarm.mjs:3:5)');
  });

  it('shortens paths of both kinds of systems', () => {
    expect(shortenPaths('at C:\\site\\v4\\alarm.cjs:1:2', 'C:\\site\\v4')).toBe('at alarm.cjs:1:2');
    expect(shortenPaths('at file:///C:/site/v4/alarm.mjs:1:2', 'C:\\site\\v4')).toBe('at alarm.mjs:1:2');
  });
});

describe('what comes from an instance', () => {
  const thrown = { code: 'function/failed', message: '', stack: '', errorType: 'Error', errorMessage: '', stackTrace: [] };
  const publishes = { first: 0, count: 1, topics: ['a'], answer: false };
  const rest = { failures: [], results: [], metrics: [], logs: [] };
  const out = { t: 'out', count: 1, publishes, ...rest, bytes: new ArrayBuffer(32) };

  it.each([
    ['an out', out],
    ['an out with all', { ...out, failures: [[0, thrown]], results: [[0, new Uint8Array(1)]], logs: [['info', 'x']] }],
    ['ready', { t: 'ready', loadMs: 3 }],
    ['stopped', { t: 'stopped' }],
    ['uncaught', { t: 'uncaught', thrown, running: true }],
    ['a call', { t: 'call', id: 1, owner: -1, method: 'state.get', input: { key: 'a' } }],
    ['memory', { t: 'memory', heapBytes: 1, externalBytes: 2 }],
  ])('takes %s', (_what, value) => {
    expect(isFromInstance(value)).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['text', 'ready'],
    ['another type', { t: 'reboot' }],
    ['no bytes', { ...out, bytes: 'none' }],
    ['too few bytes', { ...out, bytes: new ArrayBuffer(31) }],
    ['more events than the bytes tell of', { ...out, count: 2 ** 40 }],
    ['a count below nothing', { ...out, count: -1 }],
    ['a topic that is no text', { ...out, publishes: { ...publishes, topics: [7] } }],
    ['more publishes than there is room for in its table', { ...out, publishes: { ...publishes, count: 2 } }],
    ['a number of publishes that is none', { ...out, publishes: { ...publishes, count: -1 } }],
    ['an unknown level', { ...out, logs: [['constructor', 'x']] }],
    ['a log that is no text', { ...out, logs: [['info', {}]] }],
    ['an unknown code', { ...out, failures: [[0, { ...thrown, code: 'gateway/internal' }]] }],
    ['a result that is no bytes', { ...out, results: [[0, 'x']] }],
    ['a metric without a number', { ...out, metrics: [{ name: 'a', kind: 'count', value: Number.NaN }] }],
    ['uncaught without the thrown', { t: 'uncaught' }],
    ['a call without a number', { t: 'call', id: 'a', owner: 0, method: 'x', input: 1 }],
    ['ready without its time', { t: 'ready' }],
  ])('does not believe %s', (_what, value) => {
    expect(isFromInstance(value)).toBe(false);
  });
});

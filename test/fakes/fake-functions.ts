import type { Handlers } from '../../core/api/sources.ts';
import type { Clock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { Input, Output, Row } from '../../core/contract/api.ts';
import { errorRows, functionRows, instanceRows, rulesOf, scheduleRows, versionRows } from './fake-function-rows.ts';

type FailedEvent = Output<'function.failed.get'>;
type TestEvent = Output<'test-event.list'>[number];
type Methods = Extract<keyof Handlers, `function.${string}` | `test-event.${string}` | `secret.${string}`>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function failedEvent(name: string, id: number, now: number): FailedEvent {
  const text = id % 5 === 4 ? Buffer.from([1, 255, 0, 7]) : Buffer.from(JSON.stringify({ value: 1450 + (id % 40), n: id }));
  return {
    id,
    function: name,
    version: 2,
    topic: name === 'label-lookup' ? 'devices/scanner/code' : 'devices/pump/speed',
    source: name === 'label-lookup' ? 'device:scanner' : 'device:pump',
    attempts: name === 'label-lookup' ? 1 : 4,
    code: name === 'label-lookup' ? 'function/parked' : 'function/failed',
    error: name === 'label-lookup' ? 'label-lookup is parked.' : 'TypeError: Cannot read properties of undefined (reading "rms")',
    stack:
      name === 'label-lookup'
        ? ''
        : 'TypeError: Cannot read properties of undefined\n    at spectrumOf (bearing/spectrum.mjs:48:21)',
    failedAt: now - (100 - id) * 4000,
    size: text.length,
    payload: text.toString('base64'),
    truncated: false,
  };
}

const wordsOf = (payload: string): string => Buffer.from(payload, 'base64').toString();

/** Ends only when the caller does not wait any longer. */
const untilCancelled = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

const LISTED = 1000;
const PUBLISHED = { topic: 'alarms/cold-store', size: 17, payload: base64('{"level":"clear"}') };

/** What the fake function makes of an event: it fails on "bad", is cut off at its deadline on "hang", publishes `"publish": <n>` times. */
function outcomeOf({ name, payload, topic }: Input<'function.invoke'>): Output<'function.invoke'> {
  const words = wordsOf(payload);
  const isBad = words.includes('bad');
  const isLate = words.includes('hang');
  const publishes = isBad || isLate ? 0 : Number(/"publish": ?(\d+)/.exec(words)?.[1] ?? 1);
  const failure = isLate
    ? {
        errorMessage: '2026-11-22T14:03:27.000Z 7c1f Task timed out after 3.00 seconds',
        errorType: 'Sandbox.Timedout',
        stackTrace: [],
      }
    : {
        errorMessage: 'no such unit',
        errorType: 'RangeError',
        stackTrace: ['RangeError: no such unit', '    at handler (index.mjs:4:9)'],
      };
  return {
    requestId: '7c1f6a2e-0f54-4a0e-9b39-6a0f6c1b2d3e',
    functionError: isLate ? 'Unhandled' : isBad ? 'Handled' : '',
    statusCode: 200,
    payload: base64(JSON.stringify(isBad || isLate ? failure : { ok: true, function: name, level: 'normal' })),
    durationMs: isLate ? 3000 : 4.27,
    waitedMs: 0.31,
    cold: isLate,
    logs: [
      { level: 'info', text: `reads ${topic}` },
      ...(isBad || isLate
        ? [{ level: 'error', text: 'unit "bad" is not known' }]
        : [{ level: 'warn', text: 'no limit is set, 6 is used' }]),
    ],
    published: Array.from({ length: Math.min(publishes, LISTED) }, () => PUBLISHED),
    unlisted: { logs: 0, published: Math.max(0, publishes - LISTED) },
  };
}

/** The functions of the fake gateway: their views beyond `functions`, and the calls that change something. */
export function createFakeFunctions(deps: { clock: Clock; note: (method: string, input: unknown) => void }) {
  const startedAt = deps.clock.now();
  let step = 0;
  const paused = new Set<string>();
  const failed = new Map([
    ['label-lookup', Array.from({ length: 37 }, (_, i) => 37 - i)],
    ['pump-vibration', Array.from({ length: 21 }, (_, i) => 90 - i)],
  ]);
  const events = new Map<string, TestEvent[]>([
    [
      'pump-vibration',
      [
        {
          name: 'standing still',
          topic: 'devices/pump/speed',
          payload: base64('{"value":0,"unit":"rpm"}'),
          savedAt: startedAt - 86_400_000,
        },
        {
          name: 'full speed',
          topic: 'devices/pump/speed',
          payload: base64('{"value":2900,"unit":"rpm"}'),
          savedAt: startedAt - 3_600_000,
        },
      ],
    ],
  ]);
  const secrets = new Map<string, Output<'secret.list'>[number]>();
  const functions = (): Row<'functions'>[] =>
    functionRows(step, startedAt).map((row) => ({
      ...row,
      failedEvents: failed.get(row.name)?.length ?? 0,
      ...(paused.has(row.name) && { state: 'paused' as const }),
    }));
  const state = (name: string) => functions().find((one) => one.name === name)?.state;
  function known(name: string): void {
    if (state(name) === undefined) throw new GatewayError('function/unknown', `There is no function "${name}".`);
  }
  function take(name: string, ids: readonly number[] | null): number {
    const held = failed.get(name) ?? [];
    const rest = ids === null ? [] : held.filter((id) => !ids.includes(id));
    failed.set(name, rest);
    return held.length - rest.length;
  }
  const handlers: Pick<Handlers, Methods> = {
    'function.list': async () => functions(),
    'function.rules': async ({ name }) => {
      known(name);
      return rulesOf(name);
    },
    'function.restart': async (input) => {
      deps.note('function.restart', input);
      return null;
    },
    'function.pause': async (input) => {
      if (input.paused) paused.add(input.name);
      else paused.delete(input.name);
      deps.note('function.pause', input);
      return null;
    },
    'function.invoke': async (input, signal) => {
      known(input.name);
      deps.note('function.invoke', input);
      if (wordsOf(input.payload).includes('wait')) await untilCancelled(signal);
      if (state(input.name) === 'parked') throw new GatewayError('function/parked', `${input.name} is parked.`);
      return outcomeOf(input);
    },
    'function.failed.list': async ({ name, before, limit }) =>
      [...failed]
        .filter(([one]) => name === null || one === name)
        .flatMap(([one, ids]) => ids.map((id) => failedEvent(one, id, startedAt)))
        .filter((one) => before === null || one.id < before)
        .slice(0, limit),
    'function.failed.get': async ({ id }) => {
      const owner = [...failed].find(([, ids]) => ids.includes(id))?.[0];
      if (owner === undefined) throw new GatewayError('deadletter/unknown', `There is no failed event ${id} any more.`);
      return failedEvent(owner, id, startedAt);
    },
    'function.failed.retry': async (input) => {
      deps.note('function.failed.retry', input);
      if (state(input.name) === 'parked') throw new GatewayError('function/parked', `${input.name} is parked.`);
      return { count: take(input.name, input.ids) };
    },
    'function.failed.discard': async (input) => {
      deps.note('function.failed.discard', input);
      return { count: take(input.name, input.ids) };
    },
    'test-event.list': async (input) => events.get(input.function) ?? [],
    'test-event.save': async ({ function: name, ...event }) => {
      known(name);
      deps.note('test-event.save', { function: name, ...event });
      const others = (events.get(name) ?? []).filter((one) => one.name !== event.name);
      events.set(
        name,
        [...others, { ...event, savedAt: deps.clock.now() }].sort((a, b) => (a.name < b.name ? -1 : 1)),
      );
      return null;
    },
    'test-event.remove': async (input) => {
      deps.note('test-event.remove', input);
      events.set(
        input.function,
        (events.get(input.function) ?? []).filter((one) => one.name !== input.name),
      );
      return null;
    },
    'secret.list': async () => [...secrets.values()],
    'secret.set': async (input) => {
      deps.note('secret.set', input);
      const { name } = input;
      const row = {
        name,
        arn: `arn:aws:secretsmanager:local:000000000000:secret:${name}`,
        versionId: 'v1',
        createdAt: startedAt,
      };
      secrets.set(name, row);
      return row;
    },
    'secret.remove': async ({ name }) => {
      if (!secrets.delete(name)) throw new GatewayError('secret/unknown', `There is no secret "${name}".`);
      return null;
    },
  };
  return {
    tick() {
      step += 1;
    },
    handlers,
    rows: {
      functions,
      instances: (name?: string) => instanceRows(step, startedAt).filter((one) => name === undefined || one.function === name),
      errors: (name: string) => errorRows(name, startedAt),
      versions: (name: string) => versionRows(name, startedAt),
      schedules: (name?: string) => scheduleRows(step, startedAt).filter((one) => name === undefined || one.function === name),
    },
  };
}

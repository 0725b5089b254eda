import type { Output, Row } from '../../core/contract/api.ts';
import { balanced, FAKE_FUNCTIONS, wave } from './fake-rows.ts';

type FunctionRow = Row<'functions'>;
type FakeName = (typeof FAKE_FUNCTIONS)[number]['name'];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What differs from an ordinary function that runs well. */
const OWN: Readonly<Record<FakeName, (step: number, startedAt: number) => Partial<FunctionRow>>> = {
  'cold-chain-alarm': (step) => ({ invocations: 400 + step * 2, invocationsPerS: 2 }),
  'energy-minutes': (step) => ({
    invocations: 400 + step,
    invocationsPerS: 1,
    lifetime: 'long-lived',
    isolation: 'process',
    metrics: { minutes_written: 380 + step, gap_seconds: 0.4 },
    scratchBytes: 1_240_000,
  }),
  'label-lookup': (_step, startedAt) => ({
    threads: 0,
    invocations: 3,
    failures: 3,
    restarts: 2,
    failedEvents: 37,
    published: 0,
    heapBytes: 0,
    cpuPercent: null,
    books: { in: 40, out: 3, waiting: 0, dropped: { 'function/parked': 37 }, balanced: true },
    lastError: {
      code: 'function/load-failed',
      message: 'label-lookup: Cannot find module "./labels.json"',
      remedy: 'Mend the code as the message says and deploy it again.',
      stack: 'Error: Cannot find module "./labels.json"\n    at label-lookup.mjs:3:17',
      at: startedAt,
      eventTopic: 'devices/scanner/code',
      eventText: '{"value":"4006381333931"}',
    },
  }),
  'pump-vibration': (step, startedAt) => ({
    threads: 4,
    concurrency: 4,
    invocations: 1_204_000 + step * 38,
    invocationsPerS: 38,
    failures: 412,
    timeouts: 9,
    throttles: 1_903 + step,
    retries: 431,
    retrying: 6,
    failedEvents: 21,
    restarts: 9,
    queue: 944,
    durationMs: { p50: 84, p95: 410, p99: 2_940 },
    cold: { count: 13, p50: 46, p95: 88 },
    cpuPercent: 312 + 20 * wave(step, 0),
    heapBytes: 188_000_000,
    memoryMb: 128,
    books: {
      in: 1_206_847 + step * 39,
      out: 1_204_000 + step * 38,
      waiting: 944,
      dropped: { 'queue-full': 1_903 + step },
      balanced: true,
    },
    lastError: {
      code: 'function/timeout',
      message: 'pump-vibration ran for 3000 ms and was ended.',
      remedy: 'Look for an endless loop or a call that never returns, or raise its timeout.',
      stack: '',
      at: startedAt - 4000,
      eventTopic: 'devices/pump/speed',
      eventText: '{"value":1461,"unit":"rpm"}',
    },
  }),
};

export function functionRows(step: number, startedAt: number): FunctionRow[] {
  return FAKE_FUNCTIONS.map(({ name, description, state }, index): FunctionRow => {
    const own = OWN[name](step, startedAt);
    const invocations = own.invocations ?? 0;
    return {
      id: name,
      name,
      description,
      state,
      since: startedAt,
      threads: 1,
      lifetime: 'on-demand',
      isolation: 'thread',
      concurrency: 1,
      version: 2,
      throttles: 0,
      retries: 0,
      retrying: 0,
      failedEvents: 0,
      cold: { count: 1, p50: 44, p95: 44 },
      cpuPercent: 0.6,
      scratchBytes: 0,
      metrics: {},
      invocations,
      invocationsPerS: 0,
      failures: 0,
      timeouts: 0,
      restarts: 0,
      queue: 0,
      queueSize: 1000,
      published: Math.floor(invocations / 10),
      durationMs: { p50: 0.4, p95: 1.1, p99: 2.8 + wave(step, index) },
      heapBytes: 9_400_000,
      memoryMb: 64,
      timeoutMs: 3000,
      lastError: null,
      books: balanced(invocations),
      ...own,
    };
  });
}

export function instanceRows(step: number, startedAt: number): Row<'instances'>[] {
  return functionRows(step, startedAt).flatMap((one) =>
    Array.from({ length: one.threads }, (_, i): Row<'instances'> => {
      const isBusy = one.threads > 1 && i < 2;
      return {
        id: `${one.name}/${i + 1}`,
        function: one.name,
        version: one.version,
        isolation: one.isolation,
        pid: one.isolation === 'process' ? 4711 + i : null,
        state: one.threads > 1 && i === 3 ? 'starting' : isBusy ? 'busy' : 'idle',
        startedAt: startedAt - i * 60_000,
        coldMs: one.threads > 1 && i === 3 ? null : 44 + i,
        invocations: Math.floor(one.invocations / one.threads),
        inFlight: isBusy ? 64 : 0,
        event: isBusy ? { topic: 'devices/pump/speed', forMs: 240 + i * 900 } : null,
        heapBytes: Math.round(one.heapBytes / one.threads),
        externalBytes: 1_100_000,
        cpuPercent: one.cpuPercent === null ? null : one.cpuPercent / one.threads,
      };
    }),
  );
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const FAULTS = [
  [
    'function/failed',
    'TypeError: Cannot read properties of undefined (reading "rms")',
    'Look at the event that caused it and at the function’s log.',
  ],
  [
    'function/timeout',
    'pump-vibration ran for 3000 ms and was ended.',
    'Look for an endless loop or a call that never returns, or raise its timeout.',
  ],
  [
    'function/denied',
    'pump-vibration may not publish to "plant/7/bearing".',
    'Add "plant/7/bearing" to permissions.publish of pump-vibration.',
  ],
  [
    'function/out-of-memory',
    'pump-vibration held 284 MB and was ended.',
    'Look for data that piles up, or raise its memory limit.',
  ],
] as const;

export function errorRows(name: string, startedAt: number): Row<'function-errors'>[] {
  const last = functionRows(1, startedAt).find((one) => one.name === name)?.lastError;
  if (!last) return [];
  if (name !== 'pump-vibration')
    return [
      {
        id: `${name}/1f`,
        function: name,
        code: last.code,
        message: last.message,
        remedy: last.remedy,
        stack: last.stack,
        count: 3,
        firstAt: startedAt - 9000,
        lastAt: startedAt,
        eventTopic: last.eventTopic,
        eventPayload: last.eventText === null ? null : base64(last.eventText),
        versions: [2],
      },
    ];
  return FAULTS.map(([code, message, remedy], i) => ({
    id: `${name}/${i}a`,
    function: name,
    code,
    message,
    remedy,
    stack:
      i === 0
        ? 'TypeError: Cannot read properties of undefined (reading "rms")\n    at spectrumOf (bearing/spectrum.mjs:48:21)\n    at handler (index.mjs:12:18)'
        : '',
    count: [388, 9, 21, 3][i] ?? 1,
    firstAt: startedAt - (i + 1) * HOUR,
    lastAt: startedAt - i * 4000,
    eventTopic: i === 3 ? null : 'devices/pump/speed',
    eventPayload: i === 3 ? null : base64('{"value":1461,"unit":"rpm"}'),
    versions: i === 0 ? [1, 2] : [2],
  }));
}

export function versionRows(name: string, startedAt: number): Row<'function-versions'>[] {
  return [2, 1].map((version) => ({
    id: `${name}/${version}`,
    function: name,
    version,
    hash: `${version}9c04e`.padEnd(64, 'a'),
    bytes: version === 2 ? 1_841_220 : 1_794_001,
    appliedAt: startedAt - (2 - version) * DAY,
    by: version === 2 ? 'console' : 'demo',
    running: version === 2,
  }));
}

export function scheduleRows(step: number, startedAt: number): Row<'schedules'>[] {
  const name = 'energy-minutes';
  return [
    {
      id: `${name}/minute`,
      function: name,
      rule: 'every 60 s',
      nextAt: startedAt + (Math.floor(step / 60) + 1) * 60_000,
      lastAt: startedAt + Math.floor(step / 60) * 60_000,
      lastResult: 'ok',
      runs: 380 + Math.floor(step / 60),
      missed: 0,
      waitsFor: null,
    },
    {
      id: `${name}/nightly`,
      function: name,
      rule: '0 3 * * * (Europe/Berlin)',
      nextAt: startedAt + 9 * HOUR,
      lastAt: startedAt - 15 * HOUR,
      lastResult: 'failed',
      runs: 12,
      missed: 2,
      waitsFor: null,
    },
    {
      id: `${name}/yearly`,
      function: name,
      rule: '0 0 1 1 * (UTC)',
      nextAt: null,
      lastAt: null,
      lastResult: null,
      runs: 0,
      missed: 0,
      waitsFor: 'disabled',
    },
  ];
}

export function rulesOf(name: string): Output<'function.rules'> {
  const isConfined = name === 'energy-minutes';
  return {
    name,
    code: isConfined ? 'energy-minutes.zip' : `${name}.mjs`,
    handler: isConfined ? 'index.handler' : 'handler',
    encoding: 'json',
    keepWarm: 1,
    idleMs: 60_000,
    order: name === 'pump-vibration' ? 'source' : null,
    whenFull: 'reject-newest',
    retries: name === 'pump-vibration' ? 3 : 0,
    deadLetter: true,
    onStart: isConfined,
    scratchMb: 64,
    env: isConfined ? ['TARIFF', 'ZONE'] : [],
    permissions: {
      publish: isConfined ? ['energy/minutes', 'energy/hours/+'] : ['alarms/#'],
      publishDeclared: isConfined,
      replies: [],
      invokedBy: ['console', 'cli'],
      invoke: isConfined ? ['label-lookup'] : [],
      secrets: isConfined ? ['tariff/*'] : [],
      shadows: isConfined ? [{ thing: '*', name: null, access: 'write' }] : [],
      readDevices: ['meter'],
      commandDevices: isConfined ? ['pump'] : [],
      history: isConfined ? ['devices/meter/*'] : [],
      schedule: isConfined,
      awsCredentials: false,
      readFiles: isConfined ? ['/var/lib/tariffs'] : [],
      writeFiles: [],
      childProcesses: isConfined,
      workers: false,
      addons: false,
    },
  };
}

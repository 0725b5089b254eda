import type { Handlers, LogSource, Sources } from '../../core/api/sources.ts';
import type { Clock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { Row, Topic } from '../../core/contract/api.ts';
import { writeQuestions } from '../../core/contract/write-confirm.ts';
import { createFakeField } from './fake-field.ts';
import { createFakeFunctions } from './fake-functions.ts';
import { createFakeOutbox, type FakeOutbox } from './fake-outbox.ts';
import { isOffline, type Scene } from './fake-outbox-rows.ts';
import { balanced, deviceRow, edgeRows, FAKE_DEVICES, nodeRows, wave } from './fake-rows.ts';

export interface FakeGateway {
  readonly sources: Sources;
  readonly handlers: Handlers;
  /** One second of life: values move, logs and messages come. */
  tick(): void;
  readonly outbox: FakeOutbox;
  /** What was asked of it, by method name, newest last. */
  readonly asked: { readonly method: string; readonly input: unknown }[];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A growing list that can be watched; keeps the newest `keep`. */
function createFeed<T extends Topic>(keep: number, fits: (row: Row<T>, params: never) => boolean = () => true) {
  let rows: Row<T>[] = [];
  const listeners = new Set<(row: Row<T>) => void>();
  const source: LogSource<T> = {
    kind: 'log',
    open(params, push) {
      const listener = (row: Row<T>): void => {
        if (fits(row, params as never)) push(row);
      };
      listeners.add(listener);
      return { rows: rows.filter((row) => fits(row, params as never)), close: () => void listeners.delete(listener) };
    },
  };
  return {
    source,
    rows: () => rows,
    push(row: Row<T>) {
      rows = [...rows, row].slice(-keep);
      for (const listener of listeners) listener(row);
    },
  };
}

function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const parts = filter.split('/');
  const fits = parts.every((part, i) => part === '#' || (levels[i] !== undefined && (part === '+' || part === levels[i])));
  return fits && (parts.at(-1) === '#' || parts.length === levels.length);
}

function traceRow(id: number, at: number): Row<'traces'> {
  const hop = (kind: Row<'traces'>['hops'][number]['kind'], place: string, afterUs: number, detail: string) => ({
    kind,
    place,
    afterUs,
    detail,
  });
  return {
    id: `trace-${id}`,
    startedAt: at,
    origin: 'device:cold-store',
    topic: 'devices/cold-store/temperature',
    reason: id % 3 === 0 ? 'asked' : 'sampled',
    hops: [
      hop('wire', 'device:cold-store', 0, '02 31 37 2e 39 0d'),
      hop('decoded', 'device:cold-store', 85, 'temperature = -17.9 °C'),
      hop('published', 'device:cold-store', 140, 'devices/cold-store/temperature'),
      hop('routed', 'cold-to-alarm', 190, 'to function:cold-chain-alarm'),
      hop('function-started', 'function:cold-chain-alarm', 420, 'thread 1'),
      hop('function-ended', 'function:cold-chain-alarm', 1_310, '1 message published'),
      hop('stored', 'spool', 3_900, `number ${4000 + id}`),
      hop('sent', 'cloud', 4_600, 'alarms/cold-store'),
      hop('acknowledged', 'cloud', 23_800, `number ${4000 + id}`),
    ],
  };
}

/** A whole gateway of sample data for every view and call, for developing the console and for tests of the transports. */
export function createFakeGateway(deps: { clock: Clock }, options: { scene?: Scene } = {}): FakeGateway {
  const startedAt = deps.clock.now();
  let step = 0;
  let line: 'up' | 'cut' | 'blackhole' = 'up';
  let version = 2;
  let nextId = 1;
  const acknowledged = new Set<string>();
  const asked: { method: string; input: unknown }[] = [];
  const outbox = createFakeOutbox(
    { clock: deps.clock, note: (method, input) => asked.push({ method, input }) },
    options.scene ?? 'calm',
  );
  const field = createFakeField({ clock: deps.clock, note: (method, input) => asked.push({ method, input }) });
  const functions = createFakeFunctions({ clock: deps.clock, note: (method, input) => asked.push({ method, input }) });
  const logs = createFeed<'logs'>(2000, (row, params: { source?: string }) =>
    params.source === undefined ? true : row.source === params.source,
  );
  const messages = createFeed<'messages'>(500, (row, params: { filter?: string; edge?: string }) =>
    params.filter === undefined ? true : matches(params.filter, row.topic),
  );
  const frames = createFeed<'frames'>(200);
  const traces: Row<'traces'>[] = [traceRow(1, startedAt), traceRow(2, startedAt)];

  const log = (level: Row<'logs'>['level'], source: string, event: string, message: string): void => {
    logs.push({ id: nextId++, at: deps.clock.now(), mono: deps.clock.monotonic(), level, source, event, message, data: {} });
  };
  const message = (topic: string, source: string, text: string): void => {
    messages.push({
      id: nextId++,
      at: deps.clock.now(),
      topic,
      source,
      sequence: nextId,
      qos: 1,
      size: Buffer.byteLength(text),
      payload: base64(text),
      truncated: false,
      traceId: null,
    });
  };

  const scene = options.scene ?? 'calm';
  const isAway = (): boolean => line !== 'up' || isOffline(scene);
  const waiting = (): number => (line === 'up' ? (outbox.rows.storage()[0]?.count ?? 0) : step * 4);
  const devices = (): Row<'devices'>[] => FAKE_DEVICES.map((one) => deviceRow(one, step, startedAt + step * 1000, startedAt));
  const alarms = (): Row<'alarms'>[] => [
    {
      id: 'device:chiller link/timeout',
      source: 'device:chiller',
      priority: 'high',
      code: 'link/timeout',
      message: '192.168.20.14:502 did not answer within 5 s',
      remedy: 'Check the network cable and the power.',
      firstAt: startedAt - 840_000,
      lastAt: startedAt + step * 1000,
      count: 14 + Math.floor(step / 5),
      acknowledged: acknowledged.has('device:chiller link/timeout'),
    },
    {
      id: 'function:label-lookup function/load-failed',
      source: 'function:label-lookup',
      priority: 'high',
      code: 'function/load-failed',
      message: 'label-lookup: Cannot find module "./labels.json"',
      remedy: 'Mend the code as the message says and deploy it again.',
      firstAt: startedAt,
      lastAt: startedAt,
      count: 3,
      acknowledged: acknowledged.has('function:label-lookup function/load-failed'),
    },
  ];
  const deployments = (): Row<'deployments'>[] =>
    Array.from({ length: version }, (_, i) => ({
      id: version - i,
      version: version - i,
      name: 'demo-site',
      appliedAt: startedAt - i * 86_400_000,
      by: i === 0 ? 'console' : 'demo',
      state: i === 0 ? ('running' as const) : ('previous' as const),
      hash: `${version - i}`.padStart(64, 'a'),
      note: i === 0 ? 'Label lookup added' : '',
      counts: { devices: 8, functions: 3, subscriptions: 7 },
    }));
  function gateway(): Row<'gateway'> {
    const open = alarms().filter((alarm) => !alarm.acknowledged).length;
    return {
      id: 'gateway',
      site: 'Northern warehouse',
      gatewayName: 'gatehouse-demo',
      version: '0.1.0',
      status: 'degraded',
      startedAt,
      uptimeMs: step * 1000,
      now: startedAt + step * 1000,
      demo: true,
      deployment: { version, name: 'demo-site', state: 'running', appliedAt: startedAt },
      link: {
        state: isAway() ? 'offline' : 'connected',
        since: startedAt,
        endpoint: 'mqtt://127.0.0.1:18830',
        lastError: null,
        attempts: isAway() ? 3 : 0,
        nextAttemptAt: isAway() ? startedAt + (step + 4) * 1000 : null,
      },
      line: { state: line, since: startedAt, received: 812 + step * 2 },
      backlog: {
        count: waiting(),
        bytes: waiting() * 180,
        oldestAt: waiting() === 0 ? null : startedAt,
        inPerS: 4,
        outPerS: isAway() ? 0 : 4,
      },
      devices: { total: 8, ok: 6, degraded: 1, offline: 1 },
      functions: { total: 4, running: 3, failing: 1 },
      alarms: { active: 2, unacknowledged: open },
      system: {
        cpuPercent: 6 + 3 * wave(step, 0),
        rssBytes: 148_000_000,
        heapBytes: 41_000_000,
        loopLagP99Ms: 3.1,
        diskFreeBytes: 18_400_000_000,
        diskTotalBytes: 31_000_000_000,
        memoryTotalBytes: 4_100_000_000,
        temperatureC: 51.5,
      },
      broker: { port: 1883, clients: 2, lastFault: null },
      store: { health: 'ok', lastError: null },
      books: balanced(20_000 + step * 12, waiting()),
    };
  }

  function known(id: string): void {
    if (!FAKE_DEVICES.some((one) => one.id === id))
      throw new GatewayError('adapter/unknown-device', `there is no device "${id}"`);
  }
  const table = <T extends Topic>(rows: () => readonly Row<T>[]) => ({ kind: 'table' as const, rows });
  const note = (method: string, input: unknown): null => {
    asked.push({ method, input });
    return null;
  };

  const handlers: Handlers = {
    'gateway.status': async () => gateway(),
    'device.list': async () => devices(),
    'device.reconnect': async (input) => {
      known(input.device);
      log('info', `device:${input.device}`, 'device.reconnect-asked', '');
      return note('device.reconnect', input);
    },
    'device.read': async (input) => {
      known(input.device);
      return note('device.read', input);
    },
    'device.write': async (input) => {
      known(input.device);
      if (input.point !== 'setpoint')
        throw new GatewayError('adapter/not-writable', `${input.device}: "${input.point}" cannot be written`);
      const commands = devices().find(({ id }) => id === input.device)?.commands ?? [];
      if (writeQuestions(commands, input.point).length > 0 && input.confirmed !== true)
        throw new GatewayError('tool/no-consent', `${input.device}: nobody has confirmed that "${input.point}" is written`);
      return note('device.write', input);
    },
    ...field.calls,
    ...functions.handlers,
    'history.trend': async ({ from, to, buckets }) =>
      Array.from({ length: Math.min(buckets, 300) }, (_, i, all: { length: number } = { length: Math.min(buckets, 300) }) => {
        const avg = 20 + 4 * wave(i, 0);
        return { at: from + ((to - from) * (i + 1)) / all.length, min: avg - 1, max: avg + 1, avg, last: avg, count: 12 };
      }),
    'deployment.text': async ({ version: wanted }) => {
      if (wanted > version || wanted < 1) throw new GatewayError('document/not-found', `there is no version ${wanted}`);
      return { text: 'schema: gatehouse/1\nname: demo-site\nsite: Northern warehouse\n' };
    },
    'deployment.validate': async ({ text }) => {
      const ok = text.includes('gatehouse/1');
      return {
        ok,
        name: ok ? 'demo-site' : null,
        faults: ok
          ? []
          : [{ path: 'schema', message: 'must be "gatehouse/1"', remedy: 'Write schema: gatehouse/1', line: 1, column: 1 }],
        changes: ok
          ? [{ kind: 'changed', area: 'device', id: 'meter', fields: [{ path: 'intervalMs', before: '1000', after: '500' }] }]
          : [],
      };
    },
    'deployment.apply': async (input) => {
      if (!input.text.includes('gatehouse/1')) throw new GatewayError('document/invalid', 'schema: must be "gatehouse/1"');
      if (input.basedOn !== version) throw new GatewayError('document/conflict', `version ${version} runs, not ${input.basedOn}`);
      note('deployment.apply', input);
      version += 1;
      return { version };
    },
    'line.set': async (input) => {
      line = input.state;
      log('info', 'cloud', 'cloud.line-set', `the practice line is ${line}`);
      return note('line.set', input);
    },
    'trace.next': async (input) => {
      traces.push(traceRow(traces.length + 1, deps.clock.now()));
      return note('trace.next', input);
    },
    'message.publish': async (input) => {
      message(input.topic, 'client:api', Buffer.from(input.payload, 'base64').toString());
      return note('message.publish', input);
    },
    'kiosk.exit': async (input) => note('kiosk.exit', input),
    'alarm.acknowledge': async (input) => {
      acknowledged.add(input.id);
      return note('alarm.acknowledge', input);
    },
    ...outbox.handlers,
    'log.recent': async ({ limit }) => logs.rows().slice(-limit),
  };

  function tick(): void {
    step += 1;
    outbox.tick();
    functions.tick();
    for (const row of devices()) {
      if (row.health === 'offline') continue;
      for (const point of row.points)
        message(`devices/${row.id}/${point.name}`, `device:${row.id}`, JSON.stringify({ value: point.value }));
      frames.push({
        id: nextId++,
        at: deps.clock.now(),
        direction: step % 2 === 0 ? 'in' : 'out',
        bytes: Buffer.from([3, 3, 0, 16, 0, step % 256]).toString('base64'),
        decoded: step % 2 === 0 ? `${row.points[0]?.name} = ${row.points[0]?.value}` : 'read 4 holding registers from 0x0010',
        faulty: row.health === 'degraded' && step % 3 === 0,
      });
    }
    if (step % 5 === 0) log('warn', 'device:chiller', 'device.connect-failed', '192.168.20.14:502 did not answer within 5 s');
    else log('info', 'function:energy-minutes', 'function.output', `minute written, ${step} so far`);
  }
  tick();

  const sources: Sources = {
    gateway: table<'gateway'>(() => [gateway()]),
    devices: table<'devices'>(devices),
    functions: table<'functions'>(functions.rows.functions),
    instances: { kind: 'table', rows: (params) => functions.rows.instances(params.function) },
    'function-errors': { kind: 'table', rows: (params) => functions.rows.errors(params.function) },
    'function-versions': { kind: 'table', rows: (params) => functions.rows.versions(params.function) },
    schedules: { kind: 'table', rows: (params) => functions.rows.schedules(params.function) },
    nodes: table<'nodes'>(() => nodeRows(step)),
    edges: table<'edges'>(() => edgeRows(step, startedAt + step * 1000)),
    alarms: table<'alarms'>(alarms),
    deployments: table<'deployments'>(deployments),
    traces: table<'traces'>(() => traces),
    outbox: table<'outbox'>(outbox.rows.outbox),
    storage: table<'storage'>(outbox.rows.storage),
    certificates: table<'certificates'>(outbox.rows.certificates),
    sessions: table<'sessions'>(outbox.rows.sessions),
    logs: logs.source,
    messages: messages.source,
    frames: frames.source,
    ...field.views,
  };
  return { sources, handlers, tick, asked, outbox };
}

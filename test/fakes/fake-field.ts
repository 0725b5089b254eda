import type { Clock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { Row } from '../../core/contract/api.ts';
import type { Calls, Desk, Views } from '../../core/contract/desk.ts';
import type { FIELD_METHODS, FIELD_TOPICS } from '../../core/contract/field-calls.ts';
import { createFakeCommission } from './fake-commission.ts';
import { adverts, buses, found, foundMore, ports, profiles, radios, registers, units } from './fake-field-rows.ts';
import { busFrames, gattTree, moreAdverts, mqttTopics, terminalLines } from './fake-tool-rows.ts';

type FieldMethod = keyof typeof FIELD_METHODS;
type FieldTopic = keyof typeof FIELD_TOPICS;

/** Sample ports, buses, radios, tools and scans, for developing the console. A scan that is started ends after ten looks. */
export function createFakeField(deps: {
  clock: Clock;
  note(method: string, input: unknown): unknown;
}): Desk<FieldMethod, FieldTopic> {
  const { clock } = deps;
  const commission = createFakeCommission(clock);
  const ignored = new Set<string>();
  const sessions = new Map<string, Row<'tools'>>();
  let scan: Row<'scans'> | null = null;
  let looks = 0;
  let number = 0;

  const note = (method: string, input: unknown): null => {
    deps.note(method, input);
    return null;
  };
  function opened(tool: Row<'tools'>['tool'], link: Row<'tools'>['link'], by: string): { session: string } {
    number += 1;
    const id = `session-${number}`;
    sessions.set(id, {
      id,
      tool,
      line: '/dev/ttyUSB0, 9600 8N1',
      link,
      by,
      since: clock.now(),
      state: 'open',
      pauses: ['meter'],
      bytesIn: 0,
      bytesOut: 0,
      lines: { cts: true, dsr: true, dcd: false, dtr: true, rts: true },
      fault: null,
    });
    return { session: id };
  }
  function close(id: string): void {
    if (!sessions.delete(id)) throw new GatewayError('tool/unknown-session', 'This tool has been closed.');
  }
  function scans(): Row<'scans'>[] {
    if (!scan) return [];
    looks += 1;
    const share = Math.min(1, looks / 10);
    const isDone = share === 1;
    const line = { framing: 'rtu', baudRate: 19_200, dataBits: 8, parity: 'even', stopBits: 1 } as const;
    return [
      {
        ...scan,
        state: scan.state === 'stopped' ? 'stopped' : isDone ? 'done' : looks < 3 ? 'listening' : 'sweeping',
        step: isDone ? 'Found 1 unit.' : 'Asks unit 7 at 19200 8E1.',
        progress: share,
        probes: Math.round(share * 1482),
        leftMs: isDone ? null : (10 - looks) * 1000,
        trying: isDone ? null : line,
        heard: { bytes: 0, frames: 0, words: 'The line is silent: no other master is on it.' },
        found: isDone
          ? [
              {
                unit: 17,
                line,
                responseMs: 21,
                evidence: 'answered function 3 with 1 register',
                identification: { vendor: 'Eastron', product: 'SDM630', revision: '2.3' },
                profile: 'eastron-sdm630',
                link: scan.link,
                adapter: 'modbus-rtu',
              },
            ]
          : [],
      },
    ];
  }

  const calls: Calls<FieldMethod> = {
    'device.command': async (input) => {
      deps.note('device.command', input);
      if (input.command === 'stop' && !input.confirmed)
        throw new GatewayError('tool/no-consent', 'The command asks before it is done.');
      return { state: 'confirmed', words: 'Setpoint is 0 rpm.', value: 0, tookMs: 42 };
    },
    'port.diagnose': async ({ path }) => ({
      path,
      exists: true,
      mayOpen: false,
      owner: 'root',
      group: 'dialout',
      mode: 'crw-rw----',
      user: 'gatehouse',
      process: null,
      problem: `The user gatehouse is not in the group dialout that owns ${path}.`,
      remedy: 'Run "sudo usermod -aG dialout gatehouse", then restart the gateway.',
      rs485: 'rts-only',
    }),
    'port.refresh': async (input) => note('port.refresh', input),
    'bus.timeline': async () =>
      Array.from({ length: 60 }, (_, i) => ({
        at: clock.now() - (60 - i) * 60_000,
        requests: 120,
        timeouts: i % 20 === 0 ? 2 : 0,
        crcErrors: i % 30 === 0 ? 1 : 0,
        framingErrors: 0,
        lateAnswers: 0,
        p95Ms: 21 + (i % 7),
      })),
    'bus.probe': async (input) => note('bus.probe', input),
    'bus.reset': async (input) => note('bus.reset', input),
    'tool.open': async (input) => {
      deps.note('tool.open', input);
      return opened(input.tool, input.link, input.by);
    },
    'tool.close': async ({ session }) => {
      close(session);
      return note('tool.close', { session });
    },
    'tool.send': async (input) => note('tool.send', input),
    'tool.lines': async (input) => note('tool.lines', input),
    'tool.loopback': async ({ bytes }) => ({
      ok: true,
      sent: bytes,
      back: bytes,
      wrong: 0,
      tookMs: 31,
      words: 'All bytes came back.',
    }),
    'tool.modbus': async (input) => {
      deps.note('tool.modbus', input);
      const count = input.ask.do === 'read' ? input.ask.count : 1;
      return {
        ok: true,
        values: registers.slice(0, count),
        objects: input.ask.do === 'identify' ? { '0': 'Eastron', '1': 'SDM630', '2': '2.3' } : {},
        exception: null,
        words: `unit ${input.unit}: ${count} registers`,
        sent: Buffer.from([17, 3, 0, 0, 0, 2, 0xc6, 0x9b]).toString('base64'),
        heard: Buffer.from([17, 3, 4, 0x43, 0x66, 0x80, 0, 0x0a, 0x3f]).toString('base64'),
        tookMs: 21.4,
      };
    },
    'ble.scan': async (input) => note('ble.scan', input),
    'ble.power': async (input) => note('ble.power', input),
    'ble.forget': async (input) => note('ble.forget', input),
    'gatt.open': async ({ by }) => opened('gatt', null, by),
    'gatt.tree': async () => gattTree,
    'gatt.read': async () => ({ value: 'AQ==', words: 'chest' }),
    'gatt.write': async (input) => note('gatt.write', input),
    'gatt.notify': async (input) => note('gatt.notify', input),
    'inbox.ignore': async (input) => {
      if (input.ignored) ignored.add(input.id);
      else ignored.delete(input.id);
      return note('inbox.ignore', input);
    },
    'inbox.look': async (input) => {
      deps.note('inbox.look', input);
      return { asked: input.addresses.length, answered: 1 };
    },
    'scan.estimate': async ({ lines, units: count, timeoutMs, listenMs }) => ({
      probes: lines * count,
      atMostMs: listenMs + lines * count * timeoutMs,
    }),
    'scan.start': async (input) => {
      deps.note('scan.start', input);
      looks = 0;
      scan = {
        id: 'scan-1',
        line: '/dev/ttyUSB0',
        link: input.link,
        by: input.by,
        state: 'listening',
        step: 'Listens.',
        progress: 0,
        probes: 0,
        probesPlanned: 1482,
        startedAt: clock.now(),
        leftMs: null,
        trying: null,
        heard: null,
        pauses: [],
        found: [],
        fault: null,
      };
      return { scan: 'scan-1' };
    },
    'scan.stop': async (input) => {
      if (scan) scan = { ...scan, state: 'stopped' };
      return note('scan.stop', input);
    },
    'scan.close': async (input) => {
      scan = null;
      return note('scan.close', input);
    },
    'matrix.open': async (input) => {
      deps.note('matrix.open', input);
      const { session } = opened('matrix', input.link, input.by);
      commission.open(session, input);
      return { session };
    },
    'matrix.move': async (input) => {
      commission.move(input);
      return note('matrix.move', input);
    },
    'matrix.close': async ({ session }) => {
      close(session);
      return note('matrix.close', { session });
    },
    'commission.draft': async (input) => {
      deps.note('commission.draft', input);
      return { draft: commission.draft(input) };
    },
    'commission.check': async (input) => commission.check(input),
    'commission.key': async (input) => {
      deps.note('commission.key', input);
      return commission.key(input);
    },
    'commission.try': async (input) => {
      deps.note('commission.try', input);
      const { session } = opened('try', null, input.by);
      commission.tries(session, input.draft);
      return { session };
    },
    'commission.try-end': async ({ session }) => {
      close(session);
      return note('commission.try-end', { session });
    },
    'commission.save': async (input) => {
      deps.note('commission.save', input);
      return { version: 3 };
    },
    'report.make': async (input) => {
      deps.note('report.make', input);
      const name = `acceptance.${input.format}`;
      if (input.keep) return { name, text: '', path: `/var/lib/gatehouse/reports/${name}` };
      const text = '<!doctype html><title>Site acceptance</title>';
      return { name, text: input.format === 'pdf' ? Buffer.from('%PDF-1.7').toString('base64') : text, path: null };
    },
    'profile.list': async () => profiles,
    'profile.get': async ({ id }) => ({ text: JSON.stringify({ schema: 'gatehouse-profile/1', id }, null, 2) }),
    'profile.import': async () => {
      const [first] = profiles;
      if (!first) throw new GatewayError('profile/invalid', 'The file is no profile.');
      return { ...first, shipped: false };
    },
    'profile.remove': async (input) => note('profile.remove', input),
    'profile.make': async ({ id }) => ({ text: JSON.stringify({ schema: 'gatehouse-profile/1', id }, null, 2) }),
  };

  const views: Views<FieldTopic> = {
    ports: { kind: 'table', rows: () => ports(clock.now()) },
    buses: { kind: 'table', rows: () => buses },
    units: { kind: 'table', rows: ({ bus }) => units(clock.now()).filter((one) => bus === undefined || one.bus === bus) },
    radios: { kind: 'table', rows: () => radios },
    adverts: { kind: 'table', rows: () => [...adverts(clock.now()), ...moreAdverts(clock.now())] },
    'mqtt-topics': { kind: 'table', rows: () => mqttTopics(clock.now()) },
    tools: { kind: 'table', rows: () => [...sessions.values()] },
    'tool-lines': {
      kind: 'log',
      open({ session }) {
        const tool = sessions.get(session)?.tool;
        return {
          rows: tool === 'terminal' ? terminalLines(clock.now()) : tool === 'gatt' ? [] : busFrames(clock.now()),
          close() {},
        };
      },
    },
    inbox: {
      kind: 'table',
      rows: () =>
        [...found(clock.now()), ...foundMore(clock.now())].map((one) =>
          ignored.has(one.id) ? { ...one, state: 'ignored' as const } : one,
        ),
    },
    scans: { kind: 'table', rows: scans },
    matrix: { kind: 'table', rows: ({ session }) => commission.matrix(session) },
    tries: { kind: 'table', rows: ({ session }) => commission.try(session) },
  };
  return { calls, views };
}

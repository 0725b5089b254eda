import { duration } from '../../base/words.ts';
import type { DeviceView, FunctionView, GatewayView } from '../../contract/views.ts';
import { EXIT, type ExitCode, factLines, printable, table, time } from '../output.ts';
import type { Context } from './command.ts';

function statusLines(view: GatewayView): string[] {
  const { link, backlog, devices, functions, alarms, broker } = view;
  const waiting = backlog.count === 1 ? '1 message waits' : `${backlog.count} messages wait`;
  const oldest = backlog.oldestAt === null ? '' : `, the oldest for ${duration(view.now - backlog.oldestAt)}`;
  const lines: [string, string][] = [
    ['site', `${view.site} (${view.gatewayName})${view.demo ? ', demo site' : ''}`],
    ['gateway', `${view.status}, version ${view.version}, up ${duration(view.uptimeMs)}`],
    ['deployment', `${view.deployment.name || 'none'}, version ${view.deployment.version}, ${view.deployment.state}`],
    ['cloud', `${link.state}${link.endpoint === '' ? '' : ` ${link.endpoint}`}; ${waiting}${oldest}`],
    ['devices', `${devices.total}: ${devices.ok} ok, ${devices.degraded} degraded, ${devices.offline} offline`],
    ['functions', `${functions.total}: ${functions.running} running, ${functions.failing} failing`],
    ['alarms', `${alarms.active} active, ${alarms.unacknowledged} not acknowledged`],
    ['broker', broker.port === null ? 'not listening' : `port ${broker.port}, ${broker.clients} clients`],
    ['store', view.store.health],
  ];
  return factLines(lines);
}

/** What says so of its state, and what to do where a fault says so; the last fault of a device that is well is over. */
function troubleOf({ ne107, lastError }: DeviceView): string {
  if (ne107.state === 'ok') return '';
  return lastError && ne107.why === lastError.message ? `${ne107.why}. ${lastError.remedy}` : ne107.why;
}

function deviceLines(devices: readonly DeviceView[], now: number): string[] {
  const rows = devices.map((device) => [
    device.id,
    device.ne107.state,
    device.lastSeenAt === null ? 'never' : `${duration(Math.max(0, now - device.lastSeenAt))} ago`,
    device.adapter,
    device.connection,
    printable(troubleOf(device)),
  ]);
  return table(['DEVICE', 'STATE', 'LAST SEEN', 'ADAPTER', 'CONNECTION', 'WHY'], rows);
}

function functionLines(functions: readonly FunctionView[]): string[] {
  const rows = functions.map((one) => [
    one.name,
    one.state,
    String(one.invocations),
    String(one.failures),
    `${one.durationMs.p95.toFixed(1)} ms`,
    printable(one.lastError?.message ?? ''),
  ]);
  return table(['FUNCTION', 'STATE', 'INVOCATIONS', 'FAILURES', 'P95', 'LAST ERROR'], rows);
}

/** `gatehouse status`: the gateway's own row. */
export const status = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const view = await client.call('gateway.status', {}, context.signal);
    for (const line of context.output.json ? [JSON.stringify(view)] : statusLines(view)) context.output.line(line);
    return EXIT.ok;
  });

/** `gatehouse devices`; with --json one array. */
export const devices = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await client.call('device.list', {}, context.signal);
    for (const line of context.output.json ? [JSON.stringify(rows)] : deviceLines(rows, Date.now())) context.output.line(line);
    return EXIT.ok;
  });

/** `gatehouse functions`; with --json one array. */
export const functions = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await client.call('function.list', {}, context.signal);
    for (const line of context.output.json ? [JSON.stringify(rows)] : functionLines(rows)) context.output.line(line);
    return EXIT.ok;
  });

/** One record of the log as a line. */
export function logLine(row: {
  at: number;
  level: string;
  source: string;
  event: string;
  message: string;
  data: object;
}): string {
  const data = Object.entries(row.data).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const parts = [time(row.at), row.level.padEnd(5), row.source, row.event, row.message, ...data];
  return printable(parts.filter((part) => part !== '').join(' '));
}

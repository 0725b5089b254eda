import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClient } from '../../core/cli/connect.ts';
import type { Params, Row, Topic } from '../../core/contract/api.ts';
import type { ApiClient } from '../../core/contract/client.ts';
import type { PortView } from '../../core/contract/field-views.ts';
import { emptyTable, reduceTable } from '../../core/contract/table.ts';
import type { DeviceView } from '../../core/contract/views.ts';

/** A view that is kept up to date, and can be waited on. */
export interface Kept<R> {
  rows(): readonly R[];
  /** How long it took, in ms, until `wanted` held; rejects with the rows that were there last. */
  until(what: string, wanted: (rows: readonly R[]) => boolean, limitMs?: number): Promise<number>;
  stop(): void;
}

export function keep<T extends Topic>(client: ApiClient, topic: T, params: Params<T>): Kept<Row<T>> {
  let table = emptyTable<Row<T>>();
  const listeners = new Set<() => void>();
  const rows = (): Row<T>[] => table.order.flatMap((id) => table.byId[id] ?? []);
  const stop = client.watch(topic, params, (event) => {
    table = reduceTable<T>(table, event, null);
    for (const listener of [...listeners]) listener();
  });
  return {
    rows,
    stop,
    async until(what, wanted, limitMs = 20_000) {
      const began = performance.now();
      const held = Promise.withResolvers<void>();
      const look = (): void => {
        if (wanted(rows())) held.resolve();
      };
      const late = setTimeout(
        () => held.reject(new Error(`${what}: not within ${limitMs} ms: ${JSON.stringify(rows())}`)),
        limitMs,
      );
      listeners.add(look);
      try {
        look();
        await held.promise;
        return performance.now() - began;
      } finally {
        listeners.delete(look);
        clearTimeout(late);
      }
    },
  };
}

export interface RunningGateway {
  readonly client: ApiClient;
  readonly pid: number;
  readonly ports: Kept<PortView>;
  readonly devices: Kept<DeviceView>;
  device(id: string): DeviceView;
  port(serialOrPath: string): PortView | undefined;
  /** Open files, child processes, memory in MB. */
  figures(): Promise<{ readonly fds: number; readonly children: number; readonly rssMb: number; readonly heapMb: number }>;
  said(): string;
  stop(): Promise<void>;
}

export interface GatewayStart {
  readonly cli: string;
  readonly data: string;
  readonly file: string;
  /** Runs as this user, with its groups. */
  readonly user?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const START_MS = 180_000;

function launch({ cli, data, file, user, env }: GatewayStart): ChildProcess {
  const args = [cli, 'start', '--headless', '--no-demo', '--data', data, '--document', file, '--port', '0', '--mqtt-port', '0'];
  const own: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } };
  if (user === undefined) return spawn(process.execPath, args, own);
  const switched = ['--reuid', user, '--regid', user, '--init-groups', process.execPath, ...args];
  return spawn('setpriv', switched, own);
}

async function reach(data: string, child: ChildProcess, said: () => string): Promise<ApiClient> {
  const until = performance.now() + START_MS;
  for (;;) {
    const client = await openClient(data, () => {}).catch(() => undefined);
    if (client) return client;
    if (child.exitCode !== null || performance.now() > until) throw new Error(`the gateway does not start:\n${said()}`);
    await sleep(300);
  }
}

const childrenOf = (pid: number): number =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/status`, 'utf8').includes(`\nPPid:\t${pid}\n`);
    } catch {
      return false; // it has just ended
    }
  }).length;

/** Starts the gateway as a user would, and waits until it answers on its local socket. */
export async function startGateway(start: GatewayStart): Promise<RunningGateway> {
  const child = launch(start);
  let said = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
    });
  }
  const client = await reach(start.data, child, () => said);
  const pid = child.pid ?? 0;
  const ports = keep(client, 'ports', {});
  const devices = keep(client, 'devices', {});
  await devices.until('the site', (rows) => rows.length > 0, START_MS);
  return {
    client,
    pid,
    ports,
    devices,
    device(id) {
      const found = devices.rows().find((one) => one.id === id);
      if (!found) throw new Error(`there is no device ${id}`);
      return found;
    },
    port: (wanted) => ports.rows().find(({ serialNumber, path }) => serialNumber === wanted || path === wanted),
    async figures() {
      const { system } = await client.call('gateway.status', {});
      const mb = (bytes: number): number => Math.round(bytes / 104_857.6) / 10;
      const fds = readdirSync(`/proc/${pid}/fd`).length;
      return { fds, children: childrenOf(pid), rssMb: mb(system.rssBytes), heapMb: mb(system.heapBytes) };
    },
    said: () => said,
    async stop() {
      ports.stop();
      devices.stop();
      await client.close();
      const ended = new Promise((resolve) => child.once('close', resolve));
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' }).trim();

/** The gateway's own log, a record a line. */
export const logOf = (data: string): string[] => readFileSync(join(data, 'logs/gatehouse.log'), 'utf8').trim().split('\n');

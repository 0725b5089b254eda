import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./bluez_double.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

/** Why there can be no double here; empty where there can. */
export function bluezDoubleMissing(): string {
  if (spawnSync(PYTHON, ['-c', 'import dbus, gi.repository.GLib']).status !== 0) return 'python3-dbus and python3-gi';
  return spawnSync('dbus-daemon', ['--version']).status === 0 ? '' : 'dbus-daemon';
}

export interface BluezDouble {
  /** Resolves with the answer; rejects where the double refused. */
  do(command: Record<string, unknown> & { op: string }): Promise<unknown>;
  /** What it said besides answers. */
  readonly said: Record<string, unknown>[];
  /** Kills the look-alike of bluetoothd; the bus stays. */
  killBluez(): Promise<void>;
  startBluez(): Promise<void>;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Everybody may do everything, but within the limits of a system bus (512 match rules a connection); a session bus has none to speak of. */
const busConfig = (address: string): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** A private bus with a look-alike of BlueZ on it. `DBUS_SYSTEM_BUS_ADDRESS` of this process points at it until `stop`. */
export async function startBluezDouble(): Promise<BluezDouble> {
  const folder = mkdtempSync(join(tmpdir(), 'bluez-double-'));
  const address = `unix:path=${join(folder, 'bus')}`;
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = address;
  const config = join(folder, 'bus.conf');
  writeFileSync(config, busConfig(address));
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--nopidfile', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    daemon.stdout.once('data', () => resolve());
    daemon.once('exit', () => reject(new Error('dbus-daemon did not start')));
  });
  const said: Record<string, unknown>[] = [];
  const waiting = new Map<number, { resolve(value: unknown): void; reject(cause: Error): void }>();
  let bluez: ChildProcess | undefined;
  let number = 0;

  function hear(line: string): void {
    const event: Record<string, unknown> = JSON.parse(line);
    const asked = waiting.get(Number(event['id']));
    if (asked && 'ok' in event) asked.resolve(event['value']);
    else if (asked) asked.reject(new Error(String(event['because'])));
    else said.push(event);
    waiting.delete(Number(event['id']));
  }
  async function startBluez(): Promise<void> {
    const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    bluez = child;
    createInterface({ input: child.stdout }).on('line', hear);
    const began = said.length;
    for (let tries = 0; tries < 500 && !said.slice(began).some((one) => one['ready'] === true); tries += 1) await sleep(20);
  }
  async function end(child: ChildProcess | undefined): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  await startBluez();
  return {
    said,
    get pids() {
      return [daemon.pid ?? 0, bluez?.pid ?? 0];
    },
    do(command) {
      number += 1;
      const id = number;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        bluez?.stdin?.write(`${JSON.stringify({ ...command, id })}\n`);
      });
    },
    killBluez: () => end(bluez),
    startBluez,
    async stop() {
      await end(bluez);
      await end(daemon);
      if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
      else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

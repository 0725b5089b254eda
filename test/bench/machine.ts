import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every child process and folder of the bench, so that none outlives it. */
export interface Machine {
  start(command: string, args: readonly string[], cwd?: string): Running;
  folder(): string;
  clear(): Promise<void>;
}
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The newest of what it said, for when it fails. */
  said(): string;
  /** Ends it, by force after a moment. */
  end(): Promise<void>;
}

const GRACE_MS = 5000;

function watched(child: ChildProcess): Running {
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (cause) => {
    text += String(cause);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    child,
    said: () => text,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const cancel = new AbortController();
      await Promise.race([gone, sleep(GRACE_MS, undefined, { signal: cancel.signal }).then(() => child.kill('SIGKILL'))]);
      cancel.abort();
      await gone;
    },
  };
}

export function createMachine(): Machine {
  const children: Running[] = [];
  const folders: string[] = [];
  process.on('exit', () => {
    for (const { child } of children) child.kill('SIGKILL');
  });
  return {
    start(command, args, cwd) {
      const stdio: 'pipe'[] = ['pipe', 'pipe', 'pipe'];
      const running = watched(spawn(command, args, { stdio, cwd: cwd ?? tmpdir() }));
      children.push(running);
      return running;
    },
    folder() {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
      folders.push(folder);
      return folder;
    },
    async clear() {
      await Promise.all(children.map((one) => one.end()));
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** CPU time of a process so far, all its threads, in ms (resolution 10 ms). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export interface Memory {
  readonly residentMb: number;
  /** Shared pages (Node's own program) counted by share. */
  readonly proportionalMb: number;
  readonly threads: number;
}

export function memoryOf(pid: number): Memory {
  const kb = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return {
    residentMb: kb(status, 'VmRSS') / 1024,
    proportionalMb: kb(rollup, 'Pss') / 1024,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

export function machineText(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? 'processor'}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

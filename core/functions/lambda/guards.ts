import { formatWithOptions } from 'node:util';
import type { LogLine } from '../protocol.ts';

/**
 * Takes from a function's thread what would hurt the whole gateway by mistake: signals, and what replaces or ends the process.
 * `process.exit` stays: in a thread it ends only the thread. Node itself refuses `umask` and `setuid` there.
 * Not stopped: child processes, files, the network, native add-ons. A thread is a fault boundary, not a security boundary.
 */
export function guardProcess(target: NodeJS.Process): void {
  for (const name of ['kill', '_kill', 'abort', 'execve', 'chdir']) {
    Object.defineProperty(target, name, {
      configurable: false,
      writable: false,
      value: () => {
        throw new Error(`process.${name} is not available in a function`);
      },
    });
  }
}

const LEVELS = { debug: 'debug', trace: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** Turns `console` into log lines; what else it can do (tables, timers, counts) goes on through standard output. */
export function captureConsole(target: Console, write: (line: LogLine) => void): void {
  for (const [name, level] of Object.entries(LEVELS)) {
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      value: (...values: unknown[]) => write([level, formatWithOptions({ depth: 4, breakLength: 120 }, ...values)]),
    });
  }
}

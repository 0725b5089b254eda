import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { formatWithOptions } from 'node:util';
import type { Isolation } from '../carrier/carrier.ts';
import type { LogLine } from '../protocol.ts';

/** Signals, and what replaces or ends the process: by mistake they would hurt the whole gateway. */
const TAKEN = ['kill', '_kill', 'abort', 'execve', 'chdir', '_debugProcess', '_debugEnd'];

/**
 * Takes from a function what would hurt the gateway by mistake; see `README` for what each isolation stops. `process.exit` stays: it
 * ends the instance alone. The priority of processes is not to be set either, but a process may set its own.
 */
export function guardProcess(target: NodeJS.Process, isolation: Isolation): void {
  for (const name of TAKEN) refuse(target, name, `process.${name}`);
  const { setPriority } = os;
  refuse(os, 'setPriority', 'os.setPriority', (...args) => {
    const [pid, priority] = args.length < 2 ? [0, args[0]] : args;
    if (isolation !== 'process' || (pid !== 0 && pid !== target.pid)) return false;
    setPriority(0, Number(priority));
    return true;
  });
  syncBuiltinESMExports();
}

/** `allowed` does what is allowed and says whether it was. */
function refuse(owner: object, name: string, shown: string, allowed?: (...args: unknown[]) => boolean): void {
  Object.defineProperty(owner, name, {
    configurable: false,
    writable: false,
    value: (...args: unknown[]) => {
      if (allowed?.(...args) !== true) throw new Error(`${shown} is not available in a function`);
    },
  });
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

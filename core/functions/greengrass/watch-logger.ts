import { formatWithOptions } from 'node:util';
import type { LogLine } from '../protocol.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
const ORDER: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies Level[];

/** `LOG_LEVEL` as Greengrass sets it; FATAL lets nothing through, an unknown word counts as INFO. */
function firstLevel(text: string | undefined): number {
  const word = (text ?? '').toLowerCase();
  if (word === 'fatal') return ORDER.length;
  const found = ORDER.indexOf(word);
  return found < 0 ? ORDER.indexOf('info') : found;
}

/** The constructor of `logging.LocalWatchLogger`: the SDK tells it of every call at `debug`, which is left out unless asked for. */
export function watchLogger(deps: { readonly level: string | undefined; log(line: LogLine): void }) {
  const first = firstLevel(deps.level);
  function write(level: Level, values: readonly unknown[]): void {
    if (ORDER.indexOf(level) < first) return;
    deps.log([level, formatWithOptions({ depth: 4, breakLength: 120 }, ...values)]);
  }
  return class LocalWatchLogger {
    debug(...values: unknown[]): void {
      write('debug', values);
    }
    info(...values: unknown[]): void {
      write('info', values);
    }
    warn(...values: unknown[]): void {
      write('warn', values);
    }
    error(...values: unknown[]): void {
      write('error', values);
    }
  };
}

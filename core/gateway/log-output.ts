import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogHub, LogRecord } from '../base/log.ts';

export interface LogOutput {
  /** Writes what is buffered and closes the file. */
  close(): Promise<void>;
}

const time = (at: number): string => new Date(at).toISOString();

/** One line for a person who looks at the terminal. */
function line(record: LogRecord): string {
  const data = Object.entries(record.data)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
    .join(' ');
  return `${time(record.at)} ${record.level.padEnd(5)} ${record.source} ${record.event} ${record.message}${record.message && data ? ' | ' : ''}${data}\n`;
}

/**
 * Warnings and errors go to the terminal; everything goes to `<data>/logs/gatehouse.log` as JSON lines, with the id of this start, so
 * that lines can be put in order where the clock was wrong. 5 MB, then `gatehouse.log.1` and on to `.4`: numbers, because by the
 * clock the newest file may look the oldest.
 */
export async function writeLogs(
  logs: LogHub,
  dataDir: string,
  terminal: NodeJS.WritableStream | null,
  boot: string,
): Promise<LogOutput> {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const { createStream } = await import('rotating-file-stream');
  const file = createStream('gatehouse.log', { path: folder, size: '5M', rotate: 4 });
  let broken = false;
  file.on('error', () => {
    // A full disk must not take the gateway down with its log; the screen still has the newest records.
    broken = true;
  });
  const write = (record: LogRecord): void => {
    if (!broken) file.write(`${JSON.stringify({ boot, ...record })}\n`);
    if (terminal && (record.level === 'warn' || record.level === 'error')) terminal.write(line(record));
  };
  const earlier = logs.recent();
  const stop = logs.onRecord(write);
  for (const record of earlier) write(record);
  return {
    async close() {
      stop();
      if (broken) return;
      file.end();
      await once(file, 'finish').catch(() => undefined);
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Writer {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<void>;
  /** Resolves when a line starts with this; rejects when the process ends without it. */
  saw(start: string): Promise<void>;
}

/** Starts the writer, below another program if `before` names one. The caller kills it. */
export function startWriter(
  dataDir: string,
  options: { begin?: number; appends?: number; before?: readonly string[]; script?: string } = {},
): Writer {
  const command = [
    ...(options.before ?? []),
    process.execPath,
    fileURLToPath(new URL(options.script ?? './store-writer.ts', import.meta.url)),
    dataDir,
    String(options.begin ?? 0),
    String(options.appends ?? 0),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiters: { start: string; resolve(): void; reject(error: Error): void }[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const waiter of waiters) if (parts.some((line) => line.startsWith(waiter.start))) waiter.resolve();
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  void ended.then(() => {
    for (const waiter of waiters)
      waiter.reject(new Error(`the writer ended without "${waiter.start}": ${lines.slice(-3).join(' | ')}`));
  });
  return {
    child,
    lines,
    ended,
    saw: (start) =>
      new Promise((resolve, reject) => {
        if (lines.some((line) => line.startsWith(start))) resolve();
        else waiters.push({ start, resolve, reject });
      }),
  };
}

/** Ends all writers that were started, and forgets them. */
export async function killAll(writers: Writer[]): Promise<void> {
  for (const writer of writers.splice(0)) {
    writer.child.kill('SIGKILL');
    await writer.ended;
  }
}

/** What the writer printed as acknowledged: number of each message to its id. */
export function acknowledgedBy(lines: readonly string[]): Map<number, number> {
  const ids = new Map<number, number>();
  for (const line of lines) {
    const [id, number, count] = line.split(' ').map(Number);
    if (id === undefined || number === undefined || !count) continue;
    for (let offset = 0; offset < count; offset += 1) ids.set(number + offset, id + offset);
  }
  return ids;
}

import { counted } from '../../base/words.ts';
import type { ApiClient } from '../../contract/client.ts';
import type { FailedEventView } from '../../contract/function-views.ts';
import { idsOrAll } from '../numbers.ts';
import { EXIT, type ExitCode, factLines, printable, table, time } from '../output.ts';
import type { Context } from './command.ts';
import { payloadText } from './streams.ts';

const PAGE = 200;

async function page(client: ApiClient, name: string | null, limit: number, signal: AbortSignal): Promise<FailedEventView[]> {
  const rows: FailedEventView[] = [];
  while (rows.length < limit) {
    const before = rows.at(-1)?.id ?? null;
    const more = await client.call('function.failed.list', { name, before, limit: Math.min(PAGE, limit - rows.length) }, signal);
    rows.push(...more);
    if (more.length === 0) break;
  }
  return rows;
}

/** `gatehouse failed list [function]`: events that failed for good, newest first; with --json one array. */
export const listFailed = (
  context: Context,
  options: { readonly name: string | undefined; readonly limit: number },
): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await page(client, options.name ?? null, options.limit, context.signal);
    const { output } = context;
    if (output.json) output.line(JSON.stringify(rows));
    else if (rows.length === 0) output.note('No event has failed.');
    else {
      const cells = rows.map((row) => [
        String(row.id),
        time(row.failedAt),
        row.function,
        String(row.attempts),
        printable(row.topic),
        printable(row.error),
      ]);
      for (const line of table(['NUMBER', 'FAILED', 'FUNCTION', 'ATTEMPTS', 'TOPIC', 'WHY'], cells)) output.line(line);
    }
    return EXIT.ok;
  });

function eventLines(row: FailedEventView): string[] {
  const lines: [string, string][] = [
    ['number', String(row.id)],
    ['function', `${row.function}, version ${row.version}`],
    ['topic', row.topic],
    ['from', row.source],
    ['failed', `${time(row.failedAt)}, ${counted(row.attempts, 'attempt')}: ${row.error} (${row.code})`],
    ['size', `${row.size} bytes`],
  ];
  return [
    ...factLines(lines),
    ...(row.stack === '' ? [] : row.stack.split('\n').map((line) => printable(`    ${line.trim()}`))),
    '',
    payloadText(Buffer.from(row.payload, 'base64')),
  ];
}

/** `gatehouse failed show <number>`: all of one, with its whole payload. */
export const showFailed = (context: Context, options: { readonly id: number }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const row = await client.call('function.failed.get', { id: options.id }, context.signal);
    for (const line of context.output.json ? [JSON.stringify(row)] : eventLines(row)) context.output.line(line);
    return EXIT.ok;
  });

interface Chosen {
  readonly name: string;
  readonly ids: readonly (string | number)[];
  readonly all: boolean;
}

/** `gatehouse failed retry <function>`: into its queue again, as first attempts. */
export async function retryFailed(context: Context, options: Chosen): Promise<ExitCode> {
  const ids = idsOrAll(options.ids, options.all);
  return context.withClient(async (client) => {
    const { count } = await client.call('function.failed.retry', { name: options.name, ids }, context.signal);
    const text = `${counted(count, 'event')} of "${options.name}" will be tried again.`;
    context.output.line(context.output.json ? JSON.stringify({ retried: count }) : text);
    return EXIT.ok;
  });
}

/** `gatehouse failed discard <function>`: removes them for good. */
export async function discardFailed(context: Context, options: Chosen): Promise<ExitCode> {
  const ids = idsOrAll(options.ids, options.all);
  return context.withClient(async (client) => {
    const { count } = await client.call('function.failed.discard', { name: options.name, ids }, context.signal);
    context.output.line(context.output.json ? JSON.stringify({ discarded: count }) : `${counted(count, 'event')} discarded.`);
    return EXIT.ok;
  });
}

import { readFile, writeFile } from 'node:fs/promises';
import { GatewayError } from '../../base/errors.ts';
import { byteSize, counted } from '../../base/words.ts';
import type { ApiClient } from '../../contract/client.ts';
import type { DeadLetterView } from '../../contract/outbox-views.ts';
import { idsOrAll } from '../numbers.ts';
import { EXIT, type ExitCode, factLines, printable, table, time } from '../output.ts';
import type { Context } from './command.ts';
import { payloadText } from './streams.ts';

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });

const PAGE = 200;

async function page(client: ApiClient, limit: number, signal: AbortSignal): Promise<DeadLetterView[]> {
  const rows: DeadLetterView[] = [];
  while (rows.length < limit) {
    const before = rows.at(-1)?.id ?? null;
    const more = await client.call('deadletter.list', { before, limit: Math.min(PAGE, limit - rows.length) }, signal);
    if (more.length === 0) break;
    rows.push(...more);
  }
  return rows;
}

/** `gatehouse dead-letters list`: what the far end refused for good, newest first; with --json one array. */
export const listDeadLetters = (context: Context, options: { readonly limit: number }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await page(client, options.limit, context.signal);
    const lines = table(
      ['NUMBER', 'REFUSED', 'STREAM', 'SIZE', 'TOPIC', 'WHY'],
      rows.map((row) => [
        String(row.id),
        time(row.fault.at),
        row.stream,
        byteSize(row.size),
        printable(row.topic),
        printable(row.fault.message),
      ]),
    );
    for (const line of context.output.json ? [JSON.stringify(rows)] : rows.length === 0 ? [] : lines) context.output.line(line);
    if (rows.length === 0 && !context.output.json) context.output.note('No message was refused.');
    return EXIT.ok;
  });

function letterLines(row: DeadLetterView): string[] {
  const lines: [string, string][] = [
    ['number', `${row.id} (in the spool ${row.entry})`],
    ['topic', row.topic],
    ['from', `${row.source}, number ${row.custody}`],
    ['made', time(row.at)],
    ['stream', `${row.stream}, to ${row.destination}`],
    ['refused', `${time(row.fault.at)}: ${row.fault.message} (${row.fault.code})`],
    ['what to do', row.fault.remedy],
    ['size', `${row.size} bytes`],
  ];
  return [...factLines(lines), '', payloadText(Buffer.from(row.payload, 'base64'))];
}

/** `gatehouse dead-letters show <number>`: all of one, with its whole payload. */
export const showDeadLetter = (context: Context, options: { readonly id: number }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const row = await client.call('deadletter.get', { id: options.id }, context.signal);
    for (const line of context.output.json ? [JSON.stringify(row)] : letterLines(row)) context.output.line(line);
    return EXIT.ok;
  });

export interface RetryOptions {
  readonly ids: readonly (string | number)[];
  readonly all: boolean;
  readonly topic: string | undefined;
  readonly payloadFile: string | undefined;
}

async function editOf(client: ApiClient, id: number, { topic, payloadFile }: RetryOptions, signal: AbortSignal) {
  const payload =
    payloadFile === undefined
      ? null
      : await readFile(payloadFile, 'base64').catch((cause: unknown) => {
          throw badInput(`the file ${payloadFile} cannot be read`, cause);
        });
  const now = await client.call('deadletter.get', { id }, signal);
  return { topic: topic ?? now.topic, payload: payload ?? now.payload };
}

/** `gatehouse dead-letters retry`: back to the end of their stream; one of them with another topic or payload. */
export async function retryDeadLetters(context: Context, options: RetryOptions): Promise<ExitCode> {
  const ids = idsOrAll(options.ids, options.all);
  const wantsEdit = options.topic !== undefined || options.payloadFile !== undefined;
  const [only] = ids ?? [];
  if (wantsEdit && (ids?.length !== 1 || only === undefined)) throw badInput('--topic and --payload-file are for one message');
  return context.withClient(async (client) => {
    const edit = wantsEdit && only !== undefined ? await editOf(client, only, options, context.signal) : null;
    const { count } = await client.call('deadletter.retry', { ids, ...(edit && { edit }) }, context.signal);
    context.output.line(
      context.output.json ? JSON.stringify({ retried: count }) : `${counted(count, 'message')} will be sent again.`,
    );
    return EXIT.ok;
  });
}

/** `gatehouse dead-letters discard`: removes them for good. */
export async function discardDeadLetters(
  context: Context,
  options: { readonly ids: readonly (string | number)[]; readonly all: boolean },
): Promise<ExitCode> {
  const ids = idsOrAll(options.ids, options.all);
  return context.withClient(async (client) => {
    const { count } = await client.call('deadletter.discard', { ids }, context.signal);
    context.output.line(context.output.json ? JSON.stringify({ discarded: count }) : `${counted(count, 'message')} discarded.`);
    return EXIT.ok;
  });
}

/** `gatehouse dead-letters export`: one JSON object a line, payload in base64, newest first; to a file or the standard output. */
export const exportDeadLetters = (context: Context, options: { readonly out: string | undefined }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const { out } = options;
    let before: number | null = null;
    let messages = 0;
    let flag: 'w' | 'a' = 'w';
    do {
      const { text, next }: { text: string; next: number | null } = await client.call(
        'deadletter.export',
        { before },
        context.signal,
      );
      const lines = text.split('\n').filter((line) => line !== '');
      messages += lines.length;
      if (out === undefined) for (const line of lines) context.output.line(line);
      else
        await writeFile(out, text, { flag }).catch((cause: unknown) => {
          throw badInput(`the file ${out} cannot be written`, cause);
        });
      flag = 'a';
      before = next;
    } while (before !== null);
    if (out !== undefined)
      context.output.line(
        context.output.json ? JSON.stringify({ file: out, messages }) : `${counted(messages, 'message')} written to ${out}.`,
      );
    return EXIT.ok;
  });

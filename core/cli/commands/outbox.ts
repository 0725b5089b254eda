import { byteSize, duration } from '../../base/words.ts';
import type { Input } from '../../contract/api.ts';
import type { OutboxStreamView, StorageView, WaitingView } from '../../contract/outbox-views.ts';
import { refusedWords, streamPromise } from '../../contract/outbox-words.ts';
import { parseBytes, parseLimit, parseNumber } from '../numbers.ts';
import { booksWords, fuelWords } from '../outbox-words.ts';
import { EXIT, type ExitCode, printable, table, time } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import type { Context } from './command.ts';
import { payloadText } from './streams.ts';

function streamLines(rows: readonly OutboxStreamView[]): string[] {
  return table(
    ['STREAM', 'PRIORITY', 'WAITING', 'BYTES', 'OLDEST', 'IN/S', 'OUT/S', 'DRAINED IN', 'USED', 'TAKES'],
    rows.map((row) => [
      row.id,
      row.priority,
      String(row.count),
      byteSize(row.bytes),
      row.oldestAgeMs === null ? '-' : duration(row.oldestAgeMs),
      String(row.inPerS),
      String(row.outPerS),
      row.count === 0 ? '-' : row.drainMs === null ? 'grows' : duration(row.drainMs),
      `${row.usedPercent} %`,
      printable(row.takes),
    ]),
  );
}

function outboxLines(rows: readonly OutboxStreamView[], storage: StorageView | undefined): string[] {
  if (!storage) return streamLines(rows);
  const label = (name: string, text: string): string => `${name.padEnd(14)}${printable(text)}`;
  const errors = rows.flatMap((row) =>
    row.lastError === null ? [] : [label('last error', `${row.id}: ${row.lastError.message} ${row.lastError.remedy}`)],
  );
  const refusals = rows.flatMap((row) => {
    const words = refusedWords(row.refused);
    return words === null ? [] : [label(row.id, words)];
  });
  const { deadLetters } = storage;
  return [
    ...streamLines(rows),
    '',
    ...rows.map((row) => label(row.id, streamPromise(row))),
    ...refusals,
    '',
    label('offline for', fuelWords(storage.fuel)),
    label('books', booksWords(storage.books)),
    label('refused', deadLetters.held === 0 ? 'none' : `${deadLetters.held}; see "gatehouse dead-letters list"`),
    ...errors,
  ];
}

/** `gatehouse outbox`: what waits for the cloud, by stream, with the fuel gauge and the books. */
export const outbox = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await snapshot(client, 'outbox', {}, context.signal);
    const [storage] = await snapshot(client, 'storage', {}, context.signal);
    const json = (): string =>
      JSON.stringify({
        streams: rows,
        limits: storage?.limits,
        whenFull: storage?.whenFull,
        fuel: storage?.fuel,
        books: storage?.books,
        deadLetters: storage?.deadLetters,
      });
    for (const line of context.output.json ? [json()] : outboxLines(rows, storage)) context.output.line(line);
    return EXIT.ok;
  });

function waitingLine(row: WaitingView): string {
  const more = row.truncated ? ` ... (${row.size} bytes)` : '';
  const expiry = row.expiresInMs === null ? '' : `, expires in ${duration(row.expiresInMs)}`;
  const payload = payloadText(Buffer.from(row.payload, 'base64'));
  return `${row.id} ${time(row.at)}${row.redated ? ' (put right)' : ''} ${printable(row.topic)} ${printable(row.source)}#${row.custody} waits ${duration(row.ageMs)}${expiry}: ${payload}${more}`;
}

/** `gatehouse outbox messages <stream>`: the oldest messages that wait; with --json one object a line. */
export const waiting = (
  context: Context,
  options: { readonly stream: string; readonly after: number; readonly limit: number },
): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await client.call('outbox.messages', options, context.signal);
    for (const row of rows) context.output.line(context.output.json ? JSON.stringify(row) : waitingLine(row));
    if (rows.length === 0 && !context.output.json) context.output.note(`Nothing waits in ${options.stream}.`);
    return EXIT.ok;
  });

export interface LimitOptions {
  /** `all`: the outbox as a whole. */
  readonly stream: string;
  readonly hours: string | undefined;
  readonly bytes: string | undefined;
  readonly messages: string | undefined;
  readonly whenFull: NonNullable<Input<'outbox.limit'>['whenFull']> | undefined;
}

function limitInput({ stream, hours, bytes, messages, whenFull }: LimitOptions): Input<'outbox.limit'> {
  const keep = {
    ...(hours !== undefined && { hours: parseLimit('--hours', hours, parseNumber) }),
    ...(bytes !== undefined && { bytes: parseLimit('--bytes', bytes, parseBytes) }),
    ...(messages !== undefined && { messages: parseLimit('--messages', messages, parseNumber) }),
  };
  return {
    stream: stream === 'all' ? null : stream,
    ...(Object.keys(keep).length > 0 && { keep }),
    ...(whenFull !== undefined && { whenFull }),
  };
}

/** `gatehouse outbox limit <stream|all>`: new limits, as a new version of the deployment document. */
export async function limit(context: Context, options: LimitOptions): Promise<ExitCode> {
  const input = limitInput(options);
  return context.withClient(async (client) => {
    const { version } = await client.call('outbox.limit', input, context.signal);
    context.output.line(context.output.json ? JSON.stringify({ version }) : `The limits are changed; version ${version} runs.`);
    return EXIT.ok;
  });
}

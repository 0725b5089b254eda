import type { Params, Row, Topic, TopicEvent } from '../../contract/api.ts';
import type { ApiClient } from '../../contract/client.ts';
import { EXIT, type ExitCode, printable, time } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import { createTail } from '../tail.ts';
import type { Context } from './command.ts';
import { logLine } from './views.ts';

interface Follow<T extends 'logs' | 'messages'> {
  readonly topic: T;
  readonly params: Params<T>;
  /** Rows from before that are shown first. */
  readonly showOld: number;
  /** Ends after this many rows; null goes on until Ctrl-C. */
  readonly count: number | null;
  show(row: Row<T>): void;
  /** Told to the person once rows can come. */
  readonly ready: string;
}

/** Shows rows until the count is reached or the signal says stop. Goes on over a lost connection. */
export function follow<T extends 'logs' | 'messages'>(client: ApiClient, context: Context, what: Follow<T>): Promise<void> {
  const { topic, params, show } = what;
  const tail = createTail<{ readonly id: number }>(what.showOld);
  let left = what.count ?? Number.POSITIVE_INFINITY;
  let isReady = false;
  return new Promise((resolve) => {
    const take = (event: TopicEvent<Topic>): void => {
      if (event.kind === 'offline') context.output.note('The connection to the gateway was lost; waiting for it.');
      for (const row of tail(event as never) as Row<T>[]) {
        if (left <= 0) break;
        left -= 1;
        show(row);
      }
      if (!isReady && event.kind === 'snapshot') {
        isReady = true;
        if (what.ready !== '') context.output.note(what.ready);
      }
      if (left <= 0) end();
    };
    const unwatch = client.watch(topic, params, take as never);
    function end(): void {
      unwatch();
      resolve();
    }
    if (context.signal.aborted) end();
    else context.signal.addEventListener('abort', end, { once: true });
  });
}

export interface LogOptions {
  readonly lines: number;
  readonly follow: boolean;
  /** Records of this function only. */
  readonly function: string | undefined;
}

/** `gatehouse logs`: the newest records, and with `follow` what comes. With --json one object a line. */
export const logs = (context: Context, options: LogOptions): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const show = (row: Row<'logs'>): void => context.output.line(context.output.json ? JSON.stringify(row) : logLine(row));
    const params = options.function === undefined ? {} : { source: `function:${options.function}` };
    if (!options.follow && options.function !== undefined) {
      const rows = await snapshot(client, 'logs', params, context.signal);
      if (options.lines > 0) for (const row of [...rows].sort((a, b) => a.id - b.id).slice(-options.lines)) show(row);
      return EXIT.ok;
    }
    if (!options.follow) {
      if (options.lines > 0)
        for (const row of await client.call('log.recent', { limit: options.lines }, context.signal)) show(row);
      return EXIT.ok;
    }
    await follow(client, context, { topic: 'logs', params, showOld: options.lines, count: null, show, ready: '' });
    return EXIT.ok;
  });

/** A payload for people: text where it is that, else hex. */
export function payloadText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes) && printable(text) === text;
  return isText ? text : `0x${bytes.toString('hex')}`;
}

function messageLine(row: Row<'messages'>): string {
  const more = row.truncated ? ` ... (${row.size} bytes)` : '';
  return `${time(row.at)} ${printable(row.topic)} ${printable(row.source)} ${payloadText(Buffer.from(row.payload, 'base64'))}${more}`;
}

function messageJson(row: Row<'messages'>): string {
  const text = payloadText(Buffer.from(row.payload, 'base64'));
  return JSON.stringify({ ...row, text: text.startsWith('0x') ? null : text });
}

/** `gatehouse subscribe <filter>`: messages as they pass, from now on. With --json one object a line. */
export const subscribe = (
  context: Context,
  options: { readonly filter: string; readonly count: number | null },
): Promise<ExitCode> =>
  context.withClient(async (client) => {
    await follow(client, context, {
      topic: 'messages',
      params: { filter: options.filter },
      showOld: 0,
      count: options.count,
      show: (row) => context.output.line(context.output.json ? messageJson(row) : messageLine(row)),
      ready: `Subscribed to ${options.filter}. Ctrl-C ends.`,
    });
    return EXIT.ok;
  });

import { byteSize, duration } from '../../base/words.ts';
import type { SessionView } from '../../contract/outbox-views.ts';
import { EXIT, type ExitCode, printable, table } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import type { Context } from './command.ts';

function sessionLines(rows: readonly SessionView[], now: number): string[] {
  return table(
    ['STATE', 'SINCE', 'FORGOTTEN IN', 'SUBSCRIPTIONS', 'QUEUED', 'BYTES', 'DROPPED', 'CLIENT'],
    rows.map((row) => [
      row.connected ? 'connected' : 'away',
      duration(Math.max(0, now - row.since)),
      row.expiresAt === null ? '-' : duration(Math.max(0, row.expiresAt - now)),
      String(row.subscriptions),
      `${row.queued} of ${row.maxQueued}`,
      byteSize(row.queuedBytes),
      String(row.dropped),
      printable(row.id),
    ]),
  );
}

/** `gatehouse sessions list`: what the local broker remembers of its clients; with --json one array. */
export const listSessions = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await snapshot(client, 'sessions', {}, context.signal);
    const { now } = await client.call('gateway.status', {}, context.signal);
    for (const line of context.output.json ? [JSON.stringify(rows)] : rows.length === 0 ? [] : sessionLines(rows, now))
      context.output.line(line);
    if (rows.length === 0 && !context.output.json) context.output.note('The local broker remembers no client.');
    return EXIT.ok;
  });

/** `gatehouse sessions forget <client>`: with all that waits in it; a connected client is disconnected. */
export const forgetSession = (context: Context, options: { readonly id: string }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    await client.call('session.forget', { id: options.id }, context.signal);
    const text = `The session of ${printable(options.id)} is forgotten.`;
    context.output.line(context.output.json ? JSON.stringify({ forgotten: options.id }) : text);
    return EXIT.ok;
  });

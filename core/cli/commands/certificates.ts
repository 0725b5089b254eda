import { writeFile } from 'node:fs/promises';
import { GatewayError } from '../../base/errors.ts';
import { byteSize, duration } from '../../base/words.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';
import { reasonWords } from '../../contract/outbox-words.ts';
import { droppedWords } from '../outbox-words.ts';
import { EXIT, type ExitCode, printable, table, time } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import type { Context } from './command.ts';

const lost = (one: CertificateView): number => Object.values(one.dropped).reduce((sum, count) => sum + count, 0);

function listLines(rows: readonly CertificateView[]): string[] {
  return table(
    ['CERTIFICATE', 'STATE', 'FROM', 'OFFLINE', 'DELIVERED', 'REFUSED', 'DROPPED', 'BALANCE'],
    rows.map((one) => [
      one.id,
      one.state,
      time(one.from),
      duration(one.offlineMs),
      String(one.delivered),
      String(one.deadLettered),
      String(lost(one)),
      one.balanced ? 'holds' : 'DOES NOT HOLD',
    ]),
  );
}

/** `gatehouse certificates list`: one for each outage, newest first; with --json one array. */
export const listCertificates = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await snapshot(client, 'certificates', {}, context.signal);
    for (const line of context.output.json ? [JSON.stringify(rows)] : rows.length === 0 ? [] : listLines(rows))
      context.output.line(line);
    if (rows.length === 0 && !context.output.json) context.output.note('There was no outage yet.');
    return EXIT.ok;
  });

function certificateLines(one: CertificateView): string[] {
  const ends = (at: number | null): string => (at === null ? 'not yet' : time(at));
  const lines = [
    ['certificate', `${one.id}, ${one.state}`],
    ['site', `${one.site} (${one.gateway}) to ${one.endpoint}`],
    ['line lost', `${time(one.from)}${one.cause === null ? '' : `: ${one.cause.message}`}`],
    ['line back', ends(one.restoredAt)],
    ['drained', ends(one.to)],
    [
      'offline',
      `${duration(one.offlineMs)}, drained in ${one.drainMs === null ? '-' : duration(one.drainMs)}, ${one.restarts} restarts`,
    ],
    ['in', `${one.waitingBefore} waited before + ${one.accepted} accepted`],
    [
      'out',
      `${one.delivered} delivered, ${one.deadLettered} refused, dropped: ${droppedWords(one.dropped)}, ${one.waitingAfter} wait`,
    ],
    ['balance', one.balanced ? 'holds' : 'DOES NOT HOLD'],
    ['backlog', `${one.highestBacklog.messages} messages, ${byteSize(one.highestBacklog.bytes)} at most`],
    ['duplicates', `${one.duplicatesPossible} possible, with equal ids`],
    ['clock', one.clockTrust],
    ['hash', one.hash ?? 'made when the outage is over'],
  ];
  const sources = one.sources.flatMap(({ source, first, last, gaps }) => [
    `${source}: ${first} to ${last}${gaps.length === 0 ? ', complete' : ''}`,
    ...gaps.map((gap) => `    not delivered: ${gap.count} of ${gap.first} to ${gap.last}, ${reasonWords(gap.reason)}`),
  ]);
  return [
    ...lines.map(([name = '', text = '']) => `${name.padEnd(13)}${text}`),
    ...sources,
    ...(one.abridged ? ['... and more'] : []),
  ].map(printable);
}

/** `gatehouse certificates show <id>`. */
export const showCertificate = (context: Context, options: { readonly id: string }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const found = (await snapshot(client, 'certificates', {}, context.signal)).find((one) => one.id === options.id);
    if (!found) throw new GatewayError('certificate/unknown', `there is no delivery certificate "${options.id}"`);
    for (const line of context.output.json ? [JSON.stringify(found)] : certificateLines(found)) context.output.line(line);
    return EXIT.ok;
  });

export interface CertificateExport {
  readonly id: string;
  readonly format: 'json' | 'html';
  /** Left out: the standard output. */
  readonly out: string | undefined;
}

/** `gatehouse certificates export <id>`: as JSON, or as an HTML page for printing. */
export const exportCertificate = (context: Context, { id, format, out }: CertificateExport): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const { text } = await client.call('certificate.export', { id, format }, context.signal);
    if (out === undefined) {
      context.output.line(text.trimEnd());
      return EXIT.ok;
    }
    await writeFile(out, text).catch((cause: unknown) => {
      throw new GatewayError('cli/bad-input', `the file ${out} cannot be written`, { cause });
    });
    context.output.line(context.output.json ? JSON.stringify({ file: out }) : `Written to ${out}.`);
    return EXIT.ok;
  });

import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_NUMBER, type Line, openLine, publishTemplate, writeNumber } from '../mqtt-lite.ts';

/** Many clients in one process that publish with QoS 1 and wait for their acknowledgements; the same for every peer. */
export interface AckJob {
  readonly port: number;
  readonly clients: number;
  /** Unacknowledged messages of one client. */
  readonly window: number;
  readonly payloadBytes: number;
  /** Ends after so many messages ... */
  readonly total: number | null;
  /** ... or after warming up and measuring for so long. */
  readonly warmMs: number;
  readonly measureMs: number;
}
export interface AckFigures {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly acknowledged: number;
  /** Sent but not acknowledged at the end. */
  readonly open: number;
}
export type AckSaid =
  | { readonly said: 'begin' }
  | { readonly said: 'end' }
  | { readonly said: 'done'; readonly figures: AckFigures }
  | { readonly said: 'failed'; readonly why: string };

const MOST_IDS = 65_535;
const SILENCE_MS = 3000;

interface Sender {
  line: Line | null;
  sent: number;
  acknowledged: number;
  readonly sentAt: Float64Array;
}

async function run(job: AckJob, say: (said: AckSaid) => void): Promise<AckFigures> {
  const waits = new Float64Array(4_000_000);
  let waited = 0;
  let measuring = false;
  let stopped = true;
  let sentInAll = 0;
  let acknowledged = 0;
  const ended = Promise.withResolvers<void>();
  const tag = `${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const fill = (sender: Sender, template: ReturnType<typeof publishTemplate>): void => {
    if (stopped || !sender.line) return;
    const left = job.total === null ? job.window : job.total - sentInAll;
    const count = Math.min(job.window - (sender.sent - sender.acknowledged), left);
    if (count <= 0) return;
    const { length } = template.bytes;
    const bytes = Buffer.allocUnsafe(length * count);
    const now = performance.now();
    for (let i = 0; i < count; i += 1) {
      const at = i * length;
      bytes.set(template.bytes, at);
      writeNumber(bytes, at + template.numberAt, FIRST_NUMBER + sender.sent);
      bytes.writeUInt16BE((sender.sent % MOST_IDS) + 1, at + template.idAt);
      sender.sentAt[sender.sent % job.window] = now;
      sender.sent += 1;
    }
    sentInAll += count;
    sender.line.write(bytes);
  };
  const open = async (index: number): Promise<() => void> => {
    const sender: Sender = { line: null, sent: 0, acknowledged: 0, sentAt: new Float64Array(job.window) };
    const template = publishTemplate(`in/${index}`, 1, job.payloadBytes);
    let now = 0;
    sender.line = await openLine(
      { port: job.port, id: `ack-${index}-${tag}` },
      () => {
        now ||= performance.now();
        if (measuring && waited < waits.length) {
          waits[waited] = now - (sender.sentAt[sender.acknowledged % job.window] ?? now);
          waited += 1;
        }
        sender.acknowledged += 1;
        acknowledged += 1;
        if (acknowledged === job.total) ended.resolve();
      },
      () => {
        now = 0;
        fill(sender, template);
      },
    );
    return () => fill(sender, template);
  };
  const starts: (() => void)[] = [];
  for (let index = 0; index < job.clients; index += 1) starts.push(await open(index));
  stopped = false;
  const began = performance.now();
  for (const start of starts) start();
  if (job.total !== null) {
    say({ said: 'begin' });
    await ended.promise;
    const perS = (acknowledged * 1000) / (performance.now() - began);
    say({ said: 'end' });
    return { perS, p50Ms: 0, p99Ms: 0, acknowledged, open: 0 };
  }
  await sleep(job.warmMs);
  say({ said: 'begin' });
  const before = acknowledged;
  const from = performance.now();
  measuring = true;
  await sleep(job.measureMs);
  measuring = false;
  const perS = ((acknowledged - before) * 1000) / (performance.now() - from);
  say({ said: 'end' });
  stopped = true;
  for (let last = -1; acknowledged < sentInAll && last !== acknowledged; ) {
    last = acknowledged;
    for (let quiet = 0; quiet < SILENCE_MS && acknowledged === last; quiet += 10) await sleep(10);
  }
  const sorted = waits.subarray(0, waited).sort();
  const at = (share: number): number => sorted[Math.min(waited - 1, Math.floor(waited * share))] ?? 0;
  return { perS, p50Ms: at(0.5), p99Ms: at(0.99), acknowledged, open: sentInAll - acknowledged };
}

process.on('message', (job: AckJob) => {
  const say = (said: AckSaid): void => void process.send?.(said);
  run(job, say).then(
    (figures) => say({ said: 'done', figures }),
    (cause: unknown) => say({ said: 'failed', why: String(cause) }),
  );
});
process.on('disconnect', () => process.exit(0));

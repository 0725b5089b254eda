import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_NUMBER, isPublish, openLine, publishTemplate, readNumber, writeNumber } from './mqtt-lite.ts';

/** The load generator: a process of its own, the same for every peer. It is told a job, says when it measures, and gives the figures. */
export interface Job {
  readonly port: number;
  readonly publishTo: string;
  /** null: a message is done when it is acknowledged, else when it comes back on this topic. */
  readonly listenOn: string | null;
  readonly qos: 0 | 1;
  readonly payloadBytes: number;
  readonly warmMs: number;
  readonly measureMs: number;
  /** Keep so many under way, or send so many a second whatever comes back. */
  readonly pace: { readonly window: number } | { readonly perS: number };
}
export interface Figures {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Sent and not come back within two seconds of silence. */
  readonly lost: number;
  readonly sent: number;
}
export type Said =
  | { readonly said: 'begin' }
  | { readonly said: 'end' }
  | { readonly said: 'done'; readonly figures: Figures }
  | { readonly said: 'failed'; readonly why: string };

const RING = 1 << 20;
const MOST_IDS = 65_535;
const SILENCE_MS = 2000;
const BATCH = 512;

function createStopwatch() {
  const sentAt = new Float64Array(RING);
  let waits = new Float64Array(1 << 20);
  let count = 0;
  const watch = {
    measuring: false,
    sent: (index: number, now: number): void => {
      sentAt[index % RING] = now;
    },
    back(index: number, now: number): void {
      if (!watch.measuring || count >= waits.length) return;
      waits[count] = now - (sentAt[index % RING] ?? now);
      count += 1;
    },
    result() {
      waits = waits.subarray(0, count).sort();
      const at = (share: number): number => waits[Math.min(count - 1, Math.floor(count * share))] ?? 0;
      return { count, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
  return watch;
}

/** Publishes, batched into as few writes as there are turns. */
function createSender(job: Job, write: (bytes: Buffer) => void, watch: ReturnType<typeof createStopwatch>) {
  const template = publishTemplate(job.publishTo, job.qos, job.payloadBytes);
  const { length } = template.bytes;
  const sender = {
    sent: 0,
    send(count: number): void {
      for (let left = count; left > 0; left -= BATCH) {
        const now = performance.now();
        const many = Math.min(left, BATCH);
        const bytes = Buffer.allocUnsafe(length * many);
        for (let i = 0; i < many; i += 1) {
          const at = i * length;
          bytes.set(template.bytes, at);
          writeNumber(bytes, at + template.numberAt, FIRST_NUMBER + sender.sent);
          if (job.qos > 0) bytes.writeUInt16BE((sender.sent % MOST_IDS) + 1, at + template.idAt);
          watch.sent(sender.sent, now);
          sender.sent += 1;
        }
        write(bytes);
      }
    },
  };
  return sender;
}

async function run(job: Job, say: (said: Said) => void): Promise<Figures> {
  const watch = createStopwatch();
  let back = 0;
  let stopped = true;
  let now = 0;
  let write = (_bytes: Buffer): void => {};
  const sender = createSender(job, (bytes) => write(bytes), watch);
  const tag = `${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const topUp = (): void => {
    if (stopped || !('window' in job.pace)) return;
    const room = job.pace.window - (sender.sent - back);
    if (room > 0) sender.send(room);
  };
  const done = (index: number): void => {
    back += 1;
    now ||= performance.now();
    watch.back(index, now);
  };
  const acks: number[] = [];
  const listener =
    job.listenOn === null
      ? null
      : await openLine(
          { port: job.port, id: `listen-${tag}`, subscribe: { filter: job.listenOn, qos: job.qos } },
          (bytes, packet) => {
            if (!isPublish(packet)) return;
            if (packet.qos > 0) acks.push(packet.id);
            done(readNumber(bytes, packet.start) - FIRST_NUMBER);
          },
          () => {
            now = 0;
            if (acks.length > 0) {
              const bytes = Buffer.allocUnsafe(acks.length * 4);
              for (const [index, id] of acks.entries()) bytes.writeUInt32BE(0x4002_0000 + id, index * 4);
              listener?.write(bytes);
              acks.length = 0;
            }
            topUp();
          },
        );
  const line = await openLine(
    { port: job.port, id: `send-${tag}` },
    (_bytes, packet) => {
      if (listener === null) done(back - (back % MOST_IDS) + packet.id - 1);
    },
    () => {
      now = 0;
      if (listener === null) topUp();
    },
  );
  write = line.write;
  stopped = false;
  const pacing = 'perS' in job.pace ? keepPace(job.pace.perS, sender, () => stopped) : topUp();
  await sleep(job.warmMs);
  say({ said: 'begin' });
  const backBefore = back;
  const began = performance.now();
  watch.measuring = true;
  await sleep(job.measureMs);
  watch.measuring = false;
  const perS = ((back - backBefore) * 1000) / (performance.now() - began);
  say({ said: 'end' });
  stopped = true;
  await pacing;
  for (let before = -1; back < sender.sent && before !== back; ) {
    before = back;
    for (let waited = 0; waited < SILENCE_MS && back === before; waited += 10) await sleep(10);
  }
  line.close();
  listener?.close();
  const { p50Ms, p99Ms } = watch.result();
  return { perS, p50Ms, p99Ms, lost: sender.sent - back, sent: sender.sent };
}

/** Open loop: what is due is sent, whatever has come back. Nothing in here waits for the peer. */
async function keepPace(perS: number, sender: { sent: number; send(count: number): void }, ended: () => boolean): Promise<void> {
  const began = performance.now();
  while (!ended()) {
    const due = Math.floor(((performance.now() - began) * perS) / 1000) - sender.sent;
    if (due > 0) sender.send(due);
    await sleep(1);
  }
}

if (process.send) {
  const say = (said: Said): void => void process.send?.(said);
  process.on('message', (job: Job) => {
    run(job, say).then(
      (figures) => say({ said: 'done', figures }),
      (cause: unknown) => say({ said: 'failed', why: String(cause) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

import type { Clock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { DeadLetterView, WaitingView } from '../../core/contract/outbox-views.ts';
import { certificateRows } from './fake-certificates.ts';
import {
  HOUR,
  KEPT_LETTERS,
  LETTERS,
  PLANS,
  type Scene,
  type Storage,
  type Stream,
  sessionRows,
  storageRow,
  streamRow,
} from './fake-outbox-rows.ts';

const CAUSES = [
  {
    code: 'cloud/rejected',
    message: 'the message has 412,306 bytes; the cloud takes 131,072',
    remedy: 'Send smaller messages, or raise maxPayloadBytes where the cloud takes more.',
  },
  {
    code: 'cloud/rejected',
    message: 'not authorised to publish to plant/7/raw',
    remedy: 'Allow the topic in the policy of this gateway’s certificate.',
  },
] as const;

function letterRow(id: number, now: number): DeadLetterView {
  const cause = CAUSES[id % 2 === 0 ? 0 : 1];
  const binary = id % 5 === 0;
  const payload = binary
    ? Buffer.from(Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + id) % 256))
    : Buffer.from(JSON.stringify({ device: 'vibration-3', at: now - id * 1000, rms: 1.25, spectrum: [1, 4, 2, 8] }));
  return {
    id,
    entry: 4_398_046_511_104 + id,
    destination: 'cloud',
    stream: 'rest',
    topic: `plant/7/raw/${id}`,
    source: 'device:vibration-3',
    custody: 20_000 + id,
    at: now - (KEPT_LETTERS - id) * 4000 - 60_000,
    size: payload.length,
    payload: payload.toString('base64'),
    truncated: false,
    fault: { ...cause, at: now - Math.max(0, KEPT_LETTERS - id) * 4000 - 30_000 },
  };
}

function waitingRow(stream: Stream, n: number): WaitingView {
  const payload = Buffer.from(JSON.stringify({ value: Number((20 + (n % 40) / 10).toFixed(1)), unit: '°C', n }));
  const ageMs = Math.max(0, (stream.oldestAgeMs ?? 0) - n * 1000);
  return {
    id: 2 ** 40 + n,
    topic: `${stream.id}/cold-store/${n % 7}`,
    source: 'device:cold-store',
    custody: 9000 + n,
    at: (stream.oldestAt ?? 0) + n * 1000,
    redated: n % 9 === 3,
    ageMs,
    expiresInMs: stream.limits.ageMs === null ? null : Math.max(0, stream.limits.ageMs - ageMs),
    size: payload.length,
    payload: payload.toString('base64'),
    truncated: false,
  };
}

/** The outbox of the fake gateway: its views and the calls that change them. */
export function createFakeOutbox(deps: { clock: Clock; note: (method: string, input: unknown) => void }, scene: Scene) {
  const now = (): number => deps.clock.now();
  const startedAt = deps.clock.now();
  let step = 0;
  let letters = Array.from({ length: LETTERS[scene] }, (_, i) => KEPT_LETTERS - i);
  let sessions = scene === 'empty' ? [] : sessionRows(startedAt);
  const changed = new Map<string, Partial<Pick<Stream, 'limits' | 'whenFull'>>>();
  const streams = (): Stream[] =>
    scene === 'empty' ? [] : PLANS.map((plan) => ({ ...streamRow(plan, scene, step, now()), ...changed.get(plan.id) }));
  const certificates = certificateRows(startedAt, scene);

  function known(ids: readonly number[] | null): number[] {
    const held = new Set(letters);
    return ids === null ? [...letters] : ids.filter((id) => held.has(id));
  }
  function remove(ids: readonly number[]): number {
    const gone = new Set(ids);
    letters = letters.filter((id) => !gone.has(id));
    return gone.size;
  }
  const keptOf = (limits: Stream['limits'], hours: number | null | undefined): number | null =>
    hours === undefined ? limits.ageMs : hours === null ? null : hours * HOUR;

  return {
    tick() {
      step += 1;
    },
    /** A message is refused meanwhile. */
    refuse: () => void letters.unshift((letters[0] ?? KEPT_LETTERS) + 1),
    rows: {
      outbox: streams,
      storage: (): Storage[] => [storageRow(scene, streams(), letters.length, scene === 'refused' ? 12 : 0, step, now())],
      certificates: () => certificates,
      sessions: () => sessions,
    },
    handlers: {
      'outbox.messages': async (input: { stream: string; after: number; limit: number }) => {
        const stream = streams().find((one) => one.id === input.stream);
        if (!stream) throw new GatewayError('outbox/unknown-stream', `there is no stream "${input.stream}"`);
        const first = input.after === 0 ? 0 : input.after - 2 ** 40 + 1;
        const length = Math.max(0, Math.min(input.limit, stream.count - first));
        return Array.from({ length }, (_, i) => waitingRow(stream, first + i));
      },
      'outbox.limit': async (input: {
        stream: string | null;
        keep?:
          | { hours?: number | null | undefined; bytes?: number | null | undefined; messages?: number | null | undefined }
          | undefined;
        whenFull?: Storage['whenFull'] | undefined;
      }) => {
        deps.note('outbox.limit', input);
        const stream = streams().find((one) => one.id === input.stream);
        if (stream && input.whenFull !== 'drop-lowest') {
          const { keep = {} } = input;
          changed.set(stream.id, {
            whenFull: input.whenFull ?? stream.whenFull,
            limits: {
              ageMs: keptOf(stream.limits, keep.hours),
              bytes: keep.bytes === undefined ? stream.limits.bytes : keep.bytes,
              messages: keep.messages === undefined ? stream.limits.messages : keep.messages,
            },
          });
        }
        return { version: 3 };
      },
      'deadletter.list': async ({ before, limit }: { before: number | null; limit: number }) =>
        letters
          .filter((id) => before === null || id < before)
          .slice(0, limit)
          .map((id) => letterRow(id, startedAt)),
      'deadletter.get': async ({ id }: { id: number }) => {
        if (!letters.includes(id)) throw new GatewayError('deadletter/unknown', `there is no refused message ${id}`);
        return letterRow(id, startedAt);
      },
      'deadletter.retry': async (input: { ids: number[] | null }) => {
        deps.note('deadletter.retry', input);
        return { count: remove(known(input.ids)) };
      },
      'deadletter.discard': async (input: { ids: number[] | null }) => {
        deps.note('deadletter.discard', input);
        return { count: remove(known(input.ids)) };
      },
      'deadletter.export': async ({ before }: { before: number | null }) => {
        const page = letters.filter((id) => before === null || id < before).slice(0, 1000);
        const text = page.map((id) => `${JSON.stringify(letterRow(id, startedAt))}\n`).join('');
        return { text, next: page.length === 1000 ? (page.at(-1) ?? null) : null };
      },
      'certificate.export': async (input: { id: string; format: 'json' | 'html' }) => {
        const row = certificates.find((one) => one.id === input.id);
        if (!row) throw new GatewayError('certificate/unknown', `there is no certificate "${input.id}"`);
        deps.note('certificate.export', input);
        const text = input.format === 'json' ? JSON.stringify(row, null, 2) : `<!doctype html><title>${row.id}</title>`;
        return { name: `${row.id}.${input.format}`, text };
      },
      'session.forget': async (input: { id: string }) => {
        if (!sessions.some((one) => one.id === input.id))
          throw new GatewayError('broker/unknown-session', `there is no session "${input.id}"`);
        sessions = sessions.filter((one) => one.id !== input.id);
        deps.note('session.forget', input);
        return null;
      },
    },
  };
}
export type FakeOutbox = ReturnType<typeof createFakeOutbox>;

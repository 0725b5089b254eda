import type { Row } from '../../core/contract/api.ts';

/** A state of the outbox to look at. */
export const SCENES = [
  'calm',
  'offline',
  'nearly-full',
  'full',
  'refused',
  'salvaged',
  'no-clock',
  'empty',
  'unbalanced',
] as const;
export type Scene = (typeof SCENES)[number];

export type Stream = Row<'outbox'>;
export type Storage = Row<'storage'>;

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const KEPT_LETTERS = 10_000;

/** How much of each stream waits in a scene: share of its limit. */
const FILL: Readonly<Record<Scene, number>> = {
  calm: 0,
  offline: 0.34,
  'nearly-full': 0.93,
  full: 1,
  refused: 0.001,
  salvaged: 0.12,
  'no-clock': 0,
  empty: 0,
  unbalanced: 0.01,
};
export const LETTERS: Readonly<Record<Scene, number>> = {
  calm: 0,
  offline: 3,
  'nearly-full': 3,
  full: 3,
  refused: KEPT_LETTERS,
  salvaged: 3,
  'no-clock': 0,
  empty: 0,
  unbalanced: 0,
};

interface Plan {
  readonly id: string;
  readonly takes: string;
  readonly priority: Stream['priority'];
  readonly order: Stream['order'];
  readonly whenFull: Stream['whenFull'];
  readonly batched: boolean;
  readonly limits: Stream['limits'];
  readonly perS: number;
  readonly size: number;
}

export const PLANS: readonly Plan[] = [
  {
    id: 'alarms',
    takes: 'subscription alarm-to-cloud',
    priority: 'high',
    order: 'newest-first',
    whenFull: 'reject-newest',
    batched: false,
    limits: { messages: null, bytes: 50_000_000, ageMs: 30 * DAY },
    perS: 0.1,
    size: 240,
  },
  {
    id: 'energy',
    takes: 'energy/#',
    priority: 'normal',
    order: 'oldest-first',
    whenFull: 'drop-oldest',
    batched: true,
    limits: { messages: null, bytes: 2_000_000_000, ageMs: 7 * DAY },
    perS: 0.9,
    size: 180,
  },
  {
    id: 'vibration',
    takes: 'subscription vibration-raw',
    priority: 'low',
    order: 'oldest-first',
    whenFull: 'thin-out',
    batched: false,
    limits: { messages: 2_000_000, bytes: 500_000_000, ageMs: null },
    perS: 10,
    size: 210,
  },
  {
    id: 'rest',
    takes: 'everything else',
    priority: 'normal',
    order: 'oldest-first',
    whenFull: 'drop-oldest',
    batched: false,
    limits: { messages: null, bytes: null, ageMs: null },
    perS: 2,
    size: 190,
  },
];

export function streamRow(plan: Plan, scene: Scene, step: number, now: number): Stream {
  const limit = plan.limits.bytes ?? 200_000_000;
  const online = !isOffline(scene);
  const bytes = Math.floor(limit * FILL[scene]) + (online ? 0 : step * plan.size);
  const count = Math.floor(bytes / plan.size);
  const ageMs = count === 0 ? null : Math.min(plan.limits.ageMs ?? 3 * DAY, 6 * DAY) * FILL[scene];
  const dropped = scene === 'full' && plan.whenFull !== 'reject-newest' ? { expired: 1200, limit: 86 } : {};
  const lost = Object.values(dropped).reduce((sum, n) => sum + n, 0);
  const deadLettered = plan.id === 'rest' ? LETTERS[scene] + (scene === 'refused' ? 12 : 0) : 0;
  const acknowledged = 400_000 + step;
  return {
    id: plan.id,
    takes: plan.takes,
    destination: 'cloud',
    priority: plan.priority,
    order: plan.order,
    whenFull: plan.whenFull,
    keepEvery: 10,
    batched: plan.batched,
    limits: plan.limits,
    count,
    bytes,
    oldestAt: ageMs === null ? null : now - ageMs,
    oldestAgeMs: ageMs,
    inPerS: plan.perS,
    outPerS: online ? (count > 0 ? plan.perS * 20 : plan.perS) : 0,
    inBytesPerS: plan.perS * plan.size,
    lastDay: scene === 'empty' ? null : { messagesPerHour: plan.perS * 3600, bytesPerHour: plan.perS * 3600 * plan.size },
    drainMs: count === 0 ? 0 : online ? (count / (plan.perS * 19)) * 1000 : null,
    usedPercent: plan.limits.bytes === null ? 0 : (bytes / plan.limits.bytes) * 100,
    appended: acknowledged + count + lost + deadLettered,
    acknowledged,
    deadLettered,
    dropped,
    refused: scene === 'full' && plan.whenFull === 'reject-newest' ? 1204 : 0,
    balanced: true,
    lastError:
      scene === 'offline' && plan.id === 'energy'
        ? {
            code: 'cloud/ack-timeout',
            message: 'mqtts://cloud.example:8883 did not acknowledge within 20 s',
            remedy: 'The line is slow or dead; the gateway reconnects by itself.',
            at: now - 1_900_000,
          }
        : null,
  };
}

export const isOffline = (scene: Scene): boolean => scene === 'offline' || scene === 'nearly-full' || scene === 'full';

export function storageRow(
  scene: Scene,
  streams: readonly Stream[],
  letters: number,
  evicted: number,
  step: number,
  now: number,
): Storage {
  const sum = (of: (one: Stream) => number): number => streams.reduce((total, one) => total + of(one), 0);
  const dropped: Record<string, number> = {};
  for (const one of streams)
    for (const [reason, count] of Object.entries(one.dropped)) dropped[reason] = (dropped[reason] ?? 0) + count;
  const full = scene === 'full';
  const unknown = scene === 'empty';
  const days = Array.from({ length: 30 }, (_, i) => ({
    day: new Date(now - (30 - i) * DAY).toISOString().slice(0, 10),
    bytes: 1_100_000_000 + ((i * 37) % 11) * 40_000_000,
  }));
  return {
    id: 'storage',
    limits: { messages: null, bytes: 8_589_934_592, ageMs: 365 * DAY },
    whenFull: 'drop-lowest',
    count: sum((one) => one.count),
    bytes: sum((one) => one.bytes),
    books: {
      in: sum((one) => one.appended) + (scene === 'unbalanced' ? 7 : 0),
      delivered: sum((one) => one.acknowledged),
      waiting: sum((one) => one.count),
      deadLettered: sum((one) => one.deadLettered),
      dropped,
      balanced: scene !== 'unbalanced',
    },
    deadLetters: { held: letters, bytes: letters * 1830, maxMessages: KEPT_LETTERS, maxBytes: 67_108_864, evicted },
    disk: {
      freeBytes: full ? 530_000_000 : 18_400_000_000,
      totalBytes: 32_000_000_000,
      roomBytes: 536_870_912,
      short: full,
      storeBytes: sum((one) => one.bytes) * 1.3 + 12_000_000,
    },
    fuel: unknown
      ? { hours: null, messagesPerHour: 0, bytesPerHour: 0, overHours: 0, limitedBy: 'none', stream: null, expiring: [] }
      : {
          hours: full ? 0 : scene === 'nearly-full' ? 4.6 : scene === 'offline' ? 43.6 : 66.1,
          messagesPerHour: 46_800,
          bytesPerHour: 9_712_800,
          overHours: 24,
          limitedBy: full ? 'disk' : 'bytes',
          stream: full ? null : 'vibration',
          expiring: scene === 'offline' ? [{ subscription: 'live-up', hours: 1 }] : [],
        },
    wear: {
      writtenTodayBytes: 512_000_000 + step * 14_000,
      writtenPerDayBytes: unknown ? null : 1_240_000_000,
      days: unknown ? [] : days,
      years: unknown ? null : 212,
      cycles: 3000,
    },
    destinations: [
      {
        id: 'cloud',
        state: isOffline(scene) ? 'offline' : 'connected',
        since: isOffline(scene) ? now - 2 * DAY : now - 9 * DAY,
        endpoint: 'mqtts://cloud.example:8883',
        lastError: isOffline(scene)
          ? {
              code: 'cloud/offline',
              message: 'cloud.example:8883 did not answer within 10 s',
              remedy: 'Check the network. Messages wait safely and are sent when the line is back.',
              at: now - 14_000,
            }
          : null,
        inFlight: isOffline(scene) ? 0 : 12,
        window: 64,
        rate: { messagesPerS: 100, bytesPerS: 512_000, holding: scene === 'salvaged' },
        duplicatesPossible: isOffline(scene) ? 12 : 0,
      },
    ],
    check: { state: scene === 'empty' ? 'running' : 'sound', at: scene === 'empty' ? null : now - 5 * HOUR },
    salvage:
      scene === 'salvaged'
        ? {
            state: 'done',
            file: '/var/lib/gatehouse/damaged/spool-2026-11-20T04-12-33.db',
            at: now - 5 * HOUR,
            salvaged: 48_210,
            lost: 316,
            exact: true,
          }
        : null,
    time:
      scene === 'no-clock'
        ? { trust: 'never', since: now - 20 * HOUR, by: '', jump: null, redated: 0 }
        : {
            trust: scene === 'offline' ? 'holding' : 'synced',
            since: now - 2 * DAY,
            by: 'system',
            jump: scene === 'salvaged' ? { byMs: -31_536_000_000, at: now - 6 * HOUR } : null,
            redated: scene === 'salvaged' ? 1204 : 0,
            aheadMs: scene === 'offline' ? -62_000 : 3,
          },
  };
}

/** What the local broker would remember. */
export function sessionRows(now: number): Row<'sessions'>[] {
  const session = (id: string, connected: boolean, queued: number, more: Partial<Row<'sessions'>> = {}): Row<'sessions'> => ({
    id,
    connected,
    since: now - (connected ? 3 : 26) * HOUR,
    expiresAt: connected ? null : now + 46 * HOUR,
    subscriptions: 3,
    queued,
    queuedBytes: queued * 160,
    maxQueued: 1000,
    dropped: 0,
    ...more,
  });
  return [
    session('hmi-line-1', true, 0, { subscriptions: 12 }),
    session('label-printer-2', false, 214),
    session('scada-historian', false, 1000, { dropped: 5120, since: now - 9 * DAY, expiresAt: now + 5 * DAY }),
  ];
}

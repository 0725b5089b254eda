import { basename } from 'node:path';
import type { AlarmCondition } from '../alarms/alarms.ts';
import type { GatewayRuntime } from '../api/handlers/runtime.ts';
import { duration } from '../base/words.ts';
import { certificateEndsFault } from '../cloud/certificate-watch.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import { reasonWords } from '../contract/outbox-words.ts';
import { WRONG_MS } from '../health/right-time.ts';

/** Time to act, before anything is dropped. */
const NEARLY_FULL_PERCENT = 80;
/** An alarm that stands ends here only, so that one message more or less does not make it come and go. */
const RELIEVED_PERCENT = 75;
/** What refuses new messages stays a little below its limit. */
const FULL_PERCENT = 99;
const JUMP_SHOWN_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** There was time to renew it in peace; the last week is urgent. */
const URGENT_DAYS = 7;

const usedShare = (storage: StorageView): number => {
  const { limits, bytes, count } = storage;
  const shares = [limits.bytes === null ? 0 : bytes / limits.bytes, limits.messages === null ? 0 : count / limits.messages];
  return Math.max(...shares) * 100;
};

/** Numbers that move stay out of the messages: an alarm whose words change is an alarm that comes again. */
function fillConditions(runtime: GatewayRuntime, storage: StorageView): readonly AlarmCondition[] {
  const dropping = new Map(runtime.dropping().map((one) => [one.stream, one.reasons.filter((reason) => reason !== 'damaged')]));
  const standing = new Set(runtime.alarms.active().flatMap((one) => (one.code === 'outbox/full' ? [one.source] : [])));
  const least = (source: string): number => (standing.has(source) ? RELIEVED_PERCENT : NEARLY_FULL_PERCENT);
  const streams = runtime.outbox().flatMap((row): AlarmCondition[] => {
    const source = `outbox:${row.id}`;
    const reasons = dropping.get(row.id) ?? [];
    if (reasons.length > 0) {
      // What has expired was meant to go; everything else would have been delivered with more room.
      const priority = reasons.every((reason) => reason === 'expired') ? 'low' : 'high';
      const why = reasons.map(reasonWords).join('; ');
      return [{ source, code: 'outbox/full', priority, message: `The stream ${row.id} loses messages: ${why}.` }];
    }
    if (row.usedPercent < least(source)) return [];
    if (row.whenFull === 'reject-newest' && row.usedPercent >= FULL_PERCENT)
      return [{ source, code: 'outbox/full', priority: 'high', message: `The stream ${row.id} is full and takes nothing new.` }];
    const message = `The stream ${row.id} has used about ${NEARLY_FULL_PERCENT} % of a limit, or more.`;
    return [{ source, code: 'outbox/full', priority: 'low', message }];
  });
  if (usedShare(storage) < least('outbox')) return streams;
  if (storage.whenFull === 'reject-newest' && usedShare(storage) >= FULL_PERCENT)
    return [
      ...streams,
      { source: 'outbox', code: 'outbox/full', priority: 'high', message: 'The outbox is full and takes nothing new.' },
    ];
  const message = `The outbox as a whole has used about ${NEARLY_FULL_PERCENT} % of a limit, or more.`;
  return [...streams, { source: 'outbox', code: 'outbox/full', priority: 'low', message }];
}

/** Stands until the next start, so that it is not lost; critical only until somebody has seen it. */
function salvageConditions(runtime: GatewayRuntime, storage: StorageView): readonly AlarmCondition[] {
  const { salvage } = storage;
  const moved = runtime.store.condition().movedAside;
  const seen = runtime.alarms.active().some((one) => one.source === 'store' && one.code === 'store/salvaged' && one.acknowledged);
  const others = moved
    .filter((one) => salvage === null || basename(one.movedTo) !== basename(salvage.file))
    .map((one): AlarmCondition => {
      const name = basename(one.file);
      const source = `store:${name}`;
      const message = `The database ${name} was damaged. It was moved to ${one.movedTo}.`;
      return { source, code: 'store/salvaged', priority: 'high', message };
    });
  if (!salvage) return others;
  if (salvage.state === 'running')
    return [
      ...others,
      {
        source: 'store',
        code: 'store/damaged',
        priority: 'high',
        message: 'The outbox was damaged and is being salvaged. New messages are kept; the backlog is sent when that is done.',
        remedy: `Wait for it to end. The damaged file is kept: ${salvage.file}.`,
      },
    ];
  const count = salvage.exact ? `${salvage.lost}` : `about ${salvage.lost}`;
  const words =
    salvage.lost === 0
      ? `The outbox was damaged; all of its ${salvage.salvaged} messages were saved.`
      : `The outbox was damaged; ${salvage.salvaged} messages were saved, ${count} were lost.`;
  const urgent = salvage.lost > 0 && !seen;
  return [
    ...others,
    {
      source: 'store',
      code: 'store/salvaged',
      priority: urgent ? 'critical' : 'low',
      // Other words once it was seen: an alarm is shown anew only when it says something else.
      message: seen ? `${words} The damaged file is kept: ${salvage.file}.` : words,
      remedy: `Send the kept file to support (${salvage.file}) and check the disk: it may be failing.`,
    },
  ];
}

/** Without `aheadMs` nobody has told the right time in this start, and the clock shows one that cannot be. */
const notSetWords = (aheadMs: number | undefined): string =>
  aheadMs === undefined
    ? 'The clock of this machine was never set since the start.'
    : `The clock of this machine is more than ${duration(WRONG_MS)} ${aheadMs < 0 ? 'behind' : 'ahead of'} the right time.`;

function timeConditions(runtime: GatewayRuntime, storage: StorageView): readonly AlarmCondition[] {
  const { trust, jump, aheadMs } = storage.time;
  const conditions: AlarmCondition[] = [];
  if (trust === 'never')
    conditions.push({
      source: 'time',
      code: 'time/untrusted',
      priority: 'low',
      message: notSetWords(aheadMs),
    });
  const now = runtime.clock.now();
  if (jump && Math.abs(now - jump.at) < JUMP_SHOWN_MS) {
    const by = `${(Math.abs(jump.byMs) / 1000).toFixed(0)} s ${jump.byMs < 0 ? 'back' : 'ahead'}`;
    conditions.push({ source: 'time', code: 'time/jumped', priority: 'low', message: `The clock of this machine jumped ${by}.` });
  }
  return conditions;
}

function certificateConditions(runtime: GatewayRuntime, storage: StorageView): readonly AlarmCondition[] {
  const endsAt = runtime.certificateEndsAt();
  // With a clock that was never set, "ends soon" would be said of the wrong day.
  if (endsAt === null || storage.time.trust === 'never') return [];
  const now = runtime.clock.now();
  const fault = certificateEndsFault(endsAt, now);
  if (!fault) return [];
  const priority = endsAt - now <= URGENT_DAYS * DAY_MS ? 'high' : 'low';
  return [{ source: 'cloud', code: fault.code, priority, message: fault.message }];
}

function restConditions(runtime: GatewayRuntime, storage: StorageView): readonly AlarmCondition[] {
  const { disk, deadLetters, books } = storage;
  const conditions: AlarmCondition[] = [];
  if (disk.short)
    conditions.push({
      source: 'store',
      code: 'store/room',
      priority: 'high',
      message: 'The disk is nearly full. The outbox does not grow any more; what is too much goes by its rules.',
    });
  if (deadLetters.held > 0)
    conditions.push({
      source: 'outbox',
      code: 'cloud/rejected',
      priority: 'low',
      message: 'The cloud has refused messages for good; they are kept.',
      remedy: 'Look at them on the page Data & outbox: change and send them again, export, or discard them.',
    });
  if (!books.balanced)
    conditions.push({
      source: 'outbox',
      code: 'site/books',
      priority: 'low',
      message: 'The books of the outbox do not balance.',
    });
  for (const one of runtime.sessions())
    if (!one.connected && one.queued >= one.maxQueued)
      conditions.push({
        source: `session:${one.id}`,
        code: 'broker/session-full',
        priority: 'low',
        message: `The session of the client ${one.id} is full; it is away.`,
      });
  for (const one of runtime.tornFiles())
    conditions.push({ source: 'config', code: 'config/torn', key: one.file, priority: 'high', message: one.message });
  return conditions;
}

/** What holds right now of outbox, store, sessions and time, and should be acted on. */
export function outboxConditions(runtime: GatewayRuntime): AlarmCondition[] {
  const storage = runtime.storage();
  return [
    ...fillConditions(runtime, storage),
    ...salvageConditions(runtime, storage),
    ...timeConditions(runtime, storage),
    ...certificateConditions(runtime, storage),
    ...restConditions(runtime, storage),
  ];
}

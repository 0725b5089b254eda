import type { StorageView } from '../../core/contract/outbox-views.ts';
import { limitBytes } from '../../core/contract/outbox-words.ts';
import { formatCount } from './format.ts';
import { aboutSpan } from './outbox-words.ts';

export const storage = {
  title: 'Storage',
  disk: 'Disk',
  onDisk: 'Room',
  free: (bytes: string) => `${bytes} free`,
  of: (bytes: string) => `of ${bytes}`,
  unknown: 'not known',
  usable: 'Can be used',
  room: 'Never used',
  roomHint: 'Room that stays free so that the gateway and the system go on working.',
  store: 'Taken by the gateway’s databases',
  low: 'Short',
  short: 'The disk is nearly full',
  shortMeaning:
    'The outbox does not grow any more: it goes by its policy when full. Nothing that was accepted is lost by this alone.',
  shortRemedy: 'Free room on the disk. The gateway goes on by itself.',
  wear: 'Written to the disk',
  today: 'Today',
  perDay: 'A day',
  perDayUnknown: 'not known yet',
  life: 'What that means for a flash disk',
  chart: 'Written a day, over the last 30 days',
  day: (day: string, bytes: string) => `${day}: ${bytes}`,
  most: (day: string, bytes: string) => `Most: ${bytes} on ${day}.`,
  amplification:
    'This counts what the gateway hands to the disk. Inside, a flash disk writes more than that, for many small synced writes often 2 to 10 times as much; the years are reckoned with 4 times. Other programs on this machine are not counted.',
  check: 'Databases',
  checkStates: {
    waiting: 'The check has not begun yet',
    running: 'Being checked in the background',
    sound: 'Checked and sound',
    damaged: 'Damaged',
    failed: 'The check could not be made',
  } as Readonly<Record<StorageView['check']['state'], string>>,
  checkDamaged: 'A database is damaged',
  checkDamagedMeaning: 'What can be read is saved into a new one. The damaged file is kept.',
  checkDamagedRemedy: 'Check the disk: it may be failing. Make a backup.',
  checkFailed: 'The databases could not be checked',
  checkFailedRemedy: 'Look at the log for the cause; the check is made again at the next start.',
  salvageRunning: 'A damaged database is being salvaged',
  salvageRunningMeaning: (count: string) =>
    `${count} messages saved so far. New messages are taken; old ones are sent after it is done, so that the order holds.`,
  salvageDone: 'A damaged database was salvaged',
  salvageNothing: (saved: string) => `${saved} messages were saved, none was lost.`,
  salvageLost: (saved: string, lost: string, exact: boolean) =>
    exact
      ? `${saved} messages were saved, exactly ${lost} were lost (counted by their numbers).`
      : `${saved} messages were saved, at least ${lost} were lost. The count is from the gaps that could be seen; more may be missing.`,
  salvageFile: 'The damaged file was kept as',
  salvageRemedy: 'Send the kept file to support, and check the disk: it may be failing.',
  salvageNone: 'No database was ever damaged.',
  clock: 'Clock',
  trust: {
    never: 'Not set right',
    holding: 'Running on by itself',
    synced: 'Synchronised',
  } as Readonly<Record<StorageView['time']['trust'], string>>,
  trustMeaning: {
    never: 'Times of messages are put right when the clock is set. Ages, expiry and order do not depend on it.',
    holding: 'It was set before and runs on; it may be off by some seconds. Nothing depends on that.',
    synced: '',
  } as Readonly<Record<StorageView['time']['trust'], string>>,
  trustRemedy: 'Set the date and time, or connect a time source (NTP).',
  since: 'Since',
  by: 'By',
  sources: { system: 'the system’s time service', cloud: 'the cloud' } as Readonly<Record<string, string>>,
  nobody: 'nobody',
  jump: 'Last jump',
  jumpWords: (span: string, forward: boolean) => (forward ? `${span} forward` : `${span} back`),
  noJump: 'none seen',
  off: 'Off by',
  offUnknown: 'nobody has told yet',
  offWords: (span: string, ahead: boolean) => (ahead ? `${span} ahead` : `${span} behind`),
  redated: 'Times put right',
  redatedWords: (count: string) => (count === '1' ? '1 message' : `${count} messages`),
  destinations: 'Destinations',
  noDestinations: 'No cloud is set up',
  noDestinationsBody: 'Messages for the cloud are kept within the limits.',
  destinationColumns: {
    name: 'Destination',
    state: 'State',
    flight: 'In flight',
    duplicates: 'Duplicates possible',
    fault: 'Last fault',
  },
  flight: (inFlight: string, window: string) => `${inFlight} of ${window}`,
  limited: (rate: string) => `limited to ${rate}`,
  flightHint: 'sent, not acknowledged yet; the window adapts to the line',
  noFault: 'none',
} as const;

const MOST_YEARS = 20;

/** What the written bytes mean for a flash disk, in one sentence that does not promise more than is known. */
export function lifeWords(wear: StorageView['wear'], totalBytes: number | null): string {
  if (wear.days.length === 0)
    return 'Nothing was counted yet. Where the system does not count what is written, as on Windows, this stays unknown.';
  if (totalBytes === null) return 'The size of the disk is not known, so it cannot be said what that means for it.';
  if (wear.years === null || wear.writtenPerDayBytes === null)
    return 'Too little was seen yet to say what that means for a flash disk.';
  const span =
    wear.years >= MOST_YEARS
      ? `more than ${MOST_YEARS} years`
      : wear.years >= 2
        ? `about ${formatCount(Math.floor(wear.years))} years`
        : `about ${aboutSpan(wear.years * 365 * 86_400_000)}`;
  return `At ${limitBytes(wear.writtenPerDayBytes)} a day a ${limitBytes(totalBytes)} disk of ${formatCount(wear.cycles)} cycles lasts ${span}.`;
}

export const sessions = {
  title: 'Local sessions',
  intro:
    'What the local broker remembers of its clients, so that they miss nothing while they are away. It survives a restart. A session that is full takes no more: newer messages are not kept for it, and are counted.',
  table: 'Sessions of local clients',
  none: 'No client has a session that is kept',
  noneBody: 'A client that connects with “clean session” off, or an expiry, gets one.',
  columns: {
    client: 'Client',
    state: 'State',
    since: 'Since',
    subscriptions: 'Subscriptions',
    queued: 'Waiting',
    dropped: 'Not kept',
    expires: 'Forgotten',
  },
  here: 'Here',
  away: 'Away',
  queued: (count: string, most: string) => `${count} of ${most}`,
  never: 'not while here',
  full: 'full',
  forgetName: (client: string) => `Forget ${client}`,
  forgetTitle: (client: string) => `Forget the session of ${client}?`,
  forgetBody: (count: string) => `Its subscriptions and the ${count} messages that wait in it are removed.`,
  forgetHere: 'The client is connected and will be disconnected. When it comes back, it starts anew.',
  forgetAway: 'When the client comes back, it starts anew and has missed what came meanwhile.',
  hold: 'Hold to forget',
  done: (client: string) => `${client} is forgotten.`,
} as const;

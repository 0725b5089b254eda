import { byteSize, counted } from '../../base/words.ts';
import type { StorageView } from '../../contract/outbox-views.ts';
import { outboxPromise } from '../../contract/outbox-words.ts';
import { booksWords, fuelWords } from '../outbox-words.ts';
import { EXIT, type ExitCode, printable, time } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import type { Context } from './command.ts';

const size = (bytes: number | null): string => (bytes === null ? 'unknown' : byteSize(bytes));

function wearWords({ writtenTodayBytes, writtenPerDayBytes, years, cycles, days }: StorageView['wear']): string {
  if (days.length === 0) return 'not known yet, or this system does not say what is written';
  const perDay = writtenPerDayBytes === null ? 'too little seen for a day’s figure' : `${byteSize(writtenPerDayBytes)} a day`;
  const life =
    years === null
      ? ''
      : `; a flash disk of this size and ${cycles} cycles bears that for ${years >= 100 ? 'more than 100' : `about ${years}`} years`;
  return `${byteSize(writtenTodayBytes)} today, ${perDay}${life}`;
}

function salvageWords(salvage: NonNullable<StorageView['salvage']>): string {
  const count = `${counted(salvage.salvaged, 'message')} saved, ${salvage.exact ? '' : 'about '}${salvage.lost} lost`;
  return `${salvage.state === 'running' ? 'under way: ' : ''}${count}, ${time(salvage.at)}; the damaged file is ${salvage.file}`;
}

function lineWords({ state, endpoint, inFlight, window, rate, lastError }: StorageView['destinations'][number]): string {
  const limits = [
    rate?.messagesPerS == null ? [] : [counted(rate.messagesPerS, 'message')],
    rate?.bytesPerS == null ? [] : [byteSize(rate.bytesPerS)],
  ].flat();
  const limited =
    limits.length === 0 ? '' : `, at most ${limits.join(' and ')} a second${rate?.holding ? ' (messages wait for that)' : ''}`;
  return `${state} ${endpoint}, ${inFlight} of ${window} in flight${limited}${lastError === null ? '' : `; last error: ${lastError.message}`}`;
}

function timeWords({ trust, by, since, jump, redated, aheadMs }: StorageView['time']): string {
  const what = { never: 'not set right', holding: 'set earlier and running on', synced: `synchronised (${by})` }[trust];
  const jumped = jump === null ? '' : `; jumped ${(jump.byMs / 1000).toFixed(1)} s at ${time(jump.at)}`;
  const off =
    aheadMs === undefined ? '' : `; the clock is ${Math.abs(aheadMs / 1000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead'}`;
  return `${what} since ${time(since)}${jumped}${off}; ${counted(redated, 'message')} put right`;
}

function storageLines(view: StorageView): string[] {
  const { disk, check, deadLetters } = view;
  const lines = [
    ['outbox', `${counted(view.count, 'message')}, ${byteSize(view.bytes)}. ${outboxPromise(view)}`],
    ['offline for', fuelWords(view.fuel)],
    ['books', booksWords(view.books)],
    [
      'refused',
      `${deadLetters.held} of at most ${deadLetters.maxMessages}, ${byteSize(deadLetters.bytes)}, ${deadLetters.evicted} gone as the list was full`,
    ],
    [
      'disk',
      `${size(disk.freeBytes)} free of ${size(disk.totalBytes)}; ${byteSize(disk.roomBytes)} are never used${disk.short ? ' and are used up: the outbox does not grow' : ''}`,
    ],
    ['databases', `${byteSize(disk.storeBytes)}; check: ${check.state}${check.at === null ? '' : ` ${time(check.at)}`}`],
    ...(view.salvage === null ? [] : [['salvage', salvageWords(view.salvage)]]),
    ['written', wearWords(view.wear)],
    ['time', timeWords(view.time)],
    ...view.destinations.map((one) => [`to ${one.id}`, lineWords(one)]),
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(13)}${printable(text)}`);
}

/** `gatehouse storage`: the disk and its wear, the databases and their check, the clock. */
export const storage = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const [view] = await snapshot(client, 'storage', {}, context.signal);
    if (view) for (const line of context.output.json ? [JSON.stringify(view)] : storageLines(view)) context.output.line(line);
    return EXIT.ok;
  });

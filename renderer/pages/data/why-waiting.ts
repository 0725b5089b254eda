import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { stream, why as text } from '../../text/data.ts';
import { formatAgo, formatBytes, formatCount, formatRate, formatWhen } from '../../text/format.ts';

type Destination = StorageView['destinations'][number];

/** The limit of the line: `100 messages/s, 512 kB/s`. */
export function rateWords(rate: NonNullable<Destination['rate']>): string {
  const parts = [
    rate.messagesPerS === null ? '' : text.rateMessages(formatRate(rate.messagesPerS)),
    rate.bytesPerS === null ? '' : `${formatBytes(rate.bytesPerS)}/s`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Why what is in a stream still waits, in one or two sentences. */
export function whyWaiting(storage: StorageView, destination: Destination | undefined, now: number): string {
  if (storage.salvage?.state === 'running') return text.salvage;
  if (!destination || destination.state === 'not-configured') return text.notConfigured;
  if (destination.state === 'offline') return text.offline(formatWhen(destination.since, now), formatAgo(destination.since, now));
  if (destination.state === 'connecting') return text.connecting;
  if (destination.rate?.holding) return text.rate(rateWords(destination.rate));
  if (destination.inFlight >= destination.window) return text.window(formatCount(destination.inFlight));
  return text.draining;
}

/** What becomes of the next message of a stream in which nothing waits. */
export const nextWords = (destination: Destination | undefined): string =>
  destination?.state === 'connected' ? stream.nothingBody : stream.nothingYetBody;

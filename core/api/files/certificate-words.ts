import { duration } from '../../base/words.ts';
import { certificateHash } from '../../cloud/custody/certificate-text.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';

/** How the hash is made; part of every exported certificate. */
export const HASH_WORDS =
  'SHA-256, in hexadecimal, over the canonical text of this certificate in UTF-8: one line of JSON with its id and gateway, then one line per source with its first and last number and its gaps, each line ended by a line feed. The JSON form of this certificate holds that text.';

/** Whether the hash belongs to the numbers that stand beside it; null while there is none. */
export const hashFits = (certificate: CertificateView): boolean | null =>
  certificate.hash === null ? null : certificateHash(certificate) === certificate.hash;

/** `718,702`. */
export const number = (value: number): string => value.toLocaleString('en-GB');

const messages = (count: number): string => `${number(count)} message${count === 1 ? '' : 's'}`;

/** `2026-03-01 12:00:00 UTC`. */
export function utc(at: number | null): string {
  if (at === null) return 'not yet';
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'unknown' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const TRUST = {
  synced: 'The clock of the gateway was synchronised.',
  holding: 'The clock of the gateway was set earlier and was running on; the times are near, not exact.',
  never: 'The clock of the gateway was not set right: the times of day may be wrong, the durations are right.',
} as const;
export const trustWords = (trust: CertificateView['clockTrust']): string => TRUST[trust];

export const droppedSum = (certificate: CertificateView): number =>
  Object.values(certificate.dropped).reduce((sum, one) => sum + one, 0);

/** The one sentence that a customer reads first. */
export function verdict(certificate: CertificateView): string {
  const lost = droppedSum(certificate);
  const { delivered, deadLettered, waitingAfter, state, offlineMs } = certificate;
  if (state === 'open') return 'This outage is not over yet: the figures still change.';
  const ending = deadLettered > 0 ? ` ${messages(deadLettered)} refused by the far end.` : '';
  const waiting = waitingAfter > 0 ? ` ${messages(waitingAfter)} still waiting.` : '';
  if (!certificate.balanced)
    return `The figures of this outage do not add up. Please report this certificate.${ending}${waiting}`;
  if (lost === 0 && deadLettered === 0 && waitingAfter === 0)
    return `After ${duration(offlineMs)} offline, every one of ${messages(delivered)} was delivered. None was lost.`;
  const losses = lost === 0 ? ' None was lost.' : ` ${messages(lost)} not delivered; the reasons are below.`;
  return `After ${duration(offlineMs)} offline, ${messages(delivered)} delivered.${losses}${ending}${waiting}`;
}

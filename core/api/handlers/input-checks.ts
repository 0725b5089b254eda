import { GatewayError } from '../../base/errors.ts';
import { topicFault } from '../../router/topics.ts';

/** Base64 as bytes. Strict: half a payload must not be sent because of a slip in the text. Throws `api/bad-input`. */
export function bytesOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '')) return bytes;
  throw new GatewayError('api/bad-input', 'The payload is not valid base64.', {
    remedy: 'Send the payload as base64, without line breaks.',
  });
}

/** Throws `router/bad-topic` where nothing can be published to this topic. */
export function checkTopic(topic: string): void {
  const fault = topicFault(topic);
  if (fault !== null) throw new GatewayError('router/bad-topic', `This topic cannot be published to: ${fault}.`);
}

/** Ids for people: the first few of them. */
export const namedIds = (ids: readonly number[]): string => `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', ...' : ''}`;

/** Ids for the log: all of them as a word, or the first twenty. */
export const loggedIds = (ids: readonly number[] | null): string => (ids === null ? '(all)' : ids.slice(0, 20).join(','));

import { BIND_KEY_DIGITS } from '../../../../core/contract/bind-key.ts';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { bindKey as text } from '../../../text/bind-key.ts';

/** What a person types or pastes, without the blanks, colons and dashes that others write keys with; in capitals. */
export const tidyKey = (typed: string): string => typed.replace(/[\s:-]/g, '').toUpperCase();

/** What is wrong with a tidy key that was typed so far; null: nothing yet. */
export function keyFault(key: string): string | null {
  const wrong = [...key].find((sign) => !/[0-9A-F]/.test(sign));
  if (wrong !== undefined) return text.notHex(wrong);
  return key.length > BIND_KEY_DIGITS ? text.tooLong(key.length) : null;
}

export const isWholeKey = (key: string): boolean => keyFault(key) === null && key.length === BIND_KEY_DIGITS;

/** Whether a device of this draft is opened with a key. */
export const needsKey = (draft: Draft): boolean => typeof draft['keySecret'] === 'string';

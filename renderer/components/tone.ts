import type { Health, LinkState } from '../../core/contract/views.ts';
import { health as words } from '../text/common.ts';

/** What a colour may mean: nothing (normal), under way, or one of the NE 107 states and "connection lost". */
export type Tone = 'normal' | 'starting' | 'warn' | 'fault' | 'lost' | 'check' | 'care';

export const HEALTH_TONE: Readonly<Record<Health, Tone>> = {
  ok: 'normal',
  starting: 'starting',
  degraded: 'warn',
  offline: 'lost',
  paused: 'check',
};
export const HEALTH_WORD: Readonly<Record<Health, string>> = {
  ok: words.ok,
  starting: words.starting,
  degraded: words.degraded,
  offline: words.offline,
  paused: words.paused,
};
export const LINK_TONE: Readonly<Record<LinkState, Tone>> = {
  'not-configured': 'normal',
  connecting: 'starting',
  connected: 'normal',
  offline: 'lost',
};
export const PRIORITY_TONE = { critical: 'fault', high: 'warn', low: 'care' } as const satisfies Record<string, Tone>;

/** The worst first: the order in which things need somebody. */
export const HEALTH_RANK: Readonly<Record<Health, number>> = { offline: 0, degraded: 1, paused: 2, starting: 3, ok: 4 };

import type { Input } from '../../../../core/contract/api.ts';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';

export const PLANS = ['usual', 'units', 'all'] as const;
export type Plan = (typeof PLANS)[number];

type Search = Omit<Input<'scan.start'>, 'link' | 'by' | 'consent' | 'stopAtFirst'>;

const LISTEN_MS = 2000;
/** An answer of a few bytes at 9600 baud takes 20 ms; slow devices think for 100 ms. */
const TIMEOUT_MS = 150;
const SLOW_TIMEOUT_MS = 300;

/** Whether the line settings can be changed from here. */
const hasSettings = (link: LinkConfig): boolean => link.kind === 'serial' || link.kind === 'rfc2217';

/** What a plan asks; the commonest first. */
export function searchOf(plan: Plan, link: LinkConfig): Search {
  const units = { from: 1, to: plan === 'usual' ? 32 : 247 };
  const base = { units, listenMs: LISTEN_MS, timeoutMs: plan === 'all' ? SLOW_TIMEOUT_MS : TIMEOUT_MS };
  if (!hasSettings(link)) {
    return {
      ...base,
      framings: plan === 'all' ? ['tcp', 'rtu', 'ascii'] : ['tcp', 'rtu'],
      baudRates: [],
      parities: [],
      stopBits: [],
    };
  }
  if (plan === 'all') {
    return {
      ...base,
      framings: ['rtu', 'ascii'],
      baudRates: [9600, 19_200, 38_400, 57_600, 115_200, 4800, 2400, 1200],
      parities: ['none', 'even', 'odd'],
      stopBits: [1, 2],
    };
  }
  return {
    ...base,
    framings: ['rtu'],
    baudRates: [9600, 19_200, 38_400, 57_600, 115_200],
    parities: ['none', 'even'],
    stopBits: [1],
  };
}

/** Ways of talking that a search tries. */
export const linesOf = (search: Search): number =>
  search.framings.length *
  Math.max(1, search.baudRates.length) *
  Math.max(1, search.parities.length) *
  Math.max(1, search.stopBits.length);

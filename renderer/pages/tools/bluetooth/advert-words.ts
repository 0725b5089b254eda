import type { AdvertView, RadioView } from '../../../../core/contract/field-views.ts';
import type { Tone } from '../../../components/tone.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { formatValue } from '../../../text/format.ts';
import { byName } from '../../../text/locale.ts';

/** Its name, or its address where it has none. */
export const advertName = (advert: AdvertView): string => (advert.name === '' ? advert.id : advert.name);

type Fact = AdvertView['facts'][number];
/** A decoded value with its unit: `24.3 °C`. */
export const factValue = (fact: Fact): string => `${formatValue(fact.value, null)}${fact.unit === '' ? '' : ` ${fact.unit}`}`;

/** What it says, in one line. */
export function saysWords(advert: AdvertView): string {
  const values = advert.facts.slice(0, 4).map(factValue).join(', ');
  return values === '' ? advert.services.slice(0, 3).join(', ') : values;
}

/** The name of its format; a device that only names its services says more once it is connected. */
export const formatWords = (advert: AdvertView): string =>
  advert.format || (advert.services.length > 0 ? text.servicesOnly : text.notKnown);

export type AdvertOrder = 'signal' | 'name';
/** Signals go up and down by a few dB all the time; rows must not change places for that. */
const STEP_DB = 8;
/** The mean of the last minute, in steps. */
function level({ rssi, trend }: AdvertView): number {
  const heard = trend.filter((one) => one !== null);
  const mean = heard.length > 0 ? heard.reduce((sum, one) => sum + one, 0) / heard.length : rssi;
  return mean === null ? -200 : Math.round(mean / STEP_DB);
}

/** The nearest first in steps, so that rows seldom change places; then by name. */
export const byOrder =
  (order: AdvertOrder) =>
  (a: AdvertView, b: AdvertView): number =>
    (order === 'signal' ? level(b) - level(a) : 0) ||
    Number(a.name === '') - Number(b.name === '') ||
    byName(advertName(a), advertName(b)) ||
    byName(a.id, b.id);

/** Whether a search finds it. */
export function advertMatches(advert: AdvertView, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const all = [advert.name, advert.id, advert.format, advert.device ?? '', ...advert.services];
  return wanted === '' || all.some((part) => part.toLowerCase().includes(wanted));
}

export const RADIO_TONE: Readonly<Record<RadioView['state'], Tone>> = {
  ok: 'normal',
  off: 'warn',
  starting: 'starting',
  resetting: 'check',
  failed: 'fault',
  'not-available': 'warn',
};

export const partName = (part: AdvertView['parts'][number]): string => text.part[part.kind](part.id);

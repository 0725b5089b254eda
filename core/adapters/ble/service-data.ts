import { readCharacteristic } from './characteristics.ts';
import { type AdvertParts, type Fact, type Found, numbered } from './fact.ts';

/** Services whose data in an advertisement is the value of their own characteristic. */
const VALUE_OF: Readonly<Record<string, string>> = { '180f': '2a19' };
/** Characteristics that simple sensors advertise under their own id. */
const PLAIN = ['2a19', '2a6d', '2a6e', '2a6f'];

/**
 * Standard service data: the Battery Service advertises its level; others put a characteristic's value under its
 * own id. Health Thermometer and Environmental Sensing define no service data, so what makers put there is not guessed.
 */
export function decodeServiceData({ services }: AdvertParts): Found | undefined {
  const facts: Fact[] = [];
  let problem: string | undefined;
  let known = false;
  for (const [service, bytes] of services) {
    const characteristic = VALUE_OF[service] ?? (PLAIN.includes(service) ? service : undefined);
    if (characteristic === undefined) continue;
    known = true;
    const read = readCharacteristic(characteristic, bytes) ?? [];
    if (typeof read === 'string') problem ??= read;
    else facts.push(...read);
  }
  if (!known) return undefined;
  const what = { decoder: 'service-data', format: 'service data' } as const;
  return problem === undefined ? { ...what, facts: numbered(facts) } : { ...what, facts: [], problem };
}

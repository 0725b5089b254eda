import { decodeAdvert } from '../../adapters/ble/decode.ts';
import type { Clock } from '../../base/clock.ts';
import { createRate, type Rate } from '../../base/rate.ts';
import type { AdvertView } from '../../contract/field-views.ts';
import type { Advert, KnownDevice } from '../../transports/bluetooth/radio.ts';

const MOST = 1000;
const TREND_S = 60;
const FORGET_MS = 600_000;
const SECOND_MS = 1000;

interface Heard {
  advert: Advert;
  count: number;
  lastAt: number;
  readonly rate: Rate;
  /** Sums of one second each; the key is the second. */
  readonly seconds: Map<number, { sum: number; count: number }>;
  /** Decoded when somebody looks, not when it is heard. */
  row: Pick<AdvertView, 'format' | 'locked' | 'facts' | 'parts' | 'services'> | null;
}

/** What was heard of which address. Bounded: the one that was heard longest ago makes room. */
export interface HeardBook {
  add(advert: Advert): void;
  rows(known: readonly KnownDevice[], deviceOf: (address: string) => string | null): AdvertView[];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function contentOf(advert: Advert): NonNullable<Heard['row']> {
  const { format, facts, problem, seal } = decodeAdvert(advert);
  return {
    format: problem === '' || facts.length > 0 ? format : problem,
    locked: seal !== null,
    facts: [...facts],
    parts: [
      ...[...advert.manufacturer].map(([company, bytes]) => ({
        kind: 'manufacturer' as const,
        id: `0x${company.toString(16).padStart(4, '0')}`,
        bytes: base64(bytes),
      })),
      ...[...advert.services].map(([id, bytes]) => ({ kind: 'service' as const, id, bytes: base64(bytes) })),
    ],
    services: [...advert.uuids],
  };
}

export function createHeardBook(clock: Clock): HeardBook {
  const book = new Map<string, Heard>();
  const secondOf = (ms: number): number => Math.floor(ms / SECOND_MS);

  function trendOf({ seconds }: Heard, now: number): (number | null)[] {
    const first = Math.min(...seconds.keys());
    const from = Math.max(first, now - TREND_S + 1);
    return Array.from({ length: Math.max(0, now - from + 1) }, (_, step) => {
      const one = seconds.get(from + step);
      return one ? Math.round(one.sum / one.count) : null;
    });
  }
  function note(heard: Heard, rssi: number | null): void {
    if (rssi === null) return;
    const now = secondOf(clock.monotonic());
    const one = heard.seconds.get(now) ?? { sum: 0, count: 0 };
    heard.seconds.set(now, { sum: one.sum + rssi, count: one.count + 1 });
    for (const second of heard.seconds.keys()) {
      if (second > now - TREND_S) break; // in the order of their adding
      heard.seconds.delete(second);
    }
  }
  function forgetOld(): void {
    const now = clock.monotonic();
    for (const [address, { advert }] of book) {
      if (now - advert.heardAt <= FORGET_MS) break; // the one that was heard longest ago stands first
      book.delete(address);
    }
  }

  return {
    add(advert) {
      const known = book.get(advert.address);
      const heard = known ?? { advert, count: 0, lastAt: 0, rate: createRate(), seconds: new Map(), row: null };
      book.delete(advert.address);
      if (!known && book.size >= MOST) for (const oldest of [...book.keys()].slice(0, 1)) book.delete(oldest);
      book.set(advert.address, heard);
      heard.advert = advert;
      heard.count += 1;
      heard.lastAt = clock.now();
      heard.rate.add(clock.monotonic());
      if (!advert.strengthOnly) heard.row = null;
      note(heard, advert.rssi);
    },
    rows(known, deviceOf) {
      forgetOld();
      const now = clock.monotonic();
      const linked = new Map(known.map((one) => [one.address, one]));
      return [...book.values()]
        .map((heard): AdvertView => {
          const { advert, count, lastAt, rate } = heard;
          heard.row ??= contentOf(advert);
          return {
            id: advert.address,
            radio: advert.radio,
            addressType: advert.addressType,
            name: advert.name,
            rssi: advert.rssi,
            trend: trendOf(heard, secondOf(now)),
            lastAt,
            count,
            perS: Number(rate.perS(now).toFixed(1)),
            ...heard.row,
            connected: linked.get(advert.address)?.connected ?? false,
            paired: linked.get(advert.address)?.paired ?? false,
            device: deviceOf(advert.address),
          };
        })
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

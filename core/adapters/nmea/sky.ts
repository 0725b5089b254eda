import type { Clock } from '../../base/clock.ts';
import type { Facts } from './codec.ts';
import type { Sentence } from './sentence.ts';

/** Joins the GSV sentences of each system: satellites in view are said in several sentences, by several talkers. */
export interface Sky {
  /** Facts when this sentence is the last one of its row and none of the row was missed; else none. Never throws. */
  add(sentence: Sentence): Facts;
}

interface Row {
  /** Sentences of the row so far; what does not follow ends it. */
  next: number;
  readonly total: number;
  /** The signal that its first sentence names, since NMEA 4.10: most receivers send a row for each signal, some mix them in one row. */
  readonly signal: string;
  readonly satellites: string[];
  best: number | undefined;
}
interface Seen {
  readonly satellites: readonly string[];
  readonly best: number | undefined;
  readonly at: number;
}

const WHOLE = /^\d{1,3}$/;
const MOST_SENTENCES = 16;
const MOST_SYSTEMS = 32;
/** A system that was not heard of for so long is no longer in view. */
const FORGET_MS = 30_000;

export function createSky(clock: Clock): Sky {
  const rows = new Map<string, Row>();
  const seen = new Map<string, Seen>();

  function take(row: Row, talker: string, groups: readonly string[]): void {
    for (let i = 0; i + 3 < groups.length; i += 4) {
      const id = groups[i] ?? '';
      const signal = groups[i + 3] ?? '';
      if (WHOLE.test(id)) row.satellites.push(`${talker}${Number(id)}`);
      if (WHOLE.test(signal) && Number(signal) <= 99) row.best = Math.max(row.best ?? 0, Number(signal));
    }
  }
  function whole(): Facts {
    const oldest = clock.monotonic() - FORGET_MS;
    for (const [key, { at }] of seen) if (at < oldest) seen.delete(key);
    const all = [...seen.values()];
    const signals = all.flatMap(({ best }) => (best === undefined ? [] : [best]));
    return {
      'satellites-in-view': { value: new Set(all.flatMap(({ satellites }) => satellites)).size },
      'snr-best': signals.length === 0 ? { missing: 'no satellite is received' } : { value: Math.max(...signals) },
    };
  }

  return {
    add({ talker, fields }) {
      const [total, number] = [fields[0], fields[1]].map((text) => (WHOLE.test(text ?? '') ? Number(text) : 0));
      if (!total || !number || number > total || total > MOST_SENTENCES) return {};
      const groups = fields.slice(3);
      const signal = groups.length % 4 === 1 ? (groups.at(-1) ?? '') : '';
      if (rows.size >= MOST_SYSTEMS) rows.clear();
      if (number === 1) rows.set(talker, { next: 1, total, signal, satellites: [], best: undefined });
      const row = rows.get(talker);
      if (!row || row.next !== number || row.total !== total) {
        rows.delete(talker);
        return {};
      }
      row.next += 1;
      take(row, talker, groups);
      if (number < total) return {};
      rows.delete(talker);
      if (seen.size >= MOST_SYSTEMS) seen.clear();
      seen.set(`${talker} ${row.signal}`, { satellites: row.satellites, best: row.best, at: clock.monotonic() });
      return whole();
    },
  };
}

import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { readPayload } from './payload.ts';

/** What was promised: for every message of a series how often it was offered to the gateway, and whether it was acknowledged. */
export interface Series {
  readonly name: string;
  /** By number (index 0 is not used): times it went out. */
  readonly offered: number[];
  /** By number: the gateway has acknowledged it. */
  readonly acknowledged: boolean[];
  /** The offers are not known (a function that was killed has published what it could not write down). */
  readonly open: boolean;
}

/** `taken`: acknowledged to the gateway, or as good as. `declined`: not now. `refused`: never. */
export type Answer = 'taken' | 'declined' | 'refused';

/** One message as it came in at the far end, repeats included, in the order of arrival. */
export interface Arrival {
  /** The gateway's id of the message: the same for every repeat. */
  readonly id: string;
  /** `client:pump`, `device:door`, `function:maker`. */
  readonly source: string;
  /** The custody number: counts up per source without a gap. */
  readonly custody: number;
  readonly series: string | null;
  readonly n: number;
  /** False: says that it is of the generator, but is not what was sent. */
  readonly sound: boolean;
  /** Over topic and payload. */
  readonly digest: number;
  readonly answer: Answer;
  /** Of the harness, in ms. */
  readonly atMs: number;
}

/** The generator's ledger. It lives in the harness, which no fault touches. */
export interface Promises {
  series(): readonly Series[];
  offered(series: string, n: number): void;
  acknowledged(series: string, n: number): void;
  readonly count: number;
}

export function createPromises(): Promises {
  const all = new Map<string, Series>();
  let count = 0;
  function of(name: string): Series {
    const known = all.get(name) ?? { name, offered: [], acknowledged: [], open: false };
    all.set(name, known);
    return known;
  }
  return {
    series: () => [...all.values()],
    offered(name, n) {
      const { offered } = of(name);
      offered[n] = (offered[n] ?? 0) + 1;
    },
    acknowledged(name, n) {
      const { acknowledged } = of(name);
      if (acknowledged[n] !== true) count += 1;
      acknowledged[n] = true;
    },
    get count() {
      return count;
    },
  };
}

/** What the function wrote down after its publishes had resolved: a line `series number` each. A torn last line is not counted. */
export function readFunctionLedger(file: string): Series[] {
  if (!existsSync(file)) return [];
  const all = new Map<string, Series>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const found = /^(f-\w+) (\d+)$/.exec(line);
    if (!found) continue;
    const [, name = '', n = ''] = found;
    const series = all.get(name) ?? { name, offered: [], acknowledged: [], open: true };
    series.acknowledged[Number(n)] = true;
    all.set(name, series);
  }
  return [...all.values()];
}

/** Messages of devices are not numbered by the generator; only the gateway's own numbers are checked. */
const OURS = /^g\//;

/** The entry for a message that came in. */
export function arrivalOf(topic: string, payload: Uint8Array, properties: ReadonlyMap<string, string>, answer: Answer): Arrival {
  const ours = OURS.test(topic);
  const label = ours ? readPayload(payload) : null;
  return {
    id: properties.get('id') ?? '',
    source: properties.get('source') ?? '',
    custody: Number(properties.get('seq') ?? Number.NaN),
    series: label?.series ?? null,
    n: label?.n ?? 0,
    sound: !ours || label !== null,
    digest: crc32(payload, crc32(topic)),
    answer,
    atMs: Math.round(performance.now()),
  };
}

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';

/** Small facts that must outlive a restart: what was ignored, when it was first seen. */
export interface KeptFacts {
  read(): Promise<Readonly<Record<string, string>>>;
  write(facts: Readonly<Record<string, string>>): Promise<void>;
}

export interface KeptMarks {
  /** A file that cannot be read is logged and begun anew. */
  load(): Promise<void>;
  isIgnored(id: string): boolean;
  /** Resolves when it is kept; rejects where the disk refuses it. */
  ignore(id: string, ignored: boolean): Promise<void>;
  /** The time of the first sight; now, where it was never seen. */
  firstSeen(id: string, now: number): number;
  /** What stood at a place said of itself; kept over a restart. */
  noteSaid(place: string, words: string): void;
  said(place: string): string | undefined;
  /** Never rejects. */
  flush(): Promise<void>;
}

const FIRST = 'first ';
const IGNORED = 'ignored ';
const SAID = 'said ';
/** Of what was once seen; the oldest are forgotten. What is ignored stays. */
const MAX_FIRST = 2000;
const MAX_SAID = 1000;
const WRITE_AFTER_MS = 10_000;

export function createKeptMarks(deps: { readonly clock: Clock; readonly log: Logger; readonly kept: KeptFacts }): KeptMarks {
  const first = new Map<string, number>();
  const ignored = new Set<string>();
  const said = new Map<string, string>();
  let cancelWrite: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  function write(): Promise<void> {
    cancelWrite?.();
    cancelWrite = null;
    const facts: Record<string, string> = {};
    for (const id of ignored) facts[IGNORED + id] = '1';
    for (const [id, at] of first) facts[FIRST + id] = String(at);
    for (const [place, words] of said) facts[SAID + place] = words;
    const mine = writing.then(() => deps.kept.write(facts));
    writing = mine.catch(() => {});
    return mine;
  }
  const writeQuietly = (): Promise<void> =>
    write().catch((cause: unknown) => deps.log.warn('inbox.not-kept', { message: 'What was seen is not kept.', cause }));

  function writeSoon(): void {
    cancelWrite ??= deps.clock.after(WRITE_AFTER_MS, () => void writeQuietly());
  }
  function bound(map: Map<string, unknown>, most: number): void {
    for (const old of map.keys()) {
      if (map.size <= most) break;
      map.delete(old);
    }
  }

  return {
    async load() {
      try {
        for (const [key, value] of Object.entries(await deps.kept.read())) {
          if (key.startsWith(IGNORED)) ignored.add(key.slice(IGNORED.length));
          else if (key.startsWith(SAID)) said.set(key.slice(SAID.length), value);
          else if (key.startsWith(FIRST) && Number.isFinite(Number(value))) first.set(key.slice(FIRST.length), Number(value));
        }
      } catch (cause) {
        deps.log.warn('inbox.not-read', { message: 'What was ignored before is not known.', cause });
      }
    },
    isIgnored: (id) => ignored.has(id),
    async ignore(id, on) {
      if (on) ignored.add(id);
      else ignored.delete(id);
      await write();
    },
    firstSeen(id, now) {
      const known = first.get(id);
      if (known !== undefined) return known;
      first.set(id, now);
      bound(first, MAX_FIRST);
      writeSoon();
      return now;
    },
    noteSaid(place, words) {
      if (said.get(place) === words) return;
      said.set(place, words);
      bound(said, MAX_SAID);
      writeSoon();
    },
    said: (place) => said.get(place),
    async flush() {
      if (cancelWrite) await writeQuietly();
      await writing;
    },
  };
}

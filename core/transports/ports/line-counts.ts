import type { ByteLink } from '../byte-port.ts';

/** What a line carried since the start. */
export interface LineFigures {
  readonly key: string;
  readonly label: string;
  readonly open: boolean;
  /** Who has it open: a device's id, or the holder of a claim. With several on it, the one that opened it last. */
  readonly user: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly opens: number;
  readonly lastError: Error | null;
  /** Wall time in ms; 0 where there was none. */
  readonly lastErrorAt: number;
}

export interface LineCounts {
  /** Counts what goes over a link from now on. */
  opened(key: string, user: string, link: ByteLink): ByteLink;
  failed(key: string, cause: unknown): void;
  figures(): readonly LineFigures[];
}

interface Count {
  label: string;
  readonly users: string[];
  bytesIn: number;
  bytesOut: number;
  opens: number;
  lastError: Error | null;
  lastErrorAt: number;
}

/** Lines that were used since the start; beyond it the one that was first used and is closed is forgotten. */
const LINES_KEPT = 1000;

/** Counts per line; `now` is wall time. A line that is opened again goes on counting. */
export function createLineCounts(now: () => number): LineCounts {
  const counts = new Map<string, Count>();
  function note(count: Count, fault: Error): void {
    count.lastError = fault;
    count.lastErrorAt = now();
  }
  function countOf(key: string): Count {
    const known = counts.get(key);
    if (known) return known;
    if (counts.size >= LINES_KEPT) {
      for (const [old, { users }] of counts) {
        if (users.length > 0) continue;
        counts.delete(old);
        break;
      }
    }
    const fresh: Count = { label: '', users: [], bytesIn: 0, bytesOut: 0, opens: 0, lastError: null, lastErrorAt: 0 };
    counts.set(key, fresh);
    return fresh;
  }
  return {
    opened(key, user, link) {
      const count = countOf(key);
      count.label = link.label;
      count.opens += 1;
      count.users.push(user);
      let stop: (() => void) | undefined;
      void link.closed.then((fault) => {
        stop?.();
        count.users.splice(count.users.indexOf(user), 1);
        if (fault) note(count, fault);
      });
      return {
        ...link,
        onData(listener) {
          // Together with the user's own listener, not before it: a link holds what comes until there is a first one.
          stop ??= link.onData((chunk) => {
            count.bytesIn += chunk.length;
          });
          return link.onData(listener);
        },
        async write(bytes, signal) {
          await link.write(bytes, signal);
          count.bytesOut += bytes.length;
        },
      };
    },
    failed(key, cause) {
      note(countOf(key), cause instanceof Error ? cause : new Error(String(cause)));
    },
    figures: () =>
      [...counts].map(([key, { users, ...count }]) => ({ key, ...count, open: users.length > 0, user: users.at(-1) ?? null })),
  };
}

import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Spool, SpoolEntry } from '../../store/spool.ts';

export interface PagerDeps {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Logger;
  /** Steady time; what has expired since it was read is not given. */
  steady(): number;
  /** Something was read. */
  changed(): void;
  /** Entries to read at a time, and payload bytes; `largest`: bytes of the largest payload that is usual. */
  page(): { readonly limit: number; readonly maxBytes: number; readonly largest: number };
  readonly retryMs: number;
}

/** Reads a stream page by page, ahead of who takes. Holds at most a page and a half. */
export interface Pager {
  /** The next entry, or null while none is read (then one is asked for), or none is there. */
  head(): SpoolEntry | null;
  shift(): void;
  /** Everything that is there was read, as far as is known. */
  readonly ended: boolean;
  /** More was appended. */
  wake(): void;
  /** Nothing that is still being read is used any more. */
  stop(): void;
}

/** `oldest`: rising from `edge` (exclusive; all where undefined). `newest`: falling from it. */
export function createPager(deps: PagerDeps, stream: string, from: 'oldest' | 'newest', edge: number | undefined): Pager {
  let entries: readonly SpoolEntry[] = [];
  let at = 0;
  let cursor = edge;
  let loading = false;
  let ended = false;
  /** Something was appended since the page that is being read was asked for. */
  let more = false;
  let stopped = false;
  let cancelRetry = (): void => {};

  function arrived(page: readonly SpoolEntry[], { limit, maxBytes, largest }: ReturnType<PagerDeps['page']>): void {
    loading = false;
    const bytes = page.reduce((sum, { message }) => sum + message.payload.length, 0);
    const last = page.at(-1);
    if (last) {
      entries = [...entries.slice(at), ...page];
      at = 0;
      cursor = last.id;
    }
    // Far from both limits, with room for one more: this is all there is, which saves asking again after every append.
    ended = !more && (page.length === 0 || (page.length * 2 < limit && bytes + largest <= maxBytes));
    deps.changed();
  }
  function load(): void {
    if (loading || ended || stopped) return;
    loading = true;
    more = false;
    const size = deps.page();
    const { limit, maxBytes } = size;
    const edges = cursor === undefined ? {} : from === 'oldest' ? { after: cursor } : { before: cursor };
    deps.spool.peek({ stream, from, ...edges, limit, maxBytes }).then(
      (page) => {
        if (!stopped) arrived(page, size);
      },
      (cause: unknown) => {
        if (stopped) return;
        deps.log.warn('uplink.not-read', { stream, cause });
        cancelRetry = deps.clock.after(deps.retryMs, () => {
          loading = false;
          deps.changed();
        });
      },
    );
  }
  return {
    head() {
      const steady = deps.steady();
      for (;;) {
        const entry = entries[at];
        if (entry === undefined) break;
        if (entry.expiresAt === null || entry.expiresAt > steady) return entry;
        at += 1;
      }
      load();
      return null;
    },
    shift() {
      at += 1;
      if ((entries.length - at) * 2 < deps.page().limit) load();
    },
    get ended() {
      return ended && at >= entries.length;
    },
    wake() {
      more = true;
      ended = false;
    },
    stop() {
      stopped = true;
      cancelRetry();
    },
  };
}

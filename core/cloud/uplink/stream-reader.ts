import type { SpoolEntry } from '../../store/spool.ts';
import { createPager, type Pager, type PagerDeps } from './pager.ts';

/** The entries of a stream in the order in which they are sent. */
export interface StreamReader {
  /** The next entry, or null while none is read or none is there. */
  head(): SpoolEntry | null;
  shift(): void;
  readonly ended: boolean;
  appended(): void;
  /** Begins anew: after a failure, and when the line is back. */
  restart(): void;
  stop(): void;
}

function oldestFirst(deps: PagerDeps, stream: string): StreamReader {
  let pager = createPager(deps, stream, 'oldest', undefined);
  return {
    head: () => pager.head(),
    shift: () => pager.shift(),
    get ended() {
      return pager.ended;
    },
    appended: () => pager.wake(),
    restart() {
      pager.stop();
      pager = createPager(deps, stream, 'oldest', undefined);
    },
    stop: () => pager.stop(),
  };
}

/** What was appended since the (re)start goes first, rising; then the backlog from the newest down. */
function newestFirst(deps: PagerDeps, stream: string): StreamReader {
  let live: Pager | null = null;
  let backlog: Pager | null = null;
  let generation = 0;
  let finding = false;
  let taken: Pager | null = null;
  let cancelRetry = (): void => {};

  /** The newest entry now parts what is live from the backlog. */
  function find(): void {
    if (finding) return;
    finding = true;
    const own = generation;
    deps.spool.peek({ stream, from: 'newest', limit: 1, maxBytes: 1 }).then(
      ([newest]) => {
        if (own !== generation) return;
        finding = false;
        live = createPager(deps, stream, 'oldest', newest?.id);
        backlog = newest ? createPager(deps, stream, 'newest', newest.id + 1) : null;
        deps.changed();
      },
      (cause: unknown) => {
        if (own !== generation) return;
        deps.log.warn('uplink.not-read', { stream, cause });
        cancelRetry = deps.clock.after(deps.retryMs, () => {
          finding = false;
          deps.changed();
        });
      },
    );
  }
  function forget(): void {
    generation += 1;
    finding = false;
    cancelRetry();
    live?.stop();
    backlog?.stop();
    live = null;
    backlog = null;
    taken = null;
  }
  return {
    head() {
      if (live === null) {
        find();
        return null;
      }
      const first = live.head();
      taken = first ? live : backlog;
      return first ?? backlog?.head() ?? null;
    },
    shift: () => taken?.shift(),
    get ended() {
      return live?.ended === true && (backlog?.ended ?? true);
    },
    appended() {
      live?.wake();
      // Read at once, so that it is there when the next message may go.
      live?.head();
    },
    restart: forget,
    stop: forget,
  };
}

export const createStreamReader = (deps: PagerDeps, stream: string, order: 'oldest-first' | 'newest-first'): StreamReader =>
  order === 'oldest-first' ? oldestFirst(deps, stream) : newestFirst(deps, stream);

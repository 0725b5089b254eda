import { readdir } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { listByDriver } from './driver-list.ts';
import type { PortBook, PortEvent, PortRoots } from './port-book.ts';
import { bestBinding, bindingKey, matching, named, theOne } from './port-match.ts';
import { createPortRoll } from './port-roll.ts';
import { createSysReader, type FoundPort } from './sysfs.ts';
import { type PortWatch, watchPorts } from './watch.ts';

/** udev needs a moment to set the rights and the links of a new device file; until then a port is not there yet. */
const SETTLE_MS = 500;
/** Where the driver's list is the only source, it is asked not more often than this: it starts a program, or walks the registry. */
const LIST_EVERY_MS = 1500;
/** Bindings of which the identity is remembered while nothing fits them. */
const REMEMBERED = 1000;

/**
 * The book of this machine's ports. Reads the kernel's files where they are (`roots.sys`), else the serial driver's list (`system` only).
 * Ports that are plugged in at the start are there at once and make no event.
 */
export function createPortBook(roots: PortRoots, clock: Clock, options: { readonly settleMs?: number } = {}): PortBook {
  const readSys = createSysReader(roots);
  const events = createEmitter<PortEvent>();
  const roll = createPortRoll(options.settleMs ?? SETTLE_MS);
  const remembered = new Map<string, string>();
  let listed: readonly FoundPort[] = [];
  let listedAt = Number.NEGATIVE_INFINITY;
  let watching: PortWatch | undefined;
  let looking: Promise<void> | undefined;
  let cancelSettle = (): void => {};
  let stopped = false;

  async function read(fresh: boolean): Promise<readonly FoundPort[]> {
    const bySys = process.platform !== 'win32' && (await readdir(`${roots.sys}/class/tty`).catch(() => null)) !== null;
    if (bySys || !roots.system) return await readSys();
    if (fresh || clock.monotonic() - listedAt >= LIST_EVERY_MS) {
      listed = await listByDriver(clock);
      listedAt = clock.monotonic();
    }
    return listed;
  }
  async function lookOnce(fresh: boolean): Promise<void> {
    const found = await read(fresh);
    if (stopped) return;
    const { events: news, settlesInMs } = roll.take(found, clock.monotonic());
    cancelSettle();
    cancelSettle = settlesInMs === null ? () => {} : clock.after(settlesInMs, () => void look());
    for (const one of news) events.emit(one);
  }
  /** A call while one is under way waits for it: what it finds is new enough. */
  function look(fresh = false): Promise<void> {
    looking ??= lookOnce(fresh)
      .catch(() => {}) // the sources do not reject; should one, the next look comes in a second
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }
  function remember(key: string, id: string | undefined): string {
    if (id === undefined) return remembered.get(key) ?? key;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(key, id);
    return id;
  }

  return {
    name: 'ports',
    async start(signal) {
      signal.throwIfAborted();
      await look();
      signal.throwIfAborted();
      watching = watchPorts(roots, clock, look);
    },
    async stop() {
      stopped = true;
      watching?.stop();
      cancelSettle();
      await looking;
    },
    ports: () => roll.ports().map(({ facts }) => facts),
    onEvent: events.on,
    refresh: async () => {
      await looking;
      await look(true);
    },
    resolve: (link) => (link.bind ? theOne(link, link.bind, roll.ports()).path : link.path),
    bindingOf(path) {
      const port = named(path, roll.ports());
      return port && bestBinding(port.facts, roll.ports());
    },
    identityOf(link) {
      if (!link.bind) return remember(`path:${link.path}`, named(link.path, roll.ports())?.facts.id);
      const found = matching(link.bind, roll.ports());
      return remember(bindingKey(link.bind), found.length === 1 ? found[0]?.facts.id : undefined);
    },
  };
}

import type { PortEvent } from './port-book.ts';
import type { FoundPort } from './sysfs.ts';

/** Which ports are there, and what changed since the last look. Pure: times are given. */
export interface PortRoll {
  ports(): readonly FoundPort[];
  /** Takes what was found at a time (monotonic ms). `settlesInMs`: look again then, a port is waiting for its rights. */
  take(
    found: readonly FoundPort[],
    nowMono: number,
  ): { readonly events: readonly PortEvent[]; readonly settlesInMs: number | null };
}

interface Entry {
  readonly port: FoundPort;
  readonly since: number;
}

/** Names of ports that were here before, so that a new name is noticed. */
const NAMES_KEPT = 1000;

const sameNode = (a: FoundPort, b: FoundPort): boolean => a.node === b.node && a.facts.vendorId === b.facts.vendorId;

/**
 * Two adapters with the same serial number, or two ports behind one interface, are told apart by their sockets. A port keeps its id as
 * long as it is plugged in, whatever double comes beside it: lines and claims that are open go by the id.
 */
function withOwnIds(found: readonly FoundPort[], before: readonly FoundPort[]): readonly FoundPort[] {
  const old = new Map(before.map((port) => [port.facts.path, port]));
  const kept = new Map<FoundPort, string>();
  const counts = new Map<string, number>();
  for (const port of found) {
    const same = old.get(port.facts.path);
    if (same && sameNode(same, port)) kept.set(port, same.facts.id);
    counts.set(port.facts.id, (counts.get(port.facts.id) ?? 0) + 1);
  }
  const taken = new Set(kept.values());
  return found.map((port) => {
    const { facts } = port;
    let id = kept.get(port) ?? facts.id;
    if (!kept.has(port)) {
      if ((counts.get(id) ?? 0) > 1) id = facts.physicalPath ? `physical:${facts.physicalPath}` : `path:${facts.path}`;
      if (taken.has(id)) id = `path:${facts.path}`;
      taken.add(id);
    }
    return id === facts.id ? port : { ...port, facts: { ...facts, id } };
  });
}

/** The first look takes everything as it is; later a new port counts after `settleMs`. */
export function createPortRoll(settleMs: number): PortRoll {
  let entries = new Map<string, Entry>();
  let present: readonly FoundPort[] = [];
  let first = true;
  const lastPath = new Map<string, string>();

  function eventsOf(before: readonly FoundPort[]): PortEvent[] {
    const events: PortEvent[] = [];
    const now = new Map(present.map((port) => [port.facts.path, port]));
    const old = new Map(before.map((port) => [port.facts.path, port]));
    for (const port of before) {
      const heir = now.get(port.facts.path);
      if (!heir || !sameNode(port, heir)) events.push({ kind: 'unplugged', port: port.facts });
    }
    for (const port of present) {
      const { id, path } = port.facts;
      const ancestor = old.get(path);
      const formerly = lastPath.get(id);
      if (lastPath.size >= NAMES_KEPT) lastPath.clear();
      lastPath.set(id, path);
      if (first || (ancestor && sameNode(ancestor, port))) continue;
      events.push({ kind: 'plugged', port: port.facts });
      if (formerly !== undefined && formerly !== path) events.push({ kind: 'renamed', port: port.facts });
    }
    return events;
  }

  return {
    ports: () => present,
    take(found, nowMono) {
      const next = new Map<string, Entry>();
      let settlesInMs: number | null = null;
      const there: FoundPort[] = [];
      for (const port of found) {
        const known = entries.get(port.facts.path);
        const fresh = first ? Number.NEGATIVE_INFINITY : nowMono;
        const since = known && sameNode(known.port, port) ? known.since : fresh;
        next.set(port.facts.path, { port, since });
        const left = since + settleMs - nowMono;
        if (left <= 0) there.push(port);
        else settlesInMs = Math.min(settlesInMs ?? left, left);
      }
      entries = next;
      const before = present;
      present = withOwnIds(there, before);
      const events = eventsOf(before);
      first = false;
      return { events, settlesInMs };
    },
  };
}

import type { Clock } from '../../base/clock.ts';
import type { PortBook, PortFacts } from '../../transports/ports/port-book.ts';

/** A port that is or was there since the start. */
export interface KnownPort {
  readonly facts: PortFacts;
  readonly present: boolean;
  /** Since when it is there, or gone; wall time in ms. */
  readonly since: number;
  /** Times it was plugged in since the start. */
  readonly plugs: number;
}

/** Ports that are gone are remembered up to so many; beyond, the one that went first is forgotten. */
const GONE_KEPT = 200;

/** Remembers ports by their identity, so that the screen can show what is gone. */
export function createPortMemory(book: PortBook, clock: Clock): { all(): readonly KnownPort[] } {
  const known = new Map<string, KnownPort>();
  function put(port: KnownPort): void {
    known.delete(port.facts.id); // the newest stands last
    known.set(port.facts.id, port);
    const gone = [...known.values()].filter(({ present }) => !present);
    const oldest = gone.length > GONE_KEPT ? gone[0] : undefined;
    if (oldest) known.delete(oldest.facts.id);
  }
  book.onEvent(({ kind, port }) => {
    const before = known.get(port.id);
    const plugs = before?.plugs ?? 0;
    if (kind === 'plugged') put({ facts: port, present: true, since: clock.now(), plugs: plugs + 1 });
    if (kind === 'unplugged') put({ facts: port, present: false, since: clock.now(), plugs });
  });
  return {
    all() {
      for (const facts of book.ports()) {
        const before = known.get(facts.id);
        if (!before?.present) put({ facts, present: true, since: clock.now(), plugs: before?.plugs ?? 0 });
        else if (before.facts !== facts) known.set(facts.id, { ...before, facts });
      }
      return [...known.values()];
    },
  };
}

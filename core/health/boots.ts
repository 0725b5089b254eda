/** Figures of earlier starts of the gateway are kept for so many. */
const KEEP = 50;
const OFFSET = /^boot\/([\w-]{1,64})\/(wall|steady)$/;

/**
 * What is known of earlier starts, so that their stamps can be put right: `wall` is the right wall time at monotonic zero of that
 * start. A start that never knew the time has `steady` instead, the steady time at its zero: good for something only while the
 * chain of starts since is measured by the machine's own uptime.
 */
export interface Boots {
  restore(figures: Readonly<Record<string, number>>): void;
  /** Right wall time at monotonic zero; undefined: not known. */
  wallOf(bootId: string): number | undefined;
  setWall(bootId: string, wallMs: number): void;
  setSteady(bootId: string, steadyMs: number): void;
  /** The time is known now: dates the starts that were in the dark. */
  date(wallMinusSteadyMs: number): void;
  /** The chain is broken: what was in the dark stays there. */
  breakChain(): void;
  /** What has changed since the last call; null: to be removed. */
  changes(): Record<string, number | null>;
}

export function createBoots(): Boots {
  const walls = new Map<string, number>();
  const steadies = new Map<string, number>();
  let changed = new Map<string, number | null>();
  const keyOf = (id: string, kind: 'wall' | 'steady'): string => `boot/${id}/${kind}`;

  function dropSteady(id: string): void {
    if (steadies.delete(id)) changed.set(keyOf(id, 'steady'), null);
  }
  /** The oldest go first: zero of a later start lies later. */
  function bound(all: Map<string, number>, kind: 'wall' | 'steady'): void {
    while (all.size > KEEP) {
      const [oldest] = [...all].reduce((a, b) => (b[1] < a[1] ? b : a));
      all.delete(oldest);
      changed.set(keyOf(oldest, kind), null);
    }
  }
  function setWall(id: string, wallMs: number): void {
    dropSteady(id);
    const known = walls.get(id);
    // Slewing moves it by microseconds: not worth a write.
    if (known !== undefined && Math.abs(known - wallMs) < 100) return;
    walls.set(id, wallMs);
    changed.set(keyOf(id, 'wall'), wallMs);
    bound(walls, 'wall');
  }
  return {
    restore(figures) {
      for (const [key, value] of Object.entries(figures)) {
        const [, id, kind] = OFFSET.exec(key) ?? [];
        if (id !== undefined && Number.isFinite(value)) (kind === 'wall' ? walls : steadies).set(id, value);
      }
      bound(walls, 'wall');
      bound(steadies, 'steady');
    },
    wallOf: (id) => walls.get(id),
    setWall,
    setSteady(id, steadyMs) {
      if (walls.has(id) || steadies.get(id) === steadyMs) return;
      steadies.set(id, steadyMs);
      changed.set(keyOf(id, 'steady'), steadyMs);
      bound(steadies, 'steady');
    },
    date(wallMinusSteadyMs) {
      for (const [id, steadyMs] of [...steadies]) setWall(id, steadyMs + wallMinusSteadyMs);
    },
    breakChain() {
      for (const id of [...steadies.keys()]) dropSteady(id);
    },
    changes() {
      const now = Object.fromEntries(changed);
      changed = new Map();
      return now;
    },
  };
}

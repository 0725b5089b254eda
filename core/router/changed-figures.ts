/** Gives only what has changed since the last call, so that a quiet site writes nothing; null for what is gone. */
export function createChangedFigures(): {
  /** What is on disk already. */
  start(figures: Readonly<Record<string, number>>, mine: (key: string) => boolean): void;
  changes(figures: Readonly<Record<string, number>>): Record<string, number | null>;
} {
  const written = new Map<string, number>();
  return {
    start(figures, mine) {
      for (const [key, value] of Object.entries(figures)) if (mine(key)) written.set(key, value);
    },
    changes(figures) {
      const changed: Record<string, number | null> = {};
      for (const key of written.keys()) {
        if (key in figures) continue;
        changed[key] = null;
        written.delete(key);
      }
      for (const [key, value] of Object.entries(figures)) {
        if (written.get(key) === value) continue;
        changed[key] = value;
        written.set(key, value);
      }
      return changed;
    },
  };
}

import { createEmitter } from '../base/emitter.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import type { MemorySpool, MemorySpoolState } from './memory-spool.ts';

/** The dead letters of a memory spool, on the same state. */
export function createMemoryDeadLetters(state: MemorySpoolState, spool: MemorySpool): DeadLetters {
  const changes = createEmitter<void>();
  spool.onBuried(() => changes.emit());
  function take(letter: DeadLetter, as: 'retried' | 'discarded'): void {
    state.dead.delete(letter.id);
    const stats = state.deadStats;
    const left = { held: stats.held - 1, bytes: stats.bytes - letter.message.payload.byteLength };
    state.deadStats = { ...stats, ...left, [as]: stats[as] + 1 };
  }
  function pick(ids: readonly number[] | null): DeadLetter[] {
    const all = [...state.dead.values()];
    return ids === null ? all : all.filter((letter) => ids.includes(letter.id));
  }
  return {
    list: async (before, limit) =>
      [...state.dead.values()]
        .filter((letter) => before === null || letter.id < before)
        .toReversed()
        .slice(0, limit),
    get: async (id) => state.dead.get(id) ?? null,
    async retry(ids, edit) {
      const letters = pick(ids);
      for (const letter of letters) {
        await spool.append([edit ? { ...letter.message, ...edit } : letter.message], letter.stream);
        take(letter, 'retried');
      }
      if (letters.length > 0) changes.emit();
      return letters.length;
    },
    async discard(ids) {
      const letters = pick(ids);
      for (const letter of letters) take(letter, 'discarded');
      if (letters.length > 0) changes.emit();
      return letters.length;
    },
    onChanged: (listener) => changes.on(listener),
  };
}

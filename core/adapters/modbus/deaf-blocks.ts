import type { Clock } from '../../base/clock.ts';
import type { Block } from './plan.ts';

/**
 * Blocks to which a unit does not answer, though it answers others: a register that hangs it, a length that it cannot do. They are asked
 * last and less and less often, so that neither the other points nor the line wait for them.
 */
export interface DeafBlocks {
  /** False while it is not its time. */
  isDue(block: Block): boolean;
  /** It was not answered the last time it was asked. */
  isDoubtful(block: Block): boolean;
  answered(block: Block): void;
  /** No usable answer came. `alive`: the unit has answered something else in this round. True where its points are to be told as bad. */
  missed(block: Block, alive: boolean): boolean;
}

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

interface Doubt {
  /** Rounds in a row in which the unit answered others. */
  deaf: number;
  dueAt: number;
}

export function createDeafBlocks(clock: Clock): DeafBlocks {
  const doubts = new Map<Block, Doubt>();
  return {
    isDue: (block) => (doubts.get(block)?.dueAt ?? 0) <= clock.monotonic(),
    isDoubtful: (block) => doubts.has(block),
    answered: (block) => void doubts.delete(block),
    missed(block, alive) {
      const known = doubts.get(block);
      if (!known || !alive) {
        // Once is noise; and a unit that is silent altogether is the breaker's business.
        doubts.set(block, { deaf: 0, dueAt: 0 });
        return false;
      }
      known.dueAt = clock.monotonic() + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** known.deaf);
      known.deaf = Math.min(known.deaf + 1, 10);
      return true;
    },
  };
}

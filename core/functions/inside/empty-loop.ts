import type { EmptyLoop } from '../lambda/contract.ts';
import type { InsideLine } from './line.ts';

/**
 * Node says `beforeExit` when nothing is left to do. While a callback is awaited the line does not count as something,
 * unless an answer of the gateway is still to come through it: `heard` looks again after each message.
 */
export function emptyLoopOf(line: Pick<InsideLine, 'ref' | 'unref'>, unanswered: () => number): EmptyLoop & { heard(): void } {
  let held = false;
  return {
    heard() {
      if (held) line.unref();
      held = false;
    },
    onEmpty(fn) {
      const forget = (): void => {
        process.off('beforeExit', onExit);
        held = false;
        line.ref();
      };
      const onExit = (): void => {
        if (unanswered() > 0) {
          held = true;
          line.ref();
          return;
        }
        forget();
        // Not at once: where what follows waits for an empty loop again, nothing would be left now and the instance would end.
        setImmediate(fn);
      };
      process.on('beforeExit', onExit);
      line.unref();
      return forget;
    },
  };
}

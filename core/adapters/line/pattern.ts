import { createContext, Script } from 'node:vm';
import { GatewayError } from '../../base/errors.ts';
import { checkPattern, shapeOf } from '../../contract/document/line-pattern.ts';

/** Finds the pattern in a line. Throws `adapter/bad-pattern` when it takes too long. */
export type Matcher = (text: string) => RegExpExecArray | null;

/** Longest that one line may take; the gateway does nothing else meanwhile. */
const LIMIT_MS = 50;
/** The watchdog counts time on the wall: a machine that is busy may stand still for so long by itself, and no device may end for that. */
const TRIES = 2;

/**
 * Compiles a pattern. A simple one runs directly. One with several repeats, whose time can grow with a power of the line's length, runs
 * under a watchdog of 50 ms, so that no line can hang the gateway. Throws `adapter/bad-pattern`.
 */
export function compilePattern(source: string): Matcher {
  const wrong = checkPattern(source);
  if (wrong) throw new GatewayError('adapter/bad-pattern', `pattern ${source}: ${wrong}`);
  const expression = new RegExp(source);
  const { unbounded, repeatedGroup } = shapeOf(source);
  if (unbounded < 2 && !repeatedGroup) return (text) => expression.exec(text);
  const script = new Script('match()');
  let line = '';
  let found: RegExpExecArray | null = null;
  const context = createContext({
    match: () => {
      found = expression.exec(line);
    },
  });
  return (text) => {
    line = text;
    found = null;
    for (let tries = 1; ; tries += 1) {
      try {
        script.runInContext(context, { timeout: LIMIT_MS });
        return found;
      } catch (cause) {
        if (tries < TRIES) continue;
        const why = `pattern ${source}: took more than ${LIMIT_MS} ms for one line`;
        throw new GatewayError('adapter/bad-pattern', why, { cause });
      }
    }
  };
}

import { createContext, Script } from 'node:vm';
import { GatewayError } from '../../base/errors.ts';

/** Finds the pattern in a line. Throws `adapter/bad-pattern` when it takes too long. */
export type Matcher = (text: string) => RegExpExecArray | null;

interface Shape {
  /** Quantifiers without an upper limit. */
  readonly unbounded: number;
  readonly repeatedGroup: boolean;
  /** A group repeated without limit that has such a repeat inside: `(a+)+`. */
  readonly nested: boolean;
}

const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;

/** Looks at quantifiers and groups only; escapes and character classes are stepped over. */
function shapeOf(source: string): Shape {
  const groups: boolean[] = [false];
  let unbounded = 0;
  let repeatedGroup = false;
  let nested = false;
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (char === '\\') i += 1;
    else if (char === '[') {
      for (i += 1; i < source.length && source[i] !== ']'; i += 1) if (source[i] === '\\') i += 1;
    } else if (char === '(') groups.push(false);
    else if (char === ')') {
      const inside = groups.pop() ?? false;
      if (UNBOUNDED.test(source.slice(i + 1))) {
        repeatedGroup = true;
        nested ||= inside;
      }
      if (inside) groups[groups.length - 1] = true;
    } else if (UNBOUNDED.test(source.slice(i, i + 12))) {
      unbounded += 1;
      groups[groups.length - 1] = true;
    }
  }
  return { unbounded, repeatedGroup, nested };
}

/** What is wrong with a pattern, in words, or undefined. For the check of a document as well as for opening. */
export function checkPattern(source: string): string | undefined {
  try {
    new RegExp(source);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  if (shapeOf(source).nested) return 'a repeat inside a repeated group, as in (a+)+, can take for ever; repeat only one of them';
  return undefined;
}

/** Longest that one line may take; the gateway does nothing else meanwhile. */
const LIMIT_MS = 50;

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
  return (text) => {
    let found: RegExpExecArray | null = null;
    const context = createContext({
      match: () => {
        found = expression.exec(text);
      },
    });
    try {
      script.runInContext(context, { timeout: LIMIT_MS });
    } catch (cause) {
      throw new GatewayError('adapter/bad-pattern', `pattern ${source}: took more than ${LIMIT_MS} ms for one line`, { cause });
    }
    return found;
  };
}

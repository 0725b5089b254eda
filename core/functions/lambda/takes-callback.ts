const OPENING = '([{';
const CLOSING = ')]}';
const ENDS = 'done|succeed|fail';

/** The parameters of a function as they are written, or nothing for one whose text is not known (bound, native). */
function writtenParameters(source: string): readonly string[] {
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (single?.[1]) return [single[1]];
  const list: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = source.indexOf('('); at >= 0 && at < source.length; at += 1) {
    const letter = source.charAt(at);
    if (OPENING.includes(letter)) {
      depth += 1;
      if (depth === 1) from = at + 1;
    } else if (CLOSING.includes(letter)) depth -= 1;
    if (depth > 1 || (depth === 1 && letter !== ',')) continue;
    list.push(source.slice(from, at).trim());
    from = at + 1;
    if (depth === 0) break;
  }
  return list.filter((one) => one !== '');
}

/** Whether a handler can see nothing but its event: it declares one plain parameter at most and its text says nothing of `arguments`. */
export function takesOnlyEvent(handler: { readonly length: number }): boolean {
  if (handler.length > 1) return false;
  const source = Function.prototype.toString.call(handler);
  if (/\barguments\b|\[native code\]/.test(source)) return false;
  const parameters = writtenParameters(source);
  // A wrapper may have been given the length of what it wraps; a default may hold what looks like an end.
  return parameters.length === handler.length && !parameters.some((one) => one.startsWith('...') || one.includes('='));
}

/**
 * Whether a plain return of this handler is not the end of its invocation: it declares a callback (also behind parameters with
 * defaults, in a rest parameter or through `arguments`, where `length` does not tell), or its text uses `context.done`, `succeed` or
 * `fail`. The text is a guess: a function that hands its context on to another file ends with its return.
 */
export function takesCallback(handler: { readonly length: number }): boolean {
  if (handler.length >= 3) return true;
  const source = Function.prototype.toString.call(handler);
  const parameters = writtenParameters(source);
  if (parameters.length >= 3 || parameters.some((one) => one.startsWith('...'))) return true;
  if (/\barguments\s*(\[|,|\))/.test(source)) return true;
  const context = parameters[1] ?? '';
  if (context.startsWith('{')) return new RegExp(`\\b(?:${ENDS})\\b`).test(context);
  const [name = ''] = /^[\w$]+/.exec(context) ?? [];
  return name !== '' && new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}\\s*\\??\\.\\s*(?:${ENDS})\\b`).test(source);
}

import { basename, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ThrownText } from '../protocol.ts';
import type { Handler } from './contract.ts';
import { loadWords } from './error-words.ts';
import { takesCallback, takesOnlyEvent } from './takes-callback.ts';
import { describeThrown, shortenPaths } from './thrown.ts';

export interface HandlerOptions {
  /** Absolute path of the module. */
  readonly path: string;
  /** Path of the export below the module: `['handler']`, `['api', 'read']`. */
  readonly handler: readonly string[];
  /** It may do without a handler: its events are then taken and nothing is done with them. */
  readonly longLived: boolean;
}

const isSpace = (value: unknown): value is object => (typeof value === 'object' || typeof value === 'function') && value !== null;
const member = (space: unknown, name: string): unknown => (isSpace(space) ? Reflect.get(space, name) : undefined);
const at = (space: unknown, names: readonly string[]): unknown => names.reduce(member, space);

/** What a module exports: of CommonJS what `require` would give, which is also `this` of its handler. */
function exportsOf(space: unknown): unknown {
  return isSpace(space) && 'module.exports' in space ? space['module.exports'] : space;
}

/**
 * Imports a function's module (ESM, CommonJS, or TypeScript whose types Node strips) and finds its handler.
 * Throws what the module throws, or an error that names the exports that are there.
 */
export async function loadHandler({ path, handler, longLived }: HandlerOptions): Promise<Handler> {
  const space: unknown = await import(pathToFileURL(path).href);
  const module = exportsOf(space);
  const found = at(module, handler) ?? at(member(module, 'default'), handler);
  if (typeof found === 'function') {
    return {
      takesCallback: takesCallback(found),
      call: (event, context, callback): unknown => Reflect.apply(found, module, [event, context, callback]),
      ...(takesOnlyEvent(found) ? { alone: (event: unknown): unknown => Reflect.apply(found, module, [event]) } : {}),
    };
  }
  if (longLived && found === undefined) return { takesCallback: false, call: () => null };
  const name = handler.join('.');
  const names = isSpace(module) ? Object.keys(module) : [];
  const there = names.length === 0 ? 'it exports nothing' : `it exports ${names.map((key) => `"${key}"`).join(', ')}`;
  const what = found === undefined ? `has no export "${name}"` : `exports "${name}", but that is not a function`;
  throw Object.assign(new Error(`${basename(path)} ${what}; ${there}`), { code: 'Runtime.HandlerNotFound' });
}

/** Where the module loader stumbled, when it says so: the first line of the stack of a syntax error. */
function stumble(thrown: Error): { readonly file: string; readonly line: string } | undefined {
  const [, place = '', line = ''] = /^([^\n]+\.[cm]?[jt]s):(\d+)\n/.exec(thrown.stack ?? '') ?? [];
  if (place === '') return undefined;
  return { file: place.startsWith('file:') ? fileURLToPath(place) : place, line };
}

/** What went wrong at load, with file and line (Node's own error for a module's syntax does not say where it is) and what helps. */
export async function describeLoadFault(thrown: unknown, path: string): Promise<ThrownText> {
  const directory = dirname(path);
  const text = { ...describeThrown(thrown, directory, 'function/load-failed'), ...loadWords(thrown) };
  if (!(thrown instanceof Error)) return text;
  const { findSyntaxFault, loadHint } = await import('./load-hints.ts');
  const syntax = /SyntaxError/.test(thrown.name);
  const place = syntax ? stumble(thrown) : undefined;
  const message = text.message + shortenPaths(await loadHint(thrown, place?.file ?? path), directory);
  if (place) return { ...text, message: `${message} (${basename(place.file)}:${place.line})` };
  const line = syntax ? await findSyntaxFault(path) : undefined;
  if (!line) return { ...text, message };
  return { ...text, message: `${message} (${basename(path)}:${line.number})`, stack: `${line.excerpt}\n${text.stack}` };
}

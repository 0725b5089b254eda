import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ThrownText } from '../protocol.ts';
import type { Handler } from './contract.ts';
import { describeThrown } from './thrown.ts';

/**
 * Imports a function's module (ESM, CommonJS, or TypeScript whose types Node strips) and finds its handler.
 * Throws what the module throws, or an error that names the exports that are there.
 */
export async function loadHandler(path: string, name: string): Promise<Handler> {
  const space: unknown = await import(pathToFileURL(path).href);
  const found = exported(space, name) ?? exported(exported(space, 'default'), name);
  if (typeof found === 'function') {
    return {
      takesCallback: found.length >= 3,
      call: (event, context, callback): unknown => Reflect.apply(found, undefined, [event, context, callback]),
    };
  }
  const names = typeof space === 'object' && space !== null ? Object.keys(space).filter((key) => key !== 'module.exports') : [];
  const there = names.length === 0 ? 'it exports nothing' : `it exports ${names.map((key) => `"${key}"`).join(', ')}`;
  const what = found === undefined ? `has no export "${name}"` : `exports "${name}", but that is not a function`;
  throw new Error(`${basename(path)} ${what}; ${there}`);
}

function exported(space: unknown, name: string): unknown {
  if ((typeof space !== 'object' && typeof space !== 'function') || space === null) return undefined;
  return Reflect.get(space, name);
}

/** What went wrong at load, with file and line: Node's own error for a module's syntax does not say where it is. */
export async function describeLoadFault(thrown: unknown, path: string): Promise<ThrownText> {
  const text = describeThrown(thrown, dirname(path), 'function/load-failed');
  if (!(thrown instanceof Error) || !/SyntaxError/.test(thrown.name)) return text;
  const head = /^(?:.*[\\/])?([^\\/\n]+\.[cm]?[jt]s):(\d+)\n/.exec(thrown.stack ?? '');
  if (head) return { ...text, message: `${text.message} (${head[1]}:${head[2]})` };
  const line = await findSyntaxFault(path);
  if (!line) return text;
  return { ...text, message: `${text.message} (${basename(path)}:${line.number})`, stack: `${line.excerpt}\n${text.stack}` };
}

/** Node's type stripper parses the whole language and, other than the module loader, says where it stumbled. */
async function findSyntaxFault(path: string): Promise<{ number: string; excerpt: string } | undefined> {
  const { readFile } = await import('node:fs/promises');
  const { stripTypeScriptTypes } = await import('node:module');
  const source = await readFile(path, 'utf8').catch(() => '');
  const { emitWarning } = process;
  process.emitWarning = () => {}; // that the stripper is experimental helps nobody who reads the function's log
  try {
    stripTypeScriptTypes(source);
  } catch (cause) {
    const found = /^[^\n]*:(\d+)\n([\s\S]{1,500}?\^)/.exec(cause instanceof Error ? (cause.stack ?? '') : '');
    if (found?.[1] && found[2]) return { number: found[1], excerpt: found[2] };
  } finally {
    process.emitWarning = emitWarning;
  }
  return undefined;
}

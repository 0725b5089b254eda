import { posix } from 'node:path';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { HandlerPlace } from './artifact-store.ts';

/** Endings in the order in which they are tried: first those that Lambda knows, then those whose types Node strips. */
export const ENDINGS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'] as const;

/** The module that is meant where a handler names an export only. */
const USUAL_MODULE = 'index';

/** As Lambda divides it: the module ends at the first dot of the last part, what follows is the path of the export. */
export function splitHandler(handler: string): { readonly module: string | null; readonly exportPath: readonly string[] } {
  const slash = handler.lastIndexOf('/') + 1;
  const dot = handler.indexOf('.', slash);
  if (dot === -1) return { module: null, exportPath: [handler] };
  return { module: handler.slice(0, dot), exportPath: handler.slice(dot + 1).split('.') };
}

/** Files that a handler of a package could mean, in the order in which they count. */
export function candidates(handler: string): readonly string[] {
  const module = posix.normalize(splitHandler(handler).module ?? USUAL_MODULE);
  return ENDINGS.map((ending) => `${module}${ending}`);
}

/** Finds the handler's file among those of a package; null where none of the candidates is there. */
export function placeInPackage(handler: string, has: (file: string) => boolean): HandlerPlace | null {
  const file = candidates(handler).find(has);
  return file === undefined ? null : { file, exportPath: splitHandler(handler).exportPath };
}

/** Name of the one file of a function whose code is a text. */
export function singleFile(code: Exclude<FunctionConfig['code'], { zip: string } | { folder: string }>): string {
  if ('file' in code) return posix.basename(code.file);
  return code.format === 'module' ? 'index.mjs' : 'index.cjs';
}

/** In code of one file the module may be named or left out: `handler`, `index.handler`, `lib/index.handler` and `api.read` all do. */
export function placeInFile(handler: string, file: string): HandlerPlace {
  const stem = file.slice(0, file.lastIndexOf('.'));
  const { module, exportPath } = splitHandler(handler);
  const isModule = module === null || posix.basename(module) === stem;
  return { file, exportPath: isModule ? exportPath : handler.slice(handler.lastIndexOf('/') + 1).split('.') };
}

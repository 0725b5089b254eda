import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../core/base/errors.ts';

/** Where sources are and where bundles go. Tests give another root with stand-in sources. */
export interface Layout {
  readonly root: string;
  readonly dist: string;
}

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

export function layoutOf(root: string, dist = join(root, 'dist')): Layout {
  return { root, dist };
}

/** The entry points of the Node bundles: name below the output folder, source below the root. */
export const NODE_ENTRIES: Readonly<Record<string, string>> = {
  'core/headless': 'core/main.ts',
  'core/cli': 'core/cli/main.ts',
  'electron/main': 'electron/main.ts',
};

/** @throws GatewayError document/unreadable naming the first entry point that is missing. */
export function nodeInputs(layout: Layout): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, source] of Object.entries(NODE_ENTRIES)) {
    const path = join(layout.root, source);
    if (!existsSync(path)) throw new GatewayError('document/unreadable', `The entry point ${source} does not exist.`);
    inputs[name] = path;
  }
  return inputs;
}

import { type FSWatcher, watch } from 'node:fs';
import { systemClock } from '../base/clock.ts';

/** An editor writes a file in several steps. */
const SETTLED_MS = 200;

const isIgnored = (name: string): boolean => /(^|[\\/])(node_modules|\.git)([\\/]|$)|\.zip(\.json|\.new)?$|~$/.test(name);

/** Tells once after files of a folder have changed; those below `node_modules` do not count. Returns the end of it. */
export function watchFiles(folder: string, onChanged: () => void, onFault: (cause: unknown) => void): () => void {
  let cancel: (() => void) | null = null;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { recursive: true }, (_event, name) => {
      if (name !== null && isIgnored(name)) return;
      cancel?.();
      cancel = systemClock.after(SETTLED_MS, onChanged);
    });
    watcher.on('error', onFault);
  } catch (cause) {
    onFault(cause);
  }
  return () => {
    cancel?.();
    watcher?.close();
  };
}

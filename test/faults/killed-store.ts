import { afterEach, beforeEach } from 'vitest';
import { type Folder, tempFolder } from '../core/store/store-under-test.ts';
import { killAll, startWriter, type Writer } from './store-process.ts';

/** A folder for each test, and the writers on it; both are gone at its end. Call it where the tests are declared. */
export function killedStore() {
  let folder: Folder;
  const writers: Writer[] = [];
  beforeEach(() => {
    folder = tempFolder();
  });
  afterEach(async () => {
    await killAll(writers);
    folder.remove();
  });
  return {
    path: (): string => folder.path,
    start(options: Parameters<typeof startWriter>[1] = {}): Writer {
      const made = startWriter(folder.path, options);
      writers.push(made);
      return made;
    },
  };
}

import { afterAll, beforeAll, describe } from 'vitest';
import { browserNote, type ConsoleRig, skipBrowser, startConsoleRig } from './console-rig.ts';
import { itFits, itIsAccessible, itIsWalkable } from './looks.ts';

const PAGES = [
  'overview',
  'devices',
  'devices/energy-meter',
  'flows',
  'functions',
  'functions/cold-alarm',
  'deployments',
  'data',
  'data/stream/rest',
  'data/refused',
  'data/certificates',
  'data/storage',
  'data/sessions',
  'data/promises',
  'logs',
] as const;
const nameOf = (path: string): string => path.replaceAll('/', '-');

describe.skipIf(skipBrowser)(`every page of the console${browserNote}`, () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsoleRig();
    // A few readings, so that values, rates and trends are there to be seen.
    await new Promise((resolve) => setTimeout(resolve, 6000));
  });
  afterAll(() => rig?.close());

  describe.each(PAGES)('%s', (path) => {
    itFits(nameOf(path), (options) => rig.open(path, options));
    itIsAccessible(nameOf(path), (options) => rig.open(path, options));
    itIsWalkable(() => rig.open(path));
  });
});

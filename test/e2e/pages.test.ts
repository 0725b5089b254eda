import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserNote, type ConsoleRig, SIZES, seriousFindings, skipBrowser, startConsoleRig } from './console-rig.ts';
import { expectWalkable, settled, tooSmall, tooWide } from './page-checks.ts';

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
    it.each(SIZES)('fits $name, with nothing cut off and no error', async ({ name, width, height }) => {
      const { page, problems, close } = await rig.open(path, { viewport: { width, height } });
      await settled(page);
      await rig.picture(page, `${nameOf(path)}-${name}`);
      expect(await tooWide(page)).toBe(0);
      expect(await tooSmall(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    it.each(['light', 'dark'] as const)('has no serious finding of axe in the %s theme', async (colorScheme) => {
      const { page, close } = await rig.open(path, { colorScheme });
      await settled(page);
      if (colorScheme === 'dark') await rig.picture(page, `${nameOf(path)}-dark`);
      expect(await seriousFindings(page)).toEqual([]);
      await close();
    });

    it('can be walked through by keyboard alone, with the focus visible', async () => {
      const { page, close } = await rig.open(path);
      await settled(page);
      await expectWalkable(page);
      await close();
    });
  });
});

import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, SIZES, seriousFindings, takePicture } from './console-rig.ts';
import { expectWalkable, settled, tablesTooWide, tooSmall, tooWide } from './page-checks.ts';

/** Opens the page that is looked at. */
type Open = (options?: BrowserContextOptions) => Promise<OpenPage>;

/** Loads a page once for all looks at it: a person too turns a tablet, resizes a window and changes the theme of a page that is open. */
function onePage(open: Open): () => OpenPage {
  let opened: OpenPage | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  return () => {
    if (!opened) throw new Error('The page was not opened.');
    return opened;
  };
}

/** At all sizes nothing is cut off or too small for a finger, and the page says no error. Each look is kept as a picture `<name>-<size>`. */
export function itFits(name: string, open: Open): void {
  describe('in size', () => {
    const opened = onePage(open);
    it.each(SIZES)('fits $name, with nothing cut off and no error', async ({ name: size, width, height }) => {
      const { page, problems } = opened();
      await page.setViewportSize({ width, height });
      await settled(page);
      await takePicture(page, `${name}-${size}`);
      expect(await tooWide(page)).toBe(0);
      expect(await tablesTooWide(page)).toEqual([]);
      expect(await tooSmall(page)).toEqual([]);
      expect(problems).toEqual([]);
    });
  });
}

/** In both themes axe finds nothing serious. The dark one is kept as a picture `<name>-dark`. */
export function itIsAccessible(name: string, open: Open): void {
  describe('in colour', () => {
    const opened = onePage(open);
    it.each(['light', 'dark'] as const)('has no serious finding of axe in the %s theme', async (colorScheme) => {
      const { page } = opened();
      await page.emulateMedia({ colorScheme });
      await settled(page);
      if (colorScheme === 'dark') await takePicture(page, `${name}-dark`);
      expect(await seriousFindings(page)).toEqual([]);
    });
  });
}

export function itIsWalkable(open: Open): void {
  it('can be walked through by keyboard alone, with the focus visible', async () => {
    const { page, close } = await open();
    await settled(page);
    await expectWalkable(page);
    await close();
  });
}

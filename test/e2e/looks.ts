import type { BrowserContextOptions } from 'playwright-core';
import { expect, it } from 'vitest';
import { type OpenPage, SIZES, seriousFindings, takePicture } from './console-rig.ts';
import { expectWalkable, settled, tablesTooWide, tooSmall, tooWide } from './page-checks.ts';

/** Opens the page that is looked at. */
type Open = (options?: BrowserContextOptions) => Promise<OpenPage>;

/** At all sizes nothing is cut off or too small for a finger, and the page says no error. Each look is kept as a picture `<name>-<size>`. */
export function itFits(name: string, open: Open): void {
  it.each(SIZES)('fits $name, with nothing cut off and no error', async ({ name: size, width, height }) => {
    const { page, problems, close } = await open({ viewport: { width, height } });
    await settled(page);
    await takePicture(page, `${name}-${size}`);
    expect(await tooWide(page)).toBe(0);
    expect(await tablesTooWide(page)).toEqual([]);
    expect(await tooSmall(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
}

/** In both themes axe finds nothing serious. The dark one is kept as a picture `<name>-dark`. */
export function itIsAccessible(name: string, open: Open): void {
  it.each(['light', 'dark'] as const)('has no serious finding of axe in the %s theme', async (colorScheme) => {
    const { page, close } = await open({ colorScheme });
    await settled(page);
    if (colorScheme === 'dark') await takePicture(page, `${name}-dark`);
    expect(await seriousFindings(page)).toEqual([]);
    await close();
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

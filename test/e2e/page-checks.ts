import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Resolves when the page shows what it loads, and nothing fades or slides any more. */
export async function settled(page: Page): Promise<void> {
  // Not an async function: its promise would count as true.
  await page.waitForFunction(() => {
    const moves = document.getAnimations().some((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    const isLoaded = document.fonts.status === 'loaded' && document.querySelector('.skeleton') === null;
    return isLoaded && document.querySelector('main h1') !== null && !moves;
  });
}

/** What is wider than the screen, or cut off at its right edge. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Tables that are wider than their place: their last columns are out of sight. */
export const tablesTooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.table')]
      .filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => `${one.getAttribute('aria-label')}: ${one.scrollWidth} of ${one.clientWidth}`),
  );

/**
 * Buttons, links and fields smaller than a finger. A link whose `::after` covers its card or row counts with that area;
 * text links in a sentence are left out, and so is the zoomable picture of Flows, whose list has the same in full size.
 */
export const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    // 48 px, less the hairlines around a row of segments.
    const LEAST = 46;
    const areaOf = (one: HTMLElement): DOMRect => {
      const cover = getComputedStyle(one, '::after');
      let area: HTMLElement = one.closest('label') ?? one;
      if (cover.content !== 'none' && cover.position === 'absolute') {
        while (area.parentElement && getComputedStyle(area).position === 'static') area = area.parentElement;
      }
      return area.getBoundingClientRect();
    };
    return [...document.querySelectorAll<HTMLElement>('button, a[href], select, input, summary, [role=button], [role=tab]')]
      .filter(
        (one) =>
          one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
          one.closest('p, [inert], .react-flow') === null,
      )
      .map((one) => ({ one, box: areaOf(one) }))
      .filter(({ box }) => box.width > 1 && (box.height < LEAST || box.width < LEAST))
      .map(
        ({ one, box }) =>
          `${one.tagName} "${(one.getAttribute('aria-label') ?? one.textContent ?? '').slice(0, 30)}" ${Math.round(box.width)}x${Math.round(box.height)}`,
      );
  });

/** Presses Tab until the focus comes round; gives what had the focus, and what should have had it. */
async function walkByKeyboard(page: Page): Promise<{ visited: number; unreachable: string[]; unmarked: string[] }> {
  await page.evaluate(() => {
    // What was clicked is where Tab would go on from: the walk begins at the top.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    window.scrollTo(0, 0);
    // What comes meanwhile (a new row of a live log) may stand behind the focus already.
    for (const one of document.querySelectorAll<HTMLElement>('main *, nav *, header *')) one.dataset['there'] = 'yes';
  });
  const unmarked = new Set<string>();
  for (let i = 0; i < 250; i += 1) {
    await page.keyboard.press('Tab');
    const state = await page.evaluate(() => {
      const at = document.activeElement;
      if (!(at instanceof HTMLElement) || at === document.body) return null;
      const seen = at.dataset['walked'] === 'yes';
      at.dataset['walked'] = 'yes';
      const outlined = (one: Element, pseudo?: string): boolean => {
        const style = getComputedStyle(one, pseudo);
        return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0;
      };
      // A link that covers its card shows the focus there.
      const around = [at, at.parentElement, at.parentElement?.parentElement].filter((one) => one instanceof Element);
      const marked = outlined(at, '::after') || around.some((one) => outlined(one)) || getComputedStyle(at).boxShadow !== 'none';
      return { seen, marked, name: `${at.tagName} ${(at.getAttribute('aria-label') ?? at.textContent ?? '').slice(0, 40)}` };
    });
    if (state === null || state.seen) break;
    if (!state.marked) unmarked.add(state.name);
  }
  return await page.evaluate(
    (marks) => {
      const wanted = [
        ...document.querySelectorAll<HTMLElement>(
          'main button, main a[href], main select, main input, main textarea, nav a, header button',
        ),
      ].filter(
        (one) =>
          one.dataset['there'] === 'yes' &&
          one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
          !one.hasAttribute('disabled') &&
          one.tabIndex >= 0 &&
          one.closest('[inert]') === null,
      );
      const radio = (one: HTMLElement): boolean => one instanceof HTMLInputElement && one.type === 'radio';
      return {
        visited: document.querySelectorAll('[data-walked]').length,
        unreachable: wanted
          .filter((one) => one.dataset['walked'] !== 'yes' && !radio(one))
          .map((one) => `${one.tagName} ${(one.getAttribute('aria-label') ?? one.textContent ?? '').slice(0, 40)}`),
        unmarked: marks,
      };
    },
    [...unmarked],
  );
}

/** Every control is reached by Tab, and shows that it has the focus. */
export async function expectWalkable(page: Page): Promise<void> {
  const { visited, unreachable, unmarked } = await walkByKeyboard(page);
  expect(visited).toBeGreaterThan(8);
  expect(unreachable).toEqual([]);
  expect(unmarked).toEqual([]);
}

/** A finger held on a button that asks for it, until that is confirmed. */
export async function hold(page: Page, name: string | RegExp): Promise<void> {
  const box = await page.getByRole('button', { name }).boundingBox();
  if (!box) throw new Error(`no button ${String(name)}`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.locator('[data-holding]').waitFor();
  await page.locator('[data-holding]').waitFor({ state: 'detached' });
  await page.mouse.up();
}

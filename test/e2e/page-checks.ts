import type { Page } from 'playwright-core';

/** What is wider than the screen, or cut off at its right edge. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/**
 * Buttons, links and fields smaller than a finger. A link whose `::after` covers its card or row counts with that area;
 * text links in a sentence are left out, and so is the zoomable picture of Flows, whose list has the same in full size.
 */
export const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
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
      .filter(({ box }) => box.width > 1 && (box.height < 44 || box.width < 44))
      .map(
        ({ one, box }) =>
          `${one.tagName} "${(one.getAttribute('aria-label') ?? one.textContent ?? '').slice(0, 30)}" ${Math.round(box.width)}x${Math.round(box.height)}`,
      );
  });

/** Presses Tab until the focus comes round; gives what had the focus, and what should have had it. */
export async function walkByKeyboard(page: Page): Promise<{ visited: number; unreachable: string[]; unmarked: string[] }> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.scrollTo(0, 0);
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

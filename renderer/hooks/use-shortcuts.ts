import { useEffect } from 'react';
import type { PanelId } from '../frame/panels.tsx';
import { PAGES } from '../pages/registry.ts';
import { go } from './use-route.ts';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
}

/** Alt+1..8 open the pages, `/` the search, Alt+A the alarms, `?` the list of these. None while something modal is open. */
export function useShortcuts(openPanel: (panel: PanelId) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
      if (event.altKey) {
        const page = PAGES[Number(event.key) - 1];
        if (page) go(page.id);
        else if (event.code === 'KeyA') openPanel('alarms');
        else return;
      } else if (isTyping(event.target)) return;
      else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-search]');
        if (!search) return;
        search.focus();
        search.select();
      } else if (event.key === '?') openPanel('shortcuts');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [openPanel]);
}

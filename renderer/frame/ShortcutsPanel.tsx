import type { ReactNode } from 'react';
import { Dialog } from '../components/Dialog.tsx';
import { PAGES } from '../pages/registry.ts';
import { frame } from '../text/frame.ts';
import { usePanels } from './panels.tsx';

/** The keys that work everywhere. */
export function ShortcutsPanel(): ReactNode {
  const panels = usePanels();
  const keys: readonly (readonly [string, string])[] = [
    ...PAGES.map((page, i) => [`Alt+${i + 1}`, frame.shortcuts.page(page.label)] as const),
    ['Alt+A', frame.shortcuts.alarms],
    ['/', frame.shortcuts.search],
    ['Ctrl+Enter', frame.shortcuts.run],
    ['Alt+←', frame.shortcuts.back],
    ['?', frame.shortcuts.open],
  ];
  return (
    <Dialog open={panels.current === 'shortcuts'} title={frame.shortcuts.title} onClose={panels.close}>
      <dl className="facts">
        {keys.map(([key, what]) => [
          <dt key={key}>
            <kbd className="mono">{key}</kbd>
          </dt>,
          <dd key={what}>{what}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}

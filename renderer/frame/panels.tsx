import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

export type PanelId = 'alarms' | 'link' | 'settings' | 'shortcuts' | 'leave';

interface Panels {
  readonly current: PanelId | null;
  readonly open: (panel: PanelId) => void;
  readonly close: () => void;
}

const PanelsContext = createContext<Panels>({ current: null, open: () => {}, close: () => {} });

/** Which of the frame's panels is open; one at a time. */
export function PanelsProvider(props: { children: ReactNode }): ReactNode {
  const [current, setCurrent] = useState<PanelId | null>(null);
  const value = useMemo<Panels>(() => ({ current, open: setCurrent, close: () => setCurrent(null) }), [current]);
  return <PanelsContext value={value}>{props.children}</PanelsContext>;
}

/** Opens the frame's panels from anywhere: `usePanels().open('alarms')`. */
export const usePanels = (): Panels => useContext(PanelsContext);

import { type ReactNode, useEffect, useRef } from 'react';
import { ConnectingBanner, StaleBanner } from '../components/Notices.tsx';
import { Toaster } from '../components/Toaster.tsx';
import { useRoute } from '../hooks/use-route.ts';
import { useShortcuts } from '../hooks/use-shortcuts.ts';
import { useRow, useStatus } from '../hooks/use-table.ts';
import { PAGES } from '../pages/registry.ts';
import { frame } from '../text/frame.ts';
import { AlarmAnnouncer, AlarmPanel } from './AlarmPanel.tsx';
import './frame.css';
import { Header } from './Header.tsx';
import { LeaveKioskPanel } from './LeaveKioskPanel.tsx';
import { LinkPanel } from './LinkPanel.tsx';
import { OnScreenKeyboard } from './OnScreenKeyboard.tsx';
import { PanelsProvider, usePanels } from './panels.tsx';
import { SettingsPanel } from './SettingsPanel.tsx';
import { ShortcutsPanel } from './ShortcutsPanel.tsx';

function Rail(): ReactNode {
  const route = useRoute();
  const current = route.page || 'overview';
  return (
    <nav className="rail" aria-label={frame.navigation}>
      <ul>
        {PAGES.map((page) => (
          <li key={page.id}>
            <a href={`#/${page.id}`} className="rail-link" aria-current={page.id === current ? 'page' : undefined}>
              <page.Icon size={22} strokeWidth={1.75} aria-hidden="true" />
              <span className="rail-label">{page.label}</span>
              <span className="rail-short" aria-hidden="true">
                {page.short}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The page area: says its name to the window title, and takes the focus when another page is opened. */
function Main(props: { children: ReactNode }): ReactNode {
  const route = useRoute();
  const status = useStatus('gateway');
  const site = useRow('gateway', 'gateway')?.site ?? '';
  const main = useRef<HTMLElement>(null);
  const place = `${route.page}/${route.rest.join('/')}`;
  const before = useRef(place);
  const label = PAGES.find((page) => page.id === (route.page || 'overview'))?.label ?? frame.product;
  useEffect(() => {
    document.title = frame.title(label, site);
  }, [label, site]);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    main.current?.focus();
    main.current?.scrollTo?.(0, 0);
  }, [place]);
  return (
    <main ref={main} id="page" className="frame-main" tabIndex={-1}>
      {status === 'stale' && <StaleBanner />}
      {status === 'loading' && <ConnectingBanner />}
      {props.children}
    </main>
  );
}

function Shortcuts(): null {
  const panels = usePanels();
  useShortcuts(panels.open);
  return null;
}

/** The grid of header, rail and page. What is from before the connection was lost looks faded. */
function Grid(props: { children: ReactNode }): ReactNode {
  const stale = useStatus('gateway') === 'stale';
  return (
    <div className="frame" data-stale={stale || undefined}>
      {props.children}
    </div>
  );
}

/** Header, rail, page, and what can open over them. On a phone the rail is a bar at the bottom. */
export function AppFrame(props: { children: ReactNode }): ReactNode {
  return (
    <PanelsProvider>
      <Grid>
        {/* A button, because the part of the address after # belongs to the router. */}
        <button type="button" className="skip" onClick={() => document.getElementById('page')?.focus()}>
          {frame.skip}
        </button>
        <Header />
        <Rail />
        <Main>{props.children}</Main>
      </Grid>
      <AlarmPanel />
      <LinkPanel />
      <SettingsPanel />
      <ShortcutsPanel />
      <LeaveKioskPanel />
      <AlarmAnnouncer />
      <Shortcuts />
      <Toaster />
      <OnScreenKeyboard />
    </PanelsProvider>
  );
}

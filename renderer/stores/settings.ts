import { createStore, type StoreApi } from 'zustand/vanilla';

export type Theme = 'system' | 'light' | 'dark';

/** What this screen remembers for itself; nothing of it concerns the gateway. */
export interface ConsoleSettings {
  readonly theme: Theme;
  /** Whether the on-screen keyboard comes up for fields. */
  readonly keyboard: boolean;
  /** Who works at this screen, as it was last said where a name is asked for; empty until then. */
  readonly person: string;
  /** Whether Bluetooth devices are asked for their names while somebody looks at them; otherwise nothing is sent. */
  readonly askNames: boolean;
}

export type SettingsStore = StoreApi<ConsoleSettings>;

const KEY = 'gatehouse.console';

function readStored(storage: Storage | null): Partial<ConsoleSettings> {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    const found: { theme?: Theme; keyboard?: boolean; person?: string; askNames?: boolean } = {};
    if ('theme' in stored && (stored.theme === 'light' || stored.theme === 'dark')) found.theme = stored.theme;
    if ('keyboard' in stored && typeof stored.keyboard === 'boolean') found.keyboard = stored.keyboard;
    if ('person' in stored && typeof stored.person === 'string') found.person = stored.person.slice(0, 80);
    if ('askNames' in stored && typeof stored.askNames === 'boolean') found.askNames = stored.askNames;
    return found;
  } catch {
    return {}; // a blocked or damaged storage only costs the remembered choice
  }
}

/** `kiosk` switches the on-screen keyboard on where nothing else was chosen on this screen. */
export function createSettings(deps: { storage: Storage | null; root: HTMLElement }, options: { kiosk: boolean }): SettingsStore {
  const store = createStore<ConsoleSettings>()(() => ({
    theme: 'system',
    keyboard: options.kiosk,
    person: '',
    askNames: true,
    ...readStored(deps.storage),
  }));
  const show = ({ theme }: ConsoleSettings): void => {
    if (theme === 'system') delete deps.root.dataset['theme'];
    else deps.root.dataset['theme'] = theme;
  };
  show(store.getState());
  store.subscribe((settings) => {
    show(settings);
    try {
      deps.storage?.setItem(KEY, JSON.stringify(settings));
    } catch {
      // private windows refuse; the choice then lasts as long as the page
    }
  });
  return store;
}

/** `?kiosk=1`, or the Electron window saying so. */
export function isKiosk(page: Window): boolean {
  return page.gatehouse?.kiosk === true || new URLSearchParams(page.location.search).get('kiosk') === '1';
}

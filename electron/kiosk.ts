import type { BrowserWindow, Event, Input, WebContents } from 'electron';
import type { Logger } from '../core/base/log.ts';

export type KioskWindow = Pick<BrowserWindow, 'on' | 'removeMenu' | 'setMenuBarVisibility'> & {
  readonly webContents: Pick<WebContents, 'on' | 'setVisualZoomLevelLimits' | 'setZoomFactor'>;
};

const EDITING = new Set(['a', 'c', 'v', 'x', 'z', 'y', 'arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end']);
const DELETING = new Set(['backspace', 'delete']);
const FUNCTION_KEY = /^f\d{1,2}$/;

/**
 * True for keys that belong to the text that is being edited, or are not shortcuts at all. All others with Control, Alt
 * or Meta, and all function keys, are taken away in a kiosk: reload, zoom, print, close, back, devtools.
 */
export function isAllowedKey(input: Pick<Input, 'key' | 'control' | 'alt' | 'meta' | 'shift'>): boolean {
  const key = input.key.toLowerCase();
  if (FUNCTION_KEY.test(key) || key.startsWith('browser')) return false;
  // The right Alt key arrives as Control and Alt on some keyboards and writes characters such as @ and {.
  if (input.control && input.alt) return !input.meta && key.length === 1 && !/[a-z0-9]/.test(key);
  if (input.alt || input.meta) return false;
  if (!input.control) return true;
  if (key === 'control' || key === 'shift') return true;
  return DELETING.has(key) || (EDITING.has(key) && !(input.shift && key === 'c')); // with Shift, C opens devtools
}

/**
 * Makes the window the panel's only face: no menu, no zoom, no shortcuts, and it closes only when `mayClose` says so.
 * What the window system itself offers (task switchers, gestures) is for the session to switch off: see build/service.
 */
export function lockWindow(window: KioskWindow, log: Logger, mayClose: () => boolean): void {
  window.removeMenu();
  window.setMenuBarVisibility(false);
  window.on('close', (event: Event) => {
    if (mayClose()) return;
    log.warn('kiosk.close-refused');
    event.preventDefault();
  });
  const contents = window.webContents;
  contents.on('before-input-event', (event, input) => {
    if (!isAllowedKey(input)) event.preventDefault();
  });
  lockZoom(contents);
}

/** Holds the page at its design size: no pinch, no Control and wheel, and again after every load. */
export function lockZoom(contents: Pick<WebContents, 'on' | 'setVisualZoomLevelLimits' | 'setZoomFactor'>): void {
  contents.on('zoom-changed', () => contents.setZoomFactor(1));
  contents.on('did-finish-load', () => {
    contents.setZoomFactor(1);
    void contents.setVisualZoomLevelLimits(1, 1).catch(() => {}); // the page is gone already; the next load sets it
  });
}

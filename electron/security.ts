import type { App, Session, WebContents } from 'electron';
import type { Logger } from '../core/base/log.ts';
import { isOurs } from './origin.ts';

export type GuardedSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setBluetoothPairingHandler'
  | 'setSpellCheckerEnabled'
  | 'on'
> & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> };

/** What the page may load: itself, and what it made itself (a chart as an image, a file to save). */
function mayLoad(address: string, devtools: boolean): boolean {
  if (isOurs(address) || address.startsWith('data:image/')) return true;
  if (address.startsWith('blob:')) return isOurs(address.slice('blob:'.length));
  return devtools && (address.startsWith('devtools:') || address.startsWith('chrome-extension:'));
}

/** Refuses every permission and device, every request that leaves the console, and in kiosk mode every download. */
export function guardSession(session: GuardedSession, log: Logger, options: { kiosk: boolean; devtools: boolean }): void {
  session.setPermissionRequestHandler((_contents, permission, done) => {
    log.warn('security.permission-refused', { permission });
    done(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, done) => done(null));
  session.setBluetoothPairingHandler((_details, done) => done({ confirmed: false }));
  session.setSpellCheckerEnabled(false); // would fetch dictionaries from the internet
  session.webRequest.onBeforeRequest((details, done) => {
    const cancel = !mayLoad(details.url, options.devtools);
    if (cancel) log.warn('security.request-refused', { address: details.url });
    done({ cancel });
  });
  session.on('will-download', (event, item) => {
    if (!options.kiosk && mayLoad(item.getURL(), false)) return; // a file that the console made, saved by an engineer
    event.preventDefault();
    log.warn('security.download-refused', { address: item.getURL() });
  });
}

/** For every page there will ever be: no other address, no second window, no embedded page, no devtools in kiosk mode. */
export function guardContents(app: Pick<App, 'on'>, log: Logger, options: { kiosk: boolean }): void {
  app.on('web-contents-created', (_created, contents: WebContents) => {
    contents.setWindowOpenHandler(({ url }) => {
      log.warn('security.window-refused', { address: url });
      return { action: 'deny' };
    });
    contents.on('will-attach-webview', (event) => {
      log.warn('security.webview-refused');
      event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (event.isMainFrame && isOurs(event.url)) return;
      log.warn('security.navigation-refused', { address: event.url });
      event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (isOurs(event.url)) return;
      log.warn('security.redirect-refused', { address: event.url });
      event.preventDefault();
    });
    if (options.kiosk) contents.on('devtools-opened', () => contents.closeDevTools());
  });
}

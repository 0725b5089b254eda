import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../core/base/log.ts';
import { type GuardedSession, guardContents, guardSession } from '../../electron/security.ts';
import { windowOptions } from '../../electron/window.ts';
import { createManualClock } from '../fakes/manual-clock.ts';
import { createFakeElectron, FakeContents, type FakeElectron, fakeEvent } from './fakes/fake-electron.ts';

const OUTSIDE = [
  'https://example.com/',
  'http://127.0.0.1:8090/',
  'file:///etc/passwd',
  'gatehouse://console.evil/',
  'javascript:alert(1)',
  'data:text/html,x',
];

describe('a page', () => {
  let electron: FakeElectron;
  let contents: FakeContents;
  const open = (kiosk: boolean): void => {
    electron = createFakeElectron(createManualClock());
    guardContents(electron.deps.app, electron.deps.log, { kiosk });
    contents = new FakeContents();
    electron.app.emit('web-contents-created', {}, contents);
  };
  const refused = (name: string, more: Readonly<Record<string, unknown>>): boolean => {
    const event = fakeEvent(more);
    contents.emit(name, event);
    return event.prevented;
  };
  beforeEach(() => open(true));

  it.each(OUTSIDE)('does not navigate or get redirected to %s', (url) => {
    expect(refused('will-frame-navigate', { url, isMainFrame: true })).toBe(true);
    expect(refused('will-redirect', { url })).toBe(true);
  });

  it('navigates within the console, in its main frame only', () => {
    expect(refused('will-frame-navigate', { url: 'gatehouse://console/devices', isMainFrame: true })).toBe(false);
    expect(refused('will-frame-navigate', { url: 'gatehouse://console/devices', isMainFrame: false })).toBe(true);
  });

  it('opens no window, not even of the console', () => {
    expect(contents.openHandler({ url: 'gatehouse://console/' })).toEqual({ action: 'deny' });
    expect(contents.openHandler({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
  });

  it('embeds no other page', () => {
    expect(refused('will-attach-webview', {})).toBe(true);
  });

  it('closes devtools in a kiosk, and leaves them to a developer', () => {
    contents.emit('devtools-opened');
    expect(contents.devtoolsClosed).toBe(1);
    open(false);
    contents.emit('devtools-opened');
    expect(contents.devtoolsClosed).toBe(0);
  });

  it('logs what it refused', () => {
    refused('will-frame-navigate', { url: 'https://example.com/', isMainFrame: true });
    expect(electron.records.at(-1)).toMatchObject({
      event: 'security.navigation-refused',
      data: { address: 'https://example.com/' },
    });
  });
});

describe('the session', () => {
  let electron: FakeElectron;
  const guard = (options: { kiosk: boolean; devtools: boolean }): FakeElectron => {
    electron = createFakeElectron(createManualClock());
    const log: Logger = electron.deps.log;
    guardSession(electron.session as unknown as GuardedSession, log, options);
    return electron;
  };
  const download = (url: string): boolean => {
    const event = fakeEvent();
    electron.session.emit('will-download', event, { getURL: () => url });
    return event.prevented;
  };

  it('refuses every permission and device', () => {
    const { session } = guard({ kiosk: false, devtools: false });
    for (const permission of ['media', 'geolocation', 'notifications', 'serial', 'usb', 'clipboard-read', 'fullscreen']) {
      expect(session.ask('permission', {}, permission)).toBe(false);
      expect(session.ask('check', {}, permission)).toBe(false);
    }
    expect(session.ask('device', { deviceType: 'serial' })).toBe(false);
    expect(session.ask('pairing', {})).toEqual({ confirmed: false });
    expect(session.ask('display', {})).toBeNull();
    expect(session.spellcheck).toBe(false);
  });

  it.each([...OUTSIDE, 'blob:https://example.com/1', 'devtools://devtools/x'])('loads nothing from %s', (url) => {
    expect(guard({ kiosk: true, devtools: false }).session.ask('request', { url })).toEqual({ cancel: true });
  });

  it('loads the console, what it made itself, and devtools for a developer', () => {
    const { session } = guard({ kiosk: false, devtools: true });
    for (const url of ['gatehouse://console/assets/a.js', 'blob:gatehouse://console/1', 'devtools://devtools/x']) {
      expect(session.ask('request', { url })).toEqual({ cancel: false });
    }
  });

  it('saves a file of the console on an engineer’s PC, and nothing on a panel', () => {
    guard({ kiosk: false, devtools: false });
    expect(download('blob:gatehouse://console/1')).toBe(false);
    expect(download('https://example.com/x.exe')).toBe(true);
    guard({ kiosk: true, devtools: false });
    expect(download('blob:gatehouse://console/1')).toBe(true);
  });
});

describe('the window', () => {
  it('has every security setting written out', () => {
    const options = windowOptions({ kiosk: false, dark: false, devtools: true, preload: '/p/preload.cjs' });
    expect(options.webPreferences).toMatchObject({
      preload: '/p/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      enableBlinkFeatures: '',
      navigateOnDragDrop: false,
      additionalArguments: [],
    });
    expect(options).toMatchObject({ kiosk: false, fullscreen: false });
  });

  it('is the whole screen of a kiosk, without devtools whatever was asked for', () => {
    const options = windowOptions({ kiosk: true, dark: true, devtools: true, preload: '/p' });
    expect(options).toMatchObject({ kiosk: true, fullscreen: true, frame: false, closable: false, minimizable: false });
    expect(options.webPreferences).toMatchObject({ devTools: false, additionalArguments: ['--gatehouse-kiosk'] });
  });
});

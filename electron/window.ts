import type { BrowserWindowConstructorOptions } from 'electron';
import { KIOSK_ARGUMENT } from './channels.ts';

/** Shown until the page has painted; the console's own background follows at once. */
const BACKGROUND = { light: '#f3f4f6', dark: '#15181c' } as const;

/**
 * The one window. Every security setting is written out, defaults included: a changed default must not open a door.
 * @param options.preload absolute path of the built preload
 */
export function windowOptions(options: {
  kiosk: boolean;
  dark: boolean;
  devtools: boolean;
  preload: string;
}): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 800,
    minWidth: 1024,
    minHeight: 600,
    show: false, // until ready-to-show, so that nobody sees an empty frame
    title: 'Gatehouse',
    backgroundColor: options.dark ? BACKGROUND.dark : BACKGROUND.light,
    autoHideMenuBar: true,
    kiosk: options.kiosk,
    fullscreen: options.kiosk,
    frame: !options.kiosk,
    closable: !options.kiosk,
    minimizable: !options.kiosk,
    webPreferences: {
      preload: options.preload,
      additionalArguments: options.kiosk ? [KIOSK_ARGUMENT] : [],
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
      spellcheck: false,
      safeDialogs: true,
      disableDialogs: true, // alert() would stop a kiosk until somebody presses a button
      devTools: options.devtools && !options.kiosk,
      backgroundThrottling: false, // figures stay live behind another window
    },
  };
}

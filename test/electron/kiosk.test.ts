import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { isAllowedKey, lockWindow } from '../../electron/kiosk.ts';
import { createManualClock } from '../fakes/manual-clock.ts';
import { createFakeElectron, FakeWindow, fakeEvent } from './fakes/fake-electron.ts';

function pressed(words: string): { key: string; control: boolean; alt: boolean; meta: boolean; shift: boolean } {
  const parts = words.split(' ');
  const has = (name: string): boolean => parts.slice(0, -1).includes(name);
  return { key: parts.at(-1) ?? '', control: has('Ctrl'), alt: has('Alt'), meta: has('Meta'), shift: has('Shift') };
}

describe('keys in a kiosk', () => {
  it.each([
    'Ctrl r',
    'Ctrl Shift R',
    'F5',
    'F11',
    'F12',
    'Alt F4',
    'Ctrl w',
    'Ctrl q',
    'Ctrl Shift I',
    'Ctrl Shift J',
    'Ctrl Shift C',
    'Ctrl +',
    'Ctrl -',
    'Ctrl 0',
    'Ctrl p',
    'Ctrl n',
    'Ctrl t',
    'Ctrl o',
    'Ctrl s',
    'Ctrl u',
    'Ctrl Tab',
    'Alt ArrowLeft',
    'Alt ArrowRight',
    'Alt Tab',
    'Alt',
    'Meta',
    'Meta q',
    'Meta r',
    'BrowserBack',
    'BrowserHome',
    'Ctrl Alt q',
    'Ctrl Alt Delete',
    'Ctrl Alt Meta @',
  ])('%s does nothing', (words) => {
    expect(isAllowedKey(pressed(words.replace(/^(Meta|Alt)$/, '$1 $1')))).toBe(false);
  });

  it.each([
    'a',
    'A',
    '5',
    'Enter',
    'Tab',
    'Shift Tab',
    'Escape',
    'ArrowLeft',
    'Backspace',
    'Ctrl a',
    'Ctrl c',
    'Ctrl v',
    'Ctrl x',
    'Ctrl z',
    'Ctrl Shift Z',
    'Ctrl ArrowLeft',
    'Ctrl Backspace',
    'Ctrl Alt @',
    'Ctrl Alt {',
  ])('%s is for the text', (words) => {
    expect(isAllowedKey(pressed(words))).toBe(true);
  });
});

describe('the window of a kiosk', () => {
  let window: FakeWindow;
  let mayClose: boolean;
  beforeEach(() => {
    window = new FakeWindow({});
    mayClose = false;
    lockWindow(window as unknown as BrowserWindow, createFakeElectron(createManualClock()).deps.log, () => mayClose);
  });

  it('closes only once the end was allowed', () => {
    const refused = fakeEvent();
    window.emit('close', refused);
    mayClose = true;
    const allowed = fakeEvent();
    window.emit('close', allowed);
    expect([refused.prevented, allowed.prevented]).toEqual([true, false]);
  });

  it('has no menu', () => {
    expect(window.menuRemoved).toBe(true);
  });

  it('takes shortcuts away before the page or Chromium sees them', () => {
    const reload = fakeEvent();
    window.webContents.emit('before-input-event', reload, pressed('Ctrl r'));
    const letter = fakeEvent();
    window.webContents.emit('before-input-event', letter, pressed('r'));
    expect([reload.prevented, letter.prevented]).toEqual([true, false]);
  });

  it('keeps its size, after every load', () => {
    window.webContents.emit('zoom-changed', {}, 'in');
    window.webContents.emit('did-finish-load');
    window.webContents.emit('did-finish-load');
    expect(window.webContents.zoomFactors).toEqual([1, 1, 1]);
    expect(window.webContents.zoomLimits).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Recovery, watchScreen } from '../../electron/recovery.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { createFakeElectron, type FakeElectron, FakeWindow } from './fakes/fake-electron.ts';

const GONE = { reason: 'crashed', exitCode: 139 };

describe('a white or frozen screen', () => {
  let clock: ManualClock;
  let electron: FakeElectron;
  let window: FakeWindow;
  let relaunches: number;
  let screen: Recovery;
  beforeEach(() => {
    clock = createManualClock();
    electron = createFakeElectron(clock);
    window = new FakeWindow({});
    window.show();
    relaunches = 0;
    const relaunch = (): void => {
      relaunches += 1;
    };
    screen = watchScreen(
      { window: window as unknown as BrowserWindow, app: electron.deps.app, clock, log: electron.deps.log },
      { address: 'gatehouse://console/', relaunch },
    );
  });
  const loads = (): number => window.webContents.loaded.length;
  const beatFor = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 5_000) {
      screen.beat();
      await clock.advance(5_000);
    }
  };

  it('is loaded again when its process is gone', async () => {
    window.webContents.emit('render-process-gone', {}, GONE);
    await clock.advance(1_000);
    expect(window.webContents.loaded).toEqual(['gatehouse://console/']);
    expect(electron.records).toMatchObject([
      { level: 'error', event: 'screen.reload', data: { why: 'gone', reason: 'crashed', exitCode: 139 } },
    ]);
  });

  it('is not loaded again when its process ended on purpose', async () => {
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
    await clock.advance(1_000);
    expect(loads()).toBe(0);
  });

  it('ends a page that hangs, and loads it once although that is reported twice', async () => {
    window.emit('unresponsive');
    await clock.advance(1_000);
    expect(window.webContents.crashes).toBe(1);
    expect(loads()).toBe(1);
  });

  it('is loaded again after 30 s without a sign of life, and not before', async () => {
    await clock.advance(29_999);
    expect(loads()).toBe(0);
    await clock.advance(2_001);
    expect(loads()).toBe(1);
  });

  it('stays as it is while signs of life come', async () => {
    await beatFor(120_000);
    expect(loads()).toBe(0);
  });

  it('may be silent while nobody can see it', async () => {
    window.minimized = true;
    await clock.advance(120_000);
    window.minimized = false;
    window.visible = false;
    await clock.advance(120_000);
    window.visible = true;
    await clock.advance(29_000);
    expect(loads()).toBe(0);
    await clock.advance(10_000);
    expect(loads()).toBe(1);
  });

  it('gets the full time after the machine has slept', async () => {
    await clock.advance(29_000);
    screen.resume();
    await clock.advance(29_000);
    expect(loads()).toBe(0);
  });

  it('is loaded again when it could not be loaded; frames inside and replaced loads do not count', async () => {
    window.webContents.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', 'x', false);
    window.webContents.emit('did-fail-load', {}, -3, 'ERR_ABORTED', 'x', true);
    await clock.advance(2_000);
    expect(loads()).toBe(0);
    window.webContents.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', 'x', true);
    window.webContents.failLoads = true; // a rejected load is handled
    await clock.advance(2_000);
    expect(loads()).toBe(1);
  });

  it('starts the app anew at the third time within ten minutes, once', async () => {
    for (let count = 0; count < 5; count += 1) {
      window.webContents.emit('render-process-gone', {}, GONE);
      await beatFor(60_000);
    }
    expect(loads()).toBe(2);
    expect(relaunches).toBe(1);
  });

  it('forgets faults after ten minutes', async () => {
    for (let count = 0; count < 4; count += 1) {
      window.webContents.emit('render-process-gone', {}, GONE);
      await beatFor(5 * 60_000 + 5_000);
    }
    expect(loads()).toBe(4);
    expect(relaunches).toBe(0);
  });

  it('logs the end of the graphics process and leaves the page alone', async () => {
    electron.app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 1 });
    electron.app.emit('child-process-gone', {}, { type: 'Utility', reason: 'killed', exitCode: 9 });
    await clock.advance(2_000);
    expect(electron.records.map((record) => record.event)).toEqual(['screen.gpu-gone', 'screen.helper-gone']);
    expect(loads()).toBe(0);
  });

  it('does nothing after the end, and leaves no timer behind', async () => {
    window.webContents.emit('render-process-gone', {}, GONE);
    screen.stop();
    await clock.advance(60_000);
    window.webContents.emit('render-process-gone', {}, GONE);
    expect(loads()).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../core/base/errors.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';
import { TO_CORE } from '../../electron/channels.ts';
import type { DesktopControl } from '../../electron/core-host.ts';
import { runShell } from '../../electron/shell.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { createFakeElectron, type FakeElectron, type FakeWindow, fakeEvent } from './fakes/fake-electron.ts';

class StandInCore {
  readonly attached: Transport<ServerFrame, ClientFrame>[] = [];
  desktop: DesktopControl | undefined;
  stops = 0;
  hangs = false;
  attach = (transport: Transport<ServerFrame, ClientFrame>): void => void this.attached.push(transport);
  stop = (): Promise<void> => {
    this.stops += 1;
    return this.hangs ? new Promise(() => {}) : Promise.resolve();
  };
}

describe('the desktop app', () => {
  let clock: ManualClock;
  let electron: FakeElectron;
  let core: StandInCore;
  beforeEach(() => {
    clock = createManualClock();
    electron = createFakeElectron(clock);
    core = new StandInCore();
  });
  const options = {
    kiosk: false,
    supervised: false,
    core: { data: '/d', demo: true },
    preload: '/p/preload.cjs',
    console: '/p/renderer',
  };
  async function start(more: { kiosk?: boolean; supervised?: boolean; fails?: unknown } = {}): Promise<void> {
    await runShell(
      {
        ...electron.deps,
        startCore: async (_given, desktop) => {
          if (more.fails !== undefined) throw more.fails;
          core.desktop = desktop;
          return core;
        },
      },
      { ...options, kiosk: more.kiosk ?? false, supervised: more.supervised ?? false },
    );
  }
  function window(): FakeWindow {
    const [first] = electron.windows;
    if (!first) throw new Error('no window');
    return first;
  }
  function quit(): boolean {
    const event = fakeEvent();
    electron.app.emit('before-quit', event);
    return event.prevented;
  }
  const exits = (): string[] => electron.app.calls.filter((call) => /exit|relaunch/.test(call));

  it('takes the sandbox, the lock and the scheme before the app is ready, then opens one guarded window', async () => {
    await start();
    expect(electron.app.calls).toEqual(['sandbox', 'lock', 'schemes', 'ready']);
    expect(electron.menus).toEqual([null]);
    expect(electron.windows).toHaveLength(1);
    expect(window().webContents.loaded).toEqual(['gatehouse://console/']);
    expect(window().webContents.openHandler({ url: 'gatehouse://console/' })).toEqual({ action: 'deny' });
    expect(electron.session.ask('permission', {}, 'serial')).toBe(false);
    expect([...electron.protocols.keys()]).toEqual(['gatehouse']);
    expect(electron.schemes).toEqual([
      [{ scheme: 'gatehouse', privileges: { standard: true, secure: true, supportFetchAPI: true } }],
    ]);
    expect(window().visible).toBe(false);
    window().emit('ready-to-show');
    expect(window().visible).toBe(true);
  });

  it('connects the page to core', async () => {
    await start();
    const { webContents } = window();
    electron.ipcMain.emit(TO_CORE, { sender: webContents, senderFrame: webContents.mainFrame }, 's1', null);
    expect(core.attached).toHaveLength(1);
  });

  it('ends a second start at once, and shows the first one’s window', async () => {
    electron.app.isFirst = false;
    await start();
    expect(electron.windows).toEqual([]);
    expect(core.desktop).toBeUndefined();
    expect(exits()).toEqual(['exit 0']);
    const first = createFakeElectron(clock);
    electron = first;
    await start();
    window().minimized = true;
    first.app.emit('second-instance');
    expect(window()).toMatchObject({ minimized: false, visible: true, focused: 1 });
  });

  it('tells why it cannot start, with the remedy, and ends', async () => {
    await start({ fails: new GatewayError('gateway/already-running', 'Another gateway uses /d.') });
    expect(electron.faults).toEqual([expect.stringMatching(/^Another gateway uses \/d\.\n\nStop the other gateway/)]);
    expect(exits()).toEqual(['exit 1']);
  });

  it('shows no message on a panel where nobody could close it', async () => {
    await start({ kiosk: true, fails: new Error('no disk') });
    expect(electron.faults).toEqual([]);
    expect(exits()).toEqual(['exit 1']);
  });

  it('stops core before it ends, once', async () => {
    await start();
    expect([quit(), quit()]).toEqual([true, true]);
    await clock.advance(0);
    expect(core.stops).toBe(1);
    expect(exits()).toEqual(['exit 0']);
    await clock.advance(60_000);
    expect(exits()).toEqual(['exit 0']);
    expect(clock.pending).toBe(0);
  });

  it('ends after five seconds when core hangs', async () => {
    await start();
    core.hangs = true;
    quit();
    await clock.advance(4_999);
    expect(exits()).toEqual([]);
    await clock.advance(1);
    expect(exits()).toEqual(['exit 0']);
    expect(electron.records.at(-1)?.event).toBe('shell.stop-too-slow');
  });

  it('starts anew when the screen stays white, core stopped first', async () => {
    await start();
    for (let count = 0; count < 3; count += 1) {
      window().webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 1 });
      await clock.advance(2_000);
    }
    expect(core.stops).toBe(1);
    expect(exits()).toEqual(['relaunch', 'exit 0']);
  });

  it('leaves starting anew to the service manager where there is one', async () => {
    await start({ supervised: true });
    for (let count = 0; count < 3; count += 1) {
      window().webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 1 });
      await clock.advance(2_000);
    }
    expect(exits()).toEqual(['exit 75']);
  });

  it('keeps a kiosk open and awake until core says that a technician may leave it', async () => {
    await start({ kiosk: true });
    expect([...electron.blocker.active]).toEqual([7]);
    const refused = fakeEvent();
    window().emit('close', refused);
    expect(refused.prevented).toBe(true);
    core.desktop?.exit('anna');
    const allowed = fakeEvent();
    window().emit('close', allowed);
    expect(allowed.prevented).toBe(false);
    await clock.advance(0);
    expect([...electron.blocker.active]).toEqual([]);
    expect(exits()).toEqual(['exit 0']);
    expect(electron.records.find((record) => record.event === 'kiosk.exit')?.data).toEqual({ by: 'anna' });
  });

  it('lets the display of an engineer’s PC sleep, and gives no devtools once installed', async () => {
    await start();
    expect([...electron.blocker.active]).toEqual([]);
    expect(window().options.webPreferences?.devTools).toBe(false);
  });

  it('logs sleep with its length', async () => {
    await start();
    electron.monitor.emit('suspend');
    await clock.advance(3_600_000);
    electron.monitor.emit('resume');
    expect(electron.records.find((record) => record.event === 'power.resume')?.data).toEqual({ sleptMs: 3_600_000 });
  });
});

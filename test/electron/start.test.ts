import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { autostartEntry, setStartAtLogin } from '../../electron/login-item.ts';
import { parseSwitches } from '../../electron/switches.ts';

describe('the command line', () => {
  const defaults = { data: '/home/x/data', folder: '/work' };
  it('has the headless gateway’s switches and the kiosk', () => {
    const args = ['--kiosk', '--data', 'd', '--document=/site.yaml', '--port', '8090', '--mqtt-port=0', '--no-demo'];
    expect(parseSwitches(args, defaults)).toEqual({
      kiosk: true,
      core: { data: '/work/d', document: '/site.yaml', port: 8090, mqttPort: 0, demo: false },
    });
  });

  it('leaves out what is not said, and leaves Chromium’s switches alone', () => {
    expect(parseSwitches(['--ozone-platform=x11', '--no-sandbox', '.'], defaults)).toEqual({
      kiosk: false,
      core: { data: '/home/x/data', demo: true },
    });
    expect(parseSwitches(['--no-start-at-login'], defaults).atLogin).toBe(false);
    expect(parseSwitches(['--start-at-login'], defaults).atLogin).toBe(true);
  });

  it.each([
    [['--port', '65536'], /--port needs a port/],
    [['--port=-1'], /--port needs a port/],
    [['--mqtt-port', 'abc'], /--mqtt-port needs a port/],
    [['--port'], /--port needs a port/],
    [['--data='], /--data needs a path/],
  ])('refuses %j', (args, words) => {
    expect(() => parseSwitches(args, defaults)).toThrow(words);
  });
});

describe('starting at login', () => {
  const item = { program: '/opt/Gate house/gatehouse', args: ['--kiosk', '--data=/x"y', '100%'] };

  it('quotes the command as the desktop entry specification says', () => {
    expect(autostartEntry(item)).toContain('\nExec="/opt/Gate house/gatehouse" "--kiosk" "--data=/x\\\\"y" "100%%"\n');
  });

  it('writes and removes the entry on Linux', async () => {
    const configDir = await mkdtemp(join(tmpdir(), 'gatehouse-autostart-'));
    try {
      const deps = { app: { setLoginItemSettings: () => expect.unreachable() }, platform: 'linux', configDir } as const;
      const path = join(configDir, 'autostart/gatehouse.desktop');
      await setStartAtLogin(deps, item, true);
      expect(await readFile(path, 'utf8')).toBe(autostartEntry(item));
      await setStartAtLogin(deps, item, false);
      await setStartAtLogin(deps, item, false);
      await expect(readFile(path)).rejects.toThrow(/ENOENT/);
    } finally {
      await rm(configDir, { recursive: true });
    }
  });

  it('uses the login item on Windows', async () => {
    const given: unknown[] = [];
    await setStartAtLogin(
      { app: { setLoginItemSettings: (settings) => void given.push(settings) }, platform: 'win32', configDir: '/none' },
      item,
      true,
    );
    expect(given).toEqual([{ openAtLogin: true, path: item.program, args: item.args }]);
  });
});

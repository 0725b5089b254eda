import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import { saveSetting } from '../../../core/config/save-settings.ts';
import { loadSettings, settingsPath } from '../../../core/config/settings.ts';
import { createKioskExit } from '../../../core/gateway/kiosk-exit.ts';
import { hashPin } from '../../../core/security/pin.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

describe('the way out of the kiosk', () => {
  let dataDir = '';
  const left: string[] = [];
  const clock = createManualClock();
  const logs = createLogHub({ clock }, { keep: 50, level: 'debug' });
  const desktop = { exit: (by: string) => void left.push(by) };
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-kiosk-'));
    left.length = 0;
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  const exitWith = (window = true) =>
    createKioskExit({ clock, log: logs.logger('gateway'), dataDir }, window ? desktop : undefined);

  it('is not there without a window, and not open without a PIN', async () => {
    await expect(exitWith(false)('1234')).rejects.toMatchObject({ code: 'api/not-available' });
    await expect(exitWith()('1234')).rejects.toMatchObject({ code: 'kiosk/no-pin' });
    expect(left).toEqual([]);
  });

  it('opens with the PIN of the settings, also one that was set meanwhile, and says so in the log without the PIN', async () => {
    writeFileSync(settingsPath(dataDir), JSON.stringify({ gatewayName: 'kept' }));
    const exit = exitWith();
    await saveSetting(dataDir, 'kiosk', { pinHash: await hashPin('4711') });
    await expect(exit('9302')).rejects.toMatchObject({ code: 'kiosk/wrong-pin' });
    expect(left).toEqual([]);
    await exit('4711');
    expect(left).toEqual(['technician']);
    expect(loadSettings(dataDir).gatewayName).toBe('kept');
    expect(logs.recent().map((record) => record.event)).toContain('kiosk.exit-refused');
    expect(JSON.stringify(logs.recent())).not.toMatch(/4711|9302/);
  });
});

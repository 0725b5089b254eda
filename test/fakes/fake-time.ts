import { spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const YEAR_S = 365 * 86_400;

const found = spawnSync('sh', ['-c', 'find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -n 1'], {
  encoding: 'utf8',
}).stdout.trim();
/** Under CI a missing library is a failure, elsewhere the tests that need it are skipped. */
export const skipFakeTime = found === '' && process.env['CI'] !== 'true';

/** The wall clock of one other process, in our hands. Its monotonic clock stays the real one, as with a clock that is set. */
export interface FakeTime {
  /** For the process that is to see it. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so many seconds off the real time. */
  setOff(seconds: number): void;
  years(count: number): void;
  /** As a machine without a clock battery: ten seconds after 1970 began. */
  to1970(): void;
}

/** Through a file in `folder`, which is read at every look at the clock. */
export function createFakeTime(folder: string): FakeTime {
  const file = join(folder, 'faketime');
  function setOff(seconds: number): void {
    // Replaced as a whole: half a number would be another time.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(Math.round(seconds))}\n`);
    renameSync(`${file}.new`, file);
  }
  setOff(0);
  return {
    env: { LD_PRELOAD: found, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    setOff,
    years: (count) => setOff(count * YEAR_S),
    to1970: () => setOff(10 - Date.now() / 1000),
  };
}

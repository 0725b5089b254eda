import { existsSync } from 'node:fs';
import type { ClockTrust } from '../contract/message.ts';

/** Before this the clock was certainly never set: this code did not exist. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** systemd-timesyncd and chrony's wait service leave this file once the clock is synchronised. */
const SYNCED_MARKS = ['/run/systemd/timesync/synchronized', '/run/chrony/synchronized'];

/** How far the wall clock can be trusted now, from what the system shows. */
export function clockTrust(nowMs: number, exists: (path: string) => boolean = existsSync): ClockTrust {
  if (nowMs < EARLIEST_MS) return 'never';
  return SYNCED_MARKS.some(exists) ? 'synced' : 'holding';
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** How long this machine has been on, time asleep included, and which run of it this is. The wall clock has no part in it. */
export interface Machine {
  /** The same number for all programs between two starts of the machine. */
  readonly run: number;
  upMs(): number;
}

/** This machine; null where the system does not tell such things (only Linux does). */
export function thisMachine(): Machine | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // Six bytes: what a number holds exactly.
    return { run: createHash('sha256').update(id).digest().readUIntBE(0, 6), upMs: () => uptime() * 1000 };
  } catch {
    return null;
  }
}

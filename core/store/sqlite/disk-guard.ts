import { closeSync, existsSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import type { StoreHealth } from '../store.ts';
import { isDiskFault, toStoreError } from './faults.ts';

const MIB = 1_048_576;

/** Knows whether the disk takes writes, and keeps a file of a few MB that is given up when it does not. */
export interface DiskGuard {
  health(): StoreHealth;
  /** Throws `store/full` while the disk is full: what room the reserve gave belongs to acknowledgements. */
  admit(): void;
  /** Turns what was thrown into a fault, and remembers it where it is the disk's. */
  failed(error: unknown): GatewayError;
  /** A write went through. */
  worked(): void;
  /** True when room has returned and the reserve could be made again. */
  recover(): boolean;
  /** A fault to show that does not stop anything. */
  note(error: GatewayError): void;
}

/** Keeps `bytes` of room that is really allocated. */
export function createReserve(dir: string, bytes: number): { make(): boolean; drop(): void } {
  const file = join(dir, 'reserve');
  const drop = (): void => rmSync(file, { force: true });
  return {
    drop,
    make() {
      if (bytes === 0 || (existsSync(file) && statSync(file).size === bytes)) return true;
      const { bavail, bsize } = statfsSync(dir);
      if (bavail * bsize < bytes + MIB) return false;
      const block = new Uint8Array(MIB);
      const handle = openSync(file, 'w');
      try {
        for (let left = bytes; left > 0; left -= MIB) writeSync(handle, block, 0, Math.min(left, MIB));
      } catch {
        drop(); // a quota that statfs does not show
        return false;
      } finally {
        closeSync(handle);
      }
      return true;
    },
  };
}

const STATES: Readonly<Partial<Record<string, StoreHealth['state']>>> = {
  'store/full': 'full',
  'store/read-only': 'read-only',
  'store/failed': 'failed',
  'store/damaged': 'failed',
};

export function createDiskGuard(
  dir: string,
  options: { reserveBytes: number; now: () => number; onHealth: (health: StoreHealth) => void },
): DiskGuard {
  const reserve = createReserve(dir, options.reserveBytes);
  let health: StoreHealth = { state: 'ok', lastError: null };
  function set(state: StoreHealth['state'], error: GatewayError | null): void {
    const fault = error
      ? { code: error.code, message: error.message, remedy: error.remedy, at: options.now() }
      : health.lastError;
    const changed = state !== health.state || fault?.code !== health.lastError?.code;
    health = { state, lastError: fault };
    if (changed) options.onHealth(health);
  }
  const full = (): GatewayError => new GatewayError('store/full', `The disk with ${dir} is full.`);
  function recover(): boolean {
    if (health.state !== 'full') return health.state === 'ok';
    if (!reserve.make()) return false;
    set('ok', null);
    return true;
  }
  if (!reserve.make()) set('full', full());
  return {
    health: () => health,
    admit() {
      if (health.state === 'full' && !recover()) throw full();
    },
    failed(error) {
      const told = toStoreError(error, dir);
      const state = STATES[told.code];
      if (state === 'full') reserve.drop();
      if (state !== undefined && isDiskFault(error)) set(state, told);
      return told;
    },
    worked() {
      if (health.state === 'failed' || health.state === 'read-only') set('ok', null);
    },
    recover,
    note: (error) => set(health.state, error),
  };
}

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;
const FORM = /^scrypt\$([0-9a-f]{32})\$([0-9a-f]{64})$/;

/** Four to twelve digits, so that it can be typed on the screen's number pad. */
export const isPin = (text: string): boolean => /^\d{4,12}$/.test(text);

/** The form in which a PIN is kept: `scrypt$<salt>$<key>`, hex. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('hex')}$${(await derive(pin, salt, KEY_BYTES, COST)).toString('hex')}`;
}

async function fits(pin: string, kept: string): Promise<boolean> {
  const [, salt, key] = FORM.exec(kept) ?? [];
  if (salt === undefined || key === undefined) return false;
  return timingSafeEqual(await derive(pin, Buffer.from(salt, 'hex'), KEY_BYTES, COST), Buffer.from(key, 'hex'));
}

const FREE_TRIES = 3;
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** Lets in who knows the PIN. After three wrong ones every further try has to wait, twice as long each time. */
export interface PinGate {
  /** Rejects with `kiosk/wrong-pin`, or `kiosk/wait` while it is too early for another try. One try at a time. */
  check(pin: string, kept: string): Promise<void>;
}

export function createPinGate(clock: Clock): PinGate {
  let wrong = 0;
  let openAt = Number.NEGATIVE_INFINITY;
  let turn: Promise<unknown> = Promise.resolve();
  async function check(pin: string, kept: string): Promise<void> {
    const waitMs = openAt - clock.monotonic();
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new GatewayError('kiosk/wait', `Too many wrong PINs: wait ${seconds} s before the next try.`, {
        details: { seconds },
      });
    }
    if (await fits(pin, kept)) {
      wrong = 0;
      return;
    }
    wrong += 1;
    if (wrong >= FREE_TRIES) openAt = clock.monotonic() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES));
    throw new GatewayError('kiosk/wrong-pin', 'The PIN is wrong.');
  }
  return {
    check(pin, kept) {
      const mine = turn.then(() => check(pin, kept));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

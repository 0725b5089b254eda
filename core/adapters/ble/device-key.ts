import { GatewayError } from '../../base/errors.ts';
import { BIND_KEY } from '../../contract/bind-key.ts';
import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { AdapterContext } from '../adapter.ts';
import { createOpener, type Opener } from './opener.ts';

/** The key of one device, as the gateway keeps it. */
export interface DeviceKey {
  readonly opener: Opener;
  /** It did not fit: it is read again, at most once a minute, so that a key that was put right counts without a restart. */
  didNotFit(): void;
}

const READ_AGAIN_MS = 60_000;

/** The key by the name of its secret. Rejects with `secret/unknown`, `secret/unreadable`, `ble/bad-key`. */
async function readKey({ name }: BleDeviceConfig, secret: string, { field }: AdapterContext): Promise<string> {
  const text = (await field.bindKey(secret)).trim();
  if (!BIND_KEY.test(text)) {
    throw new GatewayError('ble/bad-key', `${name}: the secret "${secret}" is no key of 32 hexadecimal digits`);
  }
  return text.toLowerCase();
}

/** The key of a device that has one; undefined where it is not encrypted. Rejects as `readKey` does. */
export async function openDeviceKey(config: BleDeviceConfig, context: AdapterContext): Promise<DeviceKey | undefined> {
  const { keySecret } = config;
  if (keySecret === undefined) return undefined;
  let text = await readKey(config, keySecret, context);
  let opener = createOpener(Buffer.from(text, 'hex'));
  let readAt = context.clock.monotonic();
  return {
    get opener() {
      return opener;
    },
    didNotFit() {
      const now = context.clock.monotonic();
      if (now - readAt < READ_AGAIN_MS) return;
      readAt = now;
      readKey(config, keySecret, context).then(
        (next) => {
          if (next === text) return;
          text = next;
          opener = createOpener(Buffer.from(text, 'hex'));
        },
        (cause: unknown) => context.fault(cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause))),
      );
    },
  };
}

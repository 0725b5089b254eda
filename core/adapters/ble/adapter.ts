import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { openAdvertSession } from './advert-session.ts';
import { openDeviceKey } from './device-key.ts';
import { openGattSession } from './gatt-session.ts';

/** Bluetooth LE: devices that are listened to, and devices that are connected. */
export const bleAdapter: AdapterKind<BleDeviceConfig> = {
  kind: 'ble',
  describe: describeConnection,
  async open(config, context, signal) {
    const { problem } = context.field.radio;
    if (problem) throw problem;
    if (config.mode === 'gatt') return await openGattSession(config, context, signal);
    return openAdvertSession(config, context, await openDeviceKey(config, context));
  },
};

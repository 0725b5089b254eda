import { GatewayError } from '../../base/errors.ts';
import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';

export const bleAdapter: AdapterKind<BleDeviceConfig> = {
  kind: 'ble',
  describe: describeConnection,
  async open() {
    throw new GatewayError('api/not-available', 'This kind of device is not there yet.');
  },
};

import { GatewayError } from '../../base/errors.ts';
import type { SparkplugDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';

export const sparkplugAdapter: AdapterKind<SparkplugDeviceConfig> = {
  kind: 'sparkplug',
  describe: describeConnection,
  async open() {
    throw new GatewayError('api/not-available', 'This kind of device is not there yet.');
  },
};

import { GatewayError } from '../../base/errors.ts';
import type { MqttDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';

export const mqttAdapter: AdapterKind<MqttDeviceConfig> = {
  kind: 'mqtt',
  describe: describeConnection,
  async open() {
    throw new GatewayError('api/not-available', 'This kind of device is not there yet.');
  },
};

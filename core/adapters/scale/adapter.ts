import { GatewayError } from '../../base/errors.ts';
import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';

export const scaleAdapter: AdapterKind<ScaleDeviceConfig> = {
  kind: 'scale',
  describe: describeConnection,
  async open() {
    throw new GatewayError('api/not-available', 'This kind of device is not there yet.');
  },
};

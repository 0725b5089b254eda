import { GatewayError } from '../../base/errors.ts';
import type { ScannerDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';

export const scannerAdapter: AdapterKind<ScannerDeviceConfig> = {
  kind: 'scanner',
  describe: describeConnection,
  async open() {
    throw new GatewayError('api/not-available', 'This kind of device is not there yet.');
  },
};

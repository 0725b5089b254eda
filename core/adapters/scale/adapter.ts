import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { openSics } from './sics-session.ts';
import { openToledo } from './toledo-session.ts';

/** Weighing scales: those that are asked (MT-SICS), and those that send by themselves (Toledo continuous output). */
export const scaleAdapter: AdapterKind<ScaleDeviceConfig> = {
  kind: 'scale',
  describe: describeConnection,
  open: (config, context, signal) =>
    config.protocol === 'sics' ? openSics(config, context, signal) : openToledo(config, context, signal),
};

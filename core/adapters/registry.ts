import type { DeviceConfig } from '../contract/document/devices.ts';
import type { AdapterContext, AdapterSession } from './adapter.ts';
import { createBusRegistry } from './modbus/bus-registry.ts';

/** Opens sessions by the adapter's name. One per gateway: it holds the lines that several Modbus devices share. */
export interface AdapterRegistry {
  open(config: DeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<AdapterSession>;
}

/** Each protocol's code is loaded when its first device is opened. */
export function createAdapterRegistry(): AdapterRegistry {
  const buses = createBusRegistry();
  return {
    async open(config, context, signal) {
      signal.throwIfAborted();
      switch (config.adapter) {
        case 'modbus-rtu':
        case 'modbus-tcp': {
          const { createModbusAdapter } = await import('./modbus/adapter.ts');
          return await createModbusAdapter(config.adapter, buses).open(config, context, signal);
        }
        case 'line': {
          const { lineAdapter } = await import('./line/adapter.ts');
          return await lineAdapter.open(config, context, signal);
        }
        case 'nmea': {
          const { nmeaAdapter } = await import('./nmea/adapter.ts');
          return await nmeaAdapter.open(config, context, signal);
        }
        case 'simulated': {
          const { simulatedAdapter } = await import('./simulated/adapter.ts');
          return await simulatedAdapter.open(config, context, signal);
        }
      }
    },
  };
}

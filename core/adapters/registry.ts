import type { DeviceConfig } from '../contract/document/devices.ts';
import type { AdapterContext, AdapterSession } from './adapter.ts';
import type { BusBook } from './bus-book.ts';
import { createBusRegistry } from './modbus/bus-registry.ts';

/** Opens sessions by the adapter's name. One per gateway: it holds the lines that several Modbus devices share. */
export interface AdapterRegistry {
  open(config: DeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<AdapterSession>;
  /** The buses that those sessions share, with what was measured on them. */
  readonly buses: BusBook;
}

/** Each protocol's code is loaded when its first device is opened. */
export function createAdapterRegistry(): AdapterRegistry {
  const buses = createBusRegistry();
  return {
    buses: buses.book,
    async open(config, context, signal) {
      signal.throwIfAborted();
      switch (config.adapter) {
        case 'modbus-rtu':
        case 'modbus-tcp':
        case 'modbus-ascii': {
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
        case 'obd': {
          const { obdAdapter } = await import('./obd/adapter.ts');
          return await obdAdapter.open(config, context, signal);
        }
        case 'scanner': {
          const { scannerAdapter } = await import('./scanner/adapter.ts');
          return await scannerAdapter.open(config, context, signal);
        }
        case 'scale': {
          const { scaleAdapter } = await import('./scale/adapter.ts');
          return await scaleAdapter.open(config, context, signal);
        }
        case 'printer': {
          const { printerAdapter } = await import('./printer/adapter.ts');
          return await printerAdapter.open(config, context, signal);
        }
        case 'frames': {
          const { framesAdapter } = await import('./frames/adapter.ts');
          return await framesAdapter.open(config, context, signal);
        }
        case 'ble': {
          const { bleAdapter } = await import('./ble/adapter.ts');
          return await bleAdapter.open(config, context, signal);
        }
        case 'mqtt': {
          const { mqttAdapter } = await import('./mqtt/adapter.ts');
          return await mqttAdapter.open(config, context, signal);
        }
        case 'sparkplug': {
          const { sparkplugAdapter } = await import('./sparkplug/adapter.ts');
          return await sparkplugAdapter.open(config, context, signal);
        }
      }
    },
  };
}

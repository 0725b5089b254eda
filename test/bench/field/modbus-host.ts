import { createModbusAdapter } from '../../../core/adapters/modbus/adapter.ts';
import { type BusRegistry, createBusRegistry } from '../../../core/adapters/modbus/bus-registry.ts';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { Device } from '../../../core/contract/document/devices.ts';
import type { ReadingBatch } from '../../../core/contract/reading.ts';
import { createByteLinks } from '../../../core/transports/byte-links.ts';
import { createWire } from '../../../core/transports/wire.ts';
import { noField } from '../../fakes/no-field.ts';

/** Modbus devices without a gateway around them. */
export interface ModbusHost {
  readonly buses: BusRegistry;
  open(raw: Record<string, unknown>, heard: (batch: ReadingBatch) => void): Promise<void>;
  close(): Promise<void>;
}

export function createModbusHost(): ModbusHost {
  const buses = createBusRegistry();
  const links = createByteLinks({ clock: systemClock, random: Math.random, simulated: () => createWire()[0] });
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'error' }).logger('bench');
  const sessions: { close(): Promise<void> }[] = [];
  return {
    buses,
    async open(raw, heard) {
      const config = Device.parse(raw);
      if (config.adapter !== 'modbus-rtu' && config.adapter !== 'modbus-tcp') throw new Error('not a Modbus device');
      const context = {
        clock: systemClock,
        log,
        links,
        field: noField(),
        emit: heard,
        frame: () => {},
        framesWanted: () => false,
        fault: () => {},
        random: Math.random,
      };
      sessions.push(await createModbusAdapter(config.adapter, buses).open(config, context, new AbortController().signal));
    },
    async close() {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

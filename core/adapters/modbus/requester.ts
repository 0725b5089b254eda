import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { AdapterContext } from '../adapter.ts';
import type { ModbusBus } from './bus.ts';
import type { Answer } from './exchange.ts';
import type { RequestClass } from './schedule.ts';

/** Requests to one unit: the one place that repeats them. */
export interface Requester {
  /**
   * Rejects as `ModbusBus.request` does. A poll, and what a person wants to see, is repeated once where nothing usable came, unless the unit
   * is failing already; a command never is: a write that was not confirmed may have been done.
   */
  ask(pdu: Uint8Array, of: RequestClass, signal: AbortSignal): Promise<Answer>;
}

const FAILING_AFTER = 2;

export function createRequester(config: ModbusDeviceConfig, context: AdapterContext, bus: ModbusBus): Requester {
  const { frame, framesWanted, fault } = context;
  const { unit, timeoutMs, gapMs } = config;
  const breaker = bus.breaker(unit);
  return {
    async ask(pdu, of, signal) {
      const mayRepeat = (of === 'poll' || of === 'now') && breaker.misses < FAILING_AFTER;
      for (let left = mayRepeat ? 1 : 0; ; left -= 1) {
        try {
          return await bus.request({ unit, pdu, timeoutMs, of, gapMs, frame, framesWanted, fault }, signal);
        } catch (cause) {
          if (!(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
          const final = cause.code === 'adapter/exception' || cause.code === 'adapter/busy' || cause.code === 'adapter/parked';
          if (left === 0 || final) throw cause;
          fault(cause);
        }
      }
    },
  };
}

import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { AdapterContext } from '../adapter.ts';
import type { ModbusBus } from './bus.ts';
import type { Answer } from './exchange.ts';

/** Requests to one unit: the one place that repeats them, and that knows whether the unit is dead. */
export interface Requester {
  /** Rejects as `ModbusBus.request` does. With `mayRepeat` a request is repeated once where nothing usable came, unless the unit is dead. */
  ask(pdu: Uint8Array, signal: AbortSignal, mayRepeat: boolean): Promise<Answer>;
  /** True after several requests in a row without any answer. */
  readonly dead: boolean;
}

const DEAD_AFTER = 3;

export function createRequester(config: ModbusDeviceConfig, context: AdapterContext, bus: ModbusBus): Requester {
  const { frame, framesWanted, fault } = context;
  let misses = 0;
  return {
    async ask(pdu, signal, mayRepeat) {
      const request = { unit: config.unit, pdu, timeoutMs: config.timeoutMs, frame, framesWanted, fault };
      for (let left = mayRepeat && misses < DEAD_AFTER ? 1 : 0; ; left -= 1) {
        try {
          const answer = await bus.request(request, signal);
          misses = 0;
          return answer;
        } catch (cause) {
          if (!(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
          misses = cause.code === 'adapter/timeout' ? misses + 1 : 0;
          if (left === 0 || cause.code === 'adapter/exception' || cause.code === 'adapter/busy') throw cause;
          fault(cause);
        }
      }
    },
    get dead() {
      return misses >= DEAD_AFTER;
    },
  };
}

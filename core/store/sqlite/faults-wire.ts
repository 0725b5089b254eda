import { describe, GatewayError } from '../../base/errors.ts';
import type { StoreFault } from './protocol.ts';

/** A fault as it leaves the store's thread: data only. */
export const toFault = (error: GatewayError): StoreFault => ({
  code: error.code,
  message: error.message,
  remedy: error.remedy,
  cause: error.cause === undefined ? null : describe(error.cause),
});

/** The same fault on the other side. */
export const fromFault = (fault: StoreFault): GatewayError =>
  new GatewayError(fault.code, fault.message, {
    remedy: fault.remedy,
    ...(fault.cause === null ? {} : { cause: new Error(fault.cause) }),
  });

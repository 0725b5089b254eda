import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Rfc2217LinkConfig } from '../contract/document/links.ts';
import type { ByteLink } from './byte-port.ts';

/** Opens a serial port behind a device server (RFC 2217). Rejects as `openTcpPort`, or `link/not-supported` where the server has no COM port control. */
export async function openRfc2217Port(config: Rfc2217LinkConfig, _clock: Clock, _signal: AbortSignal): Promise<ByteLink> {
  throw new GatewayError('link/not-supported', `${config.host}:${config.port}: RFC 2217 is not there yet`);
}

import type { Clock } from '../base/clock.ts';
import type { SimulatedLinkConfig } from '../contract/document/links.ts';
import type { ByteLink, ByteLinks } from './byte-port.ts';
import { openTcpPort } from './tcp-port.ts';

export interface ByteLinksDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Makes the near end of a wire with a simulated device at its far end. The device lives until the link is closed. */
  readonly simulated: (config: SimulatedLinkConfig, tools: { readonly clock: Clock; readonly random: () => number }) => ByteLink;
}

/** Opens links by their kind. The serial driver (native code) is loaded when the first serial port is opened, not before. */
export function createByteLinks(deps: ByteLinksDeps): ByteLinks {
  return {
    async open(config, signal) {
      signal.throwIfAborted();
      switch (config.kind) {
        case 'serial': {
          const { openSerialPort } = await import('./serial-port.ts');
          return await openSerialPort(config, deps.clock, signal);
        }
        case 'tcp':
          return await openTcpPort(config, deps.clock, signal);
        case 'rfc2217': {
          const { openRfc2217Port } = await import('./rfc2217-port.ts');
          return await openRfc2217Port(config, deps.clock, signal);
        }
        case 'simulated':
          return deps.simulated(config, { clock: deps.clock, random: deps.random });
      }
    },
  };
}

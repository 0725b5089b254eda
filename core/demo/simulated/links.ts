import type { Clock } from '../../base/clock.ts';
import type { SimulatedLinkConfig } from '../../contract/document/links.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import { createWire } from '../../transports/wire.ts';
import { simulateBarcodeScanner } from './barcode-scanner.ts';
import { simulateEnergyMeter } from './energy-meter.ts';
import { simulateGpsReceiver } from './gps-receiver.ts';

const MODELS = {
  'energy-meter': simulateEnergyMeter,
  'gps-receiver': simulateGpsReceiver,
  'barcode-scanner': simulateBarcodeScanner,
} as const satisfies Record<
  SimulatedLinkConfig['model'],
  (link: ByteLink, deps: { clock: Clock; random(): number }) => () => void
>;

/** Opens the gateway's end of a wire whose other end is a simulated device; the device ends with the wire. */
export function openSimulatedLink(config: SimulatedLinkConfig, deps: { clock: Clock; random(): number }): ByteLink {
  const [near, far] = createWire([`simulated ${config.model.replaceAll('-', ' ')}`, config.model]);
  const end = MODELS[config.model](far, deps);
  void far.closed.then(end);
  return near;
}

import { GatewayError } from '../../base/errors.ts';
import type { PortBindingConfig, SerialLinkConfig } from '../../contract/document/links.ts';
import type { PortFacts } from './port-book.ts';
import type { FoundPort } from './sysfs.ts';

const fits = (binding: PortBindingConfig, { facts, aliases }: FoundPort): boolean =>
  binding.by === 'physical'
    ? facts.physicalPath === binding.path || aliases.includes(binding.path)
    : facts.vendorId === binding.vendor &&
      facts.productId === binding.product &&
      (binding.serial === undefined || facts.serialNumber === binding.serial) &&
      (binding.interface === undefined || Math.max(0, facts.interfaceNumber) === binding.interface);

/** The ports that are what a binding says. */
export const matching = (binding: PortBindingConfig, ports: readonly FoundPort[]): readonly FoundPort[] =>
  ports.filter((port) => fits(binding, port));

/** The port that goes by a name: its path, or one of udev's links to it. */
export const named = (path: string, ports: readonly FoundPort[]): FoundPort | undefined =>
  ports.find(
    ({ facts, aliases }) =>
      facts.path === path || facts.stablePath === path || aliases.some((alias) => path.endsWith(`/serial/by-path/${alias}`)),
  );

/** A binding in words. */
export const bindingWords = (binding: PortBindingConfig): string =>
  binding.by === 'physical'
    ? `a port in the socket ${binding.path}`
    : `the USB adapter ${binding.vendor}:${binding.product}${binding.serial === undefined ? '' : ` with serial number ${binding.serial}`}`;

/** What a binding is called while nothing fits it; the same as the port's own id where the binding says enough. */
export const bindingKey = (binding: PortBindingConfig): string =>
  binding.by === 'physical'
    ? `physical:${binding.path}`
    : `usb:${binding.vendor}:${binding.product}:${binding.serial ?? ''}:${binding.interface ?? 0}`;

/** The one port that a link is bound to. Throws `link/not-found` or `link/ambiguous`, naming what there is. */
export function theOne(link: SerialLinkConfig, binding: PortBindingConfig, ports: readonly FoundPort[]): PortFacts {
  const found = matching(binding, ports);
  const [first] = found;
  if (first && found.length === 1) return first.facts;
  const paths = found.map(({ facts }) => facts.path);
  if (found.length > 1) {
    throw new GatewayError('link/ambiguous', `${bindingWords(binding)} fits ${paths.length} ports: ${paths.join(', ')}`, {
      details: { ports: paths.join(' ') },
    });
  }
  const all = ports.map(({ facts }) => facts.path);
  const there = all.length === 0 ? 'this machine has no serial ports now' : `ports that are here: ${all.slice(0, 8).join(', ')}`;
  throw new GatewayError('link/not-found', `${bindingWords(binding)} (${link.path}) is not plugged in; ${there}`, {
    details: { ports: all.join(' ') },
  });
}

/**
 * How a port is best bound: by its USB serial number, with the interface where the adapter has several ports; else by its socket. Undefined
 * where it is known by its path alone. The first binding that fits no other port is taken.
 */
export function bestBinding(facts: PortFacts, ports: readonly FoundPort[]): PortBindingConfig | undefined {
  const { vendorId: vendor, productId: product, serialNumber: serial, interfaceNumber, physicalPath } = facts;
  const choices: PortBindingConfig[] = [];
  const hex = /^[0-9a-f]{4}$/;
  if (serial && serial.length <= 128 && hex.test(vendor) && hex.test(product)) {
    choices.push({ by: 'usb', vendor, product, serial });
    if (interfaceNumber >= 0) choices.push({ by: 'usb', vendor, product, serial, interface: interfaceNumber });
  }
  if (physicalPath && physicalPath.length <= 256) choices.push({ by: 'physical', path: physicalPath });
  return choices.find((binding) => matching(binding, ports).length <= 1);
}

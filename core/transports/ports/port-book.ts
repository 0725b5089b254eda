import type { Service } from '../../base/service.ts';
import type { PortBindingConfig, SerialLinkConfig } from '../../contract/document/links.ts';

/** A serial port as it is plugged in now. Empty text where nothing is known. */
export interface PortFacts {
  /** `usb:0403:6001:A1B2:0`, `physical:<by-path name>`, or `path:/dev/ttyS0`. */
  readonly id: string;
  readonly path: string;
  /** Below /dev/serial/by-id. */
  readonly stablePath: string;
  /** Below /dev/serial/by-path, or made of the bus device's name: `usb-1-2:1.0`. */
  readonly physicalPath: string;
  readonly kind: 'usb' | 'uart' | 'other';
  readonly maker: string;
  readonly product: string;
  readonly serialNumber: string;
  readonly vendorId: string;
  readonly productId: string;
  /** USB interface number; -1 where there is none. */
  readonly interfaceNumber: number;
}

/** `renamed` comes after `plugged` where a port that was here before has come back under another name. */
export interface PortEvent {
  readonly kind: 'plugged' | 'unplugged' | 'renamed';
  readonly port: PortFacts;
}

/**
 * The serial ports of this machine. Sees plug and unplug within 2 s: by the kernel's events where udevadm is there, by watching /dev,
 * and by looking once a second in any case. Never fails: what a source does not know is left empty.
 */
export interface PortBook extends Service {
  ports(): readonly PortFacts[];
  onEvent(listener: (event: PortEvent) => void): () => void;
  /** Looks now. */
  refresh(): Promise<void>;
  /** Today's path of a link. Throws `link/not-found` (it is not plugged in) or `link/ambiguous`. A link without `bind` is its path. */
  resolve(link: SerialLinkConfig): string;
  /** How a port that is there is best bound: by USB serial number, else by its socket; undefined: only by its path. */
  bindingOf(path: string): PortBindingConfig | undefined;
  /** What stays the same of a link's port whatever it is called; the key of claims and buses. */
  identityOf(link: SerialLinkConfig): string;
}

/** Where to look; tests build a tree of their own. */
export interface PortRoots {
  /** `/dev` */
  readonly dev: string;
  /** `/sys` */
  readonly sys: string;
  /** Whether to ask serialport's list and udevadm too. */
  readonly system: boolean;
  /** The kernel's table of neighbours on the network, in the form of `/proc/net/arp`, which it is unless told. */
  readonly arp?: string;
}

export const SYSTEM_ROOTS: PortRoots = { dev: '/dev', sys: '/sys', system: true };

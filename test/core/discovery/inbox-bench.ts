import type { MqttHeard, MqttTraffic } from '../../../core/adapters/mqtt-traffic.ts';
import type { SiteDocument } from '../../../core/contract/document/document.ts';
import { createFoundBook, type FoundBookDeps } from '../../../core/discovery/found-book.ts';
import type { ProfileBook } from '../../../core/profiles/profile-book.ts';
import type { Advert, BleRadio } from '../../../core/transports/bluetooth/radio.ts';
import type { PortFacts } from '../../../core/transports/ports/port-book.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { bookOf, createBench } from './bench.ts';

/** A serial adapter as the port book tells of it. */
export const PORT: PortFacts = {
  id: 'usb:0403:6001:A1B2:0',
  path: '/dev/ttyUSB0',
  stablePath: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A1B2-if00-port0',
  physicalPath: 'usb-1-2:1.0',
  kind: 'usb',
  maker: 'FTDI',
  product: 'FT232R USB UART',
  serialNumber: 'A1B2',
  vendorId: '0403',
  productId: '6001',
  interfaceNumber: 0,
};

export const ADDRESS = 'CB:B8:33:4C:88:4F';
/** The published example of the Ruuvi format 5 specification, valid data. */
export const RUUVI = Uint8Array.from(Buffer.from('0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F', 'hex'));
/** Something that an address has sent. */
export const advert = (address: string, more: Partial<Advert> = {}): Advert => ({
  address,
  addressType: 'random',
  radio: 'hci0',
  name: '',
  rssi: -61,
  txPower: null,
  manufacturer: new Map(),
  services: new Map(),
  uuids: [],
  heardAt: 0,
  ...more,
});

/** The book of what was found, with ways to let it hear things. */
export function openInbox(
  options: { site?: SiteDocument; ports?: PortFacts[]; kept?: Record<string, string>; profiles?: ProfileBook } = {},
) {
  const clock = createManualClock();
  const ports = options.ports ?? [];
  const book = bookOf(() => ports);
  const { deps } = createBench(clock, { book });
  let hearAdvert = (_advert: Advert): void => {};
  let hearMessage = (_heard: MqttHeard): void => {};
  let hearClient: Parameters<MqttTraffic['onClient']>[0] = () => {};
  const clients: { id: string; address: string; since: number }[] = [];
  const kept = { ...options.kept };
  const writes: Record<string, string>[] = [];
  const radio: BleRadio = {
    ...deps.services.radio,
    onAdvert(listener) {
      hearAdvert = listener;
      return () => {};
    },
  };
  const mqtt: MqttTraffic = {
    ...deps.services.mqtt,
    clients: () => clients,
    onMessage(_filter, listener) {
      hearMessage = listener;
      return () => {};
    },
    onClient(listener) {
      hearClient = listener;
      return () => {};
    },
  };
  const foundDeps: FoundBookDeps = {
    clock,
    log: deps.log,
    lines: deps.lines,
    services: { ...deps.services, radio, mqtt },
    profiles: options.profiles ?? { ...deps.profiles, list: () => [] },
    site: () => options.site ?? null,
    health: () => undefined,
    kept: {
      read: async () => kept,
      write: async (facts) => void writes.push({ ...facts }),
    },
  };
  return {
    clock,
    ports,
    book,
    writes,
    clients,
    found: createFoundBook(foundDeps),
    advert: (one: Advert) => hearAdvert(one),
    message: (topic: string, payload: string | Uint8Array, client = '') =>
      hearMessage({
        topic,
        payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
        retain: false,
        client,
        at: clock.now(),
        heardAt: clock.monotonic(),
      }),
    client: (id: string) => {
      clients.push({ id, address: '10.0.0.9', since: 0 });
      hearClient({ kind: 'connected', client: id });
    },
  };
}

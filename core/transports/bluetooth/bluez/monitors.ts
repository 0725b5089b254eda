import { type BlueBus, typed } from './bus.ts';
import { type BlueObjects, textsIn } from './objects.ts';

const PATH = '/gatehouse/monitors';
const MONITOR = 'org.bluez.AdvertisementMonitor1';
const MANAGER = 'org.bluez.AdvertisementMonitorManager1';
const KIND = 'or_patterns';
const CALL_MS = 5000;
const FLAGS = 0x01;
const SERVICE_DATA = 0x16;
const MANUFACTURER = 0xff;

/**
 * BlueZ listens without asking only for patterns: place, type of the field, bytes. The usual flags cover nearly every device; the rest are
 * formats whose senders may leave the flags out.
 */
const PATTERNS: readonly (readonly [number, number, readonly number[]])[] = [
  ...[0x02, 0x04, 0x05, 0x06, 0x1a].map((flags) => [0, FLAGS, [flags]] as const),
  [0, MANUFACTURER, [0x99, 0x04]],
  [0, MANUFACTURER, [0x4c, 0x00, 0x02, 0x15]],
  [0, SERVICE_DATA, [0xd2, 0xfc]],
  [0, SERVICE_DATA, [0xaa, 0xfe]],
  [0, SERVICE_DATA, [0x95, 0xfe]],
  [0, SERVICE_DATA, [0x1a, 0x18]],
  [0, SERVICE_DATA, [0x0f, 0x18]],
];

/** Passive scanning: BlueZ reports devices that match, and no radio asks them for more. */
export interface Monitors {
  /** Whether BlueZ offers it on this radio. */
  has(radio: string): boolean;
  /** Rejects as `BlueBus.call`. */
  begin(radio: string): Promise<void>;
  /** Never rejects. */
  end(radio: string): Promise<void>;
}

export function createMonitors(bus: BlueBus, objects: BlueObjects): Monitors {
  // One monitor for each pattern: bluetoothd 5.66 corrupts its memory and ends where one monitor has many (seen with 12).
  const monitorsOf = (path: string): Record<string, unknown> =>
    Object.fromEntries(
      PATTERNS.map((pattern, at) => [
        `${path}/${at}`,
        { [MONITOR]: { Type: typed('s', KIND), Patterns: typed('a(yyay)', [pattern]) } },
      ]),
    );
  bus.serve(PATH, ({ path, member }) =>
    member === 'GetManagedObjects' ? { signature: 'a{oa{sa{sv}}}', body: [monitorsOf(path)] } : { signature: '', body: [] },
  );
  const ask = (radio: string, member: string): Promise<unknown> => {
    const call = { path: `/org/bluez/${radio}`, iface: MANAGER, member, timeoutMs: CALL_MS };
    return bus.call({ ...call, signature: 'o', body: [`${PATH}/${radio}`] });
  };
  return {
    has: (radio) => textsIn(objects.get(`/org/bluez/${radio}`, MANAGER), 'SupportedMonitorTypes').includes(KIND),
    async begin(radio) {
      await ask(radio, 'RegisterMonitor');
    },
    async end(radio) {
      await ask(radio, 'UnregisterMonitor').catch(() => {}); // it has ended with its radio
    },
  };
}

import { isIP } from 'node:net';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { ModbusServerConfig, ServedPointConfig } from '../contract/document/servers.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { wordsOf } from './modbus-check.ts';

interface Sources {
  readonly devices: readonly DeviceConfig[];
  /** Names of all devices, also of those with faults of their own. */
  readonly known: readonly string[];
}

const isBits = ({ table }: ServedPointConfig): boolean => table === 'coil' || table === 'discrete';
const sizeOf = (point: ServedPointConfig): number => (isBits(point) ? 1 : wordsOf(point));

/** `10.0.0.7`, `10.0.0.0/24`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function formFaults(point: ServedPointConfig, path: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  if (isBits(point) && point.type !== 'bool') {
    faults.push({
      path: [...path, 'type'],
      message: `A ${point.table} holds one bit, not ${point.type}.`,
      remedy: 'Use the type bool, or the table holding or input.',
    });
  }
  if (point.type === 'string') {
    faults.push({
      path: [...path, 'type'],
      message: 'A text cannot be served.',
      remedy: 'Serve points that are numbers or bits.',
    });
  }
  if (point.writable && (point.table === 'input' || point.table === 'discrete')) {
    faults.push({
      path: [...path, 'writable'],
      message: `The table "${point.table}" cannot be written.`,
      remedy: 'Use the table holding or coil, or remove "writable".',
    });
  }
  if (point.address + sizeOf(point) > 65536) {
    faults.push({
      path: [...path, 'address'],
      message: `${point.type} at ${point.address} reaches beyond the last address 65535.`,
      remedy: 'Check the address: it is counted from 0.',
    });
  }
  if (point.scale === 0)
    faults.push({
      path: [...path, 'scale'],
      message: 'A value cannot be divided by a scale of 0.',
      remedy: 'Give the factor, e.g. 0.1.',
    });
  return faults;
}

function sourceFaults(point: ServedPointConfig, path: Path, { devices, known }: Sources): readonly CrossFault[] {
  const device = devices.find(({ id }) => id === point.device);
  if (!device) {
    if (known.includes(point.device)) return []; // it has a slip of its own, which is said already
    return [
      { path: [...path, 'device'], message: `There is no device "${point.device}".`, remedy: 'Name a device of this document.' },
    ];
  }
  const source = device.points.find(({ name }) => name === point.point);
  if (!source) {
    return [
      {
        path: [...path, 'point'],
        message: `The device "${device.id}" has no point "${point.point}".`,
        remedy: 'Name one of its points.',
      },
    ];
  }
  if (!point.writable || ('writable' in source && source.writable)) return [];
  return [
    {
      path: [...path, 'writable'],
      message: `The point "${point.point}" of "${device.id}" is not writable itself.`,
      remedy: 'Declare it as writable at the device, or remove "writable" here.',
    },
  ];
}

/** Two points cannot stand in one register. */
function overlaps(points: readonly ServedPointConfig[], at: Path): readonly CrossFault[] {
  const taken = new Map<string, number>();
  return points.flatMap((point, i): CrossFault[] => {
    for (let register = point.address; register < point.address + sizeOf(point); register += 1) {
      const key = `${point.table} ${register}`;
      const other = taken.get(key);
      if (other !== undefined) {
        const { device, point: name } = points[other] ?? point;
        return [
          {
            path: [...at, i, 'address'],
            message: `${point.table} ${register} is taken by ${device}/${name} already.`,
            remedy: `This value takes ${sizeOf(point)} register(s): move one of the two.`,
          },
        ];
      }
      taken.set(key, i);
    }
    return [];
  });
}

function serverFaults(server: ModbusServerConfig, at: Path, sources: Sources): readonly CrossFault[] {
  const wrongAddresses = (server.allow ?? []).flatMap((entry, i): CrossFault[] =>
    isNetwork(entry)
      ? []
      : [{ path: [...at, 'allow', i], message: `"${entry}" is no address.`, remedy: 'Give 10.0.0.7 or 10.0.0.0/24.' }],
  );
  // An empty text would be taken for every address of this machine.
  const noHost: readonly CrossFault[] =
    server.host.trim() === ''
      ? [
          {
            path: [...at, 'host'],
            message: 'The server has no address to listen on.',
            remedy: 'Leave "host" out for this machine only, or give one of its addresses; 0.0.0.0 is all of them.',
          },
        ]
      : [];
  return [
    ...noHost,
    ...wrongAddresses,
    ...server.points.flatMap((point, i) => {
      const path = [...at, 'points', i];
      return [...formFaults(point, path), ...sourceFaults(point, path, sources)];
    }),
    ...overlaps(server.points, [...at, 'points']),
  ];
}

/** Faults of the servers of a document that a schema cannot see. */
export function serversFaults(servers: SiteDocument['servers'], sources: Sources): readonly CrossFault[] {
  const all = servers?.modbus ?? [];
  return all.flatMap((server, i): CrossFault[] => {
    const at: Path = ['servers', 'modbus', i];
    const faults: CrossFault[] = [...serverFaults(server, at, sources)];
    const others = all.slice(0, i);
    if (others.some(({ id }) => id === server.id)) {
      faults.push({
        path: [...at, 'id'],
        message: `The server id "${server.id}" is used twice.`,
        remedy: 'Give every server its own id.',
      });
    }
    if (others.some(({ host, port }) => port === server.port && host === server.host)) {
      faults.push({
        path: [...at, 'port'],
        message: `Port ${server.port} is used by another server of this document already.`,
        remedy: 'Give every server its own port.',
      });
    }
    return faults;
  });
}

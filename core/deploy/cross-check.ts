import { type DeviceConfig, isModbus } from '../contract/document/devices.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import { checkPattern } from '../contract/document/line-pattern.ts';
import { bleFaults } from './ble-check.ts';
import { type CrossFault, knownWords } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { functionFaults } from './functions-check.ts';
import { modbusFaults } from './modbus-check.ts';
import { outboxFaults } from './outbox-check.ts';
import { pointFaults } from './points-check.ts';
import { sameUnits } from './same-unit.ts';
import { serialFaults } from './serial-check.ts';
import { serversFaults } from './servers-check.ts';
import { sharedPorts } from './shared-ports.ts';

/** What is checked: a whole document, or the sound parts of one. */
type Parts = Pick<SiteDocument, 'devices' | 'functions' | 'subscriptions'> & {
  readonly outbox?: SiteDocument['outbox'] | undefined;
  readonly servers?: SiteDocument['servers'];
};

interface Names {
  readonly devices: readonly string[];
  readonly functions: readonly string[];
  readonly subscriptions: readonly string[];
}

function duplicates(names: readonly string[], at: (index: number) => Path, what: string): readonly CrossFault[] {
  const seen = new Map<string, number>();
  return names.flatMap((name, i) => {
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, i);
      return [];
    }
    return [{ path: at(i), message: `The ${what} "${name}" is used twice.`, remedy: `Give every ${what} its own name.` }];
  });
}

function references(document: Parts, { devices, functions }: Names): readonly CrossFault[] {
  const check = (ref: string, path: Path): readonly CrossFault[] => {
    const [kind, name = ''] = ref.split(':');
    if (name === '' || name === '*') return [];
    const known = kind === 'device' ? devices : functions;
    if (known.includes(name)) return [];
    return [{ path, message: `There is no ${kind} "${name}".`, remedy: knownWords(known) }];
  };
  return document.subscriptions.flatMap((one, i) => [
    ...check(one.source, ['subscriptions', i, 'source']),
    ...check(one.target, ['subscriptions', i, 'target']),
    ...(one.source === one.target
      ? [
          {
            path: ['subscriptions', i, 'target'],
            message: `Source and target are both "${one.source}".`,
            remedy: 'A subscription leads from one party to another one.',
          },
        ]
      : []),
  ]);
}

function lineFaults(device: Extract<DeviceConfig, { adapter: 'line' }>, at: Path): readonly CrossFault[] {
  const faults: CrossFault[] = [];
  if (device.pattern !== undefined && device.separator !== undefined) {
    faults.push({
      path: [...at, 'separator'],
      message: 'A line is read by a pattern or by a separator, not by both.',
      remedy: 'Remove one of them.',
    });
    return faults;
  }
  const wrong = device.pattern === undefined ? undefined : checkPattern(device.pattern);
  if (wrong !== undefined)
    faults.push({
      path: [...at, 'pattern'],
      message: `The pattern cannot be used: ${wrong}.`,
      remedy: 'Mend the expression.',
    });
  const groups = new Set([...(device.pattern ?? '').matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1]));
  device.points.forEach((point, i) => {
    const path = [...at, 'points', i, 'from'];
    if (device.pattern !== undefined && !groups.has(String(point.from ?? point.name))) {
      faults.push({
        path,
        message: `The pattern has no group "${String(point.from ?? point.name)}".`,
        remedy: 'Name a group (?<name>...) of the pattern.',
      });
    }
    if (device.separator !== undefined && typeof point.from !== 'number') {
      faults.push({
        path,
        message: 'A point of a line with a separator needs the number of its column.',
        remedy: 'Set "from" to the column, counted from 0.',
      });
    }
  });
  return faults;
}

const namesIn = ({ devices, functions, subscriptions }: Parts): Names => ({
  devices: devices.map((one) => one.id),
  functions: functions.map((one) => one.name),
  subscriptions: subscriptions.map((one) => one.id),
});

/** Faults between parts of a document, which a schema cannot see. `known`: the names that subscriptions may refer to. */
export function crossCheck(document: Parts, known: Names = namesIn(document)): readonly CrossFault[] {
  const { devices, functions, subscriptions } = document;
  return [
    ...duplicates(
      devices.map((one) => one.id),
      (i) => ['devices', i, 'id'],
      'device id',
    ),
    ...duplicates(
      functions.map((one) => one.name),
      (i) => ['functions', i, 'name'],
      'function name',
    ),
    ...duplicates(
      subscriptions.map((one) => one.id),
      (i) => ['subscriptions', i, 'id'],
      'subscription id',
    ),
    ...devices.flatMap((device, d) =>
      duplicates(
        device.points.map((one) => one.name),
        (i) => ['devices', d, 'points', i, 'name'],
        'point name',
      ),
    ),
    ...devices.flatMap((device, d) =>
      device.adapter === 'line'
        ? lineFaults(device, ['devices', d])
        : isModbus(device)
          ? modbusFaults(device, ['devices', d])
          : [],
    ),
    ...devices.flatMap((device, d) => pointFaults(device, ['devices', d])),
    ...devices.flatMap((device, d) => serialFaults(device, ['devices', d])),
    ...devices.flatMap((device, d) => bleFaults(device, ['devices', d])),
    ...functionFaults(functions, known),
    ...sharedPorts(devices),
    ...sameUnits(devices),
    ...references(document, known),
    ...serversFaults(document.servers, { devices, known: known.devices }),
    ...outboxFaults(document.outbox, subscriptions, known.subscriptions),
  ];
}

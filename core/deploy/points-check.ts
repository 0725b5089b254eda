import { parseJsonPath } from '../base/json-path.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { LimitsConfig } from '../contract/document/points.ts';
import { isWritablePoint } from '../contract/document/writable-point.ts';
import { TAKEN_DEVICE_IDS } from '../contract/taken-ids.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { fieldFaults } from './field-check.ts';

const ORDER = ['lowLow', 'low', 'high', 'highHigh'] as const;

function limitFaults(limits: LimitsConfig, at: Path): readonly CrossFault[] {
  const given = ORDER.flatMap((name) => {
    const value = limits[name];
    return value === undefined ? [] : [{ name, value }];
  });
  const wrong = given.find(({ value }, i) => i > 0 && value <= (given[i - 1]?.value ?? Number.NEGATIVE_INFINITY));
  if (!wrong) return [];
  const below = given[given.indexOf(wrong) - 1];
  return [
    {
      path: [...at, 'limits', wrong.name],
      message: `The limit ${wrong.name} (${wrong.value}) must be above ${below?.name} (${below?.value}).`,
      remedy: 'Order them: lowLow, low, high, highHigh.',
    },
  ];
}

const NO_NUMBERS: readonly string[] = ['bool', 'boolean', 'string', 'text', 'ascii', 'hex'];

/** Limits of what is never a number would be watched by nobody. */
function idleLimits(point: DeviceConfig['points'][number], at: Path): readonly CrossFault[] {
  const field = 'field' in point ? point.field : undefined;
  const type = field?.type ?? ('type' in point ? point.type : undefined);
  if (!point.limits || type === undefined || !NO_NUMBERS.includes(type)) return [];
  const message = `"${point.name}" is of the type ${type}, which has no limits: nothing would be watched.`;
  return [{ path: [...at, 'limits'], message, remedy: 'Remove them; "states" says which of its values need attention.' }];
}

function mqttFaults(device: Extract<DeviceConfig, { adapter: 'mqtt' }>, at: Path): readonly CrossFault[] {
  return device.points.flatMap((point, i): CrossFault[] => {
    const path = [...at, 'points', i];
    const faults: CrossFault[] = point.field ? [...fieldFaults(point.field, undefined, [...path, 'field'])] : [];
    if (point.json !== undefined && point.field !== undefined) {
      faults.push({
        path: [...path, 'field'],
        message: 'A message is read as JSON or as bytes, not as both.',
        remedy: 'Remove "json" or "field".',
      });
    }
    if (point.json !== undefined && !parseJsonPath(point.json)) {
      const message = `"${point.json}" is not a path into JSON.`;
      faults.push({ path: [...path, 'json'], message, remedy: 'Write it as sensors[0].t or values["a.b"].' });
    }
    if (point.write && /[+#]/.test(point.write.topic)) {
      faults.push({
        path: [...path, 'write', 'topic'],
        message: `"${point.write.topic}" has a wildcard; nothing can be published to it.`,
        remedy: 'Name the topic in full.',
      });
    }
    return faults;
  });
}

function commandFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  const seen = new Set<string>();
  return (device.commands ?? []).flatMap((command, i): CrossFault[] => {
    const path = [...at, 'commands', i];
    const faults: CrossFault[] = [];
    if (seen.has(command.name)) {
      const message = `The command "${command.name}" is there twice.`;
      faults.push({ path: [...path, 'name'], message, remedy: 'Give every command its own name.' });
    }
    seen.add(command.name);
    const { do: what } = command;
    if (what.kind !== 'write') return faults;
    const point = device.points.find((one) => one.name === what.point);
    if (!point) {
      const message = `The command writes "${what.point}", which is no point of this device.`;
      faults.push({ path: [...path, 'do', 'point'], message, remedy: 'Name a point of the device.' });
    } else if (!isWritablePoint(point)) {
      const message = `The command writes "${what.point}", which is not writable.`;
      faults.push({ path: [...path, 'do', 'point'], message, remedy: 'Set "writable" at the point, or "write" for MQTT.' });
    }
    return faults;
  });
}

function idFaults({ id }: DeviceConfig, at: Path): readonly CrossFault[] {
  if (!TAKEN_DEVICE_IDS.includes(id)) return [];
  const message = `A device cannot be called "${id}": the console has a page of that name.`;
  return [{ path: [...at, 'id'], message, remedy: 'Give it another id; its name may be what you like.' }];
}

/** Id, limits, commands and MQTT points of a device: what a schema cannot see. */
export function pointFaults(device: DeviceConfig, at: Path): readonly CrossFault[] {
  return [
    ...idFaults(device, at),
    ...device.points.flatMap((point, i) => (point.limits ? limitFaults(point.limits, [...at, 'points', i]) : [])),
    ...device.points.flatMap((point, i) => idleLimits(point, [...at, 'points', i])),
    ...commandFaults(device, at),
    ...(device.adapter === 'mqtt' ? mqttFaults(device, at) : []),
  ];
}

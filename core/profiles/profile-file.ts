import { GatewayError } from '../base/errors.ts';
import { Device, type DeviceConfig, isModbus } from '../contract/document/devices.ts';
import { checkPattern } from '../contract/document/line-pattern.ts';
import { Profile, type ProfileFile } from '../contract/document/profile.ts';
import { type SchemaFault, schemaFaults, WORDING } from '../contract/schema-faults.ts';

/** What says where a device is, and is therefore no part of a profile. */
export const PLACE_KEYS = [
  'id',
  'name',
  'link',
  'unit',
  'address',
  'addressType',
  'radio',
  'identity',
  'keySecret',
  'location',
  'enabled',
  'profile',
  'client',
  'group',
  'node',
  'device',
] as const;

const MAX_FAULTS_SAID = 10;

/** Somewhere, so that the rest can be checked as a device. */
const SOMEWHERE: Readonly<Record<string, unknown>> = {
  'modbus-tcp': { link: { kind: 'tcp', host: 'localhost', port: 502 } },
  ble: { address: '00:00:00:00:00:00' },
  mqtt: {},
  simulated: {},
  sparkplug: { group: 'group', node: 'node' },
};
const SERIAL = { link: { kind: 'serial', path: '/dev/ttyS0' } };

const invalid = (what: string, faults: readonly string[]): GatewayError => {
  const more = faults.length > MAX_FAULTS_SAID ? ` And ${faults.length - MAX_FAULTS_SAID} more.` : '';
  return new GatewayError('profile/invalid', `${what}: ${faults.slice(0, MAX_FAULTS_SAID).join('. ')}.${more}`, {
    details: { faults: faults.length },
  });
};

const pathText = (path: SchemaFault['path']): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
const said = (fault: SchemaFault, before: readonly string[]): string => {
  const path = pathText([...before, ...fault.path]);
  return fault.unknownKey ? `${path} is not known` : `${path === '' ? 'The file' : path} ${fault.message}`;
};

/** The device of a profile at some place, as the deployment document would have it. Throws `profile/invalid` where it is none. */
export function sampleDevice(profile: ProfileFile): DeviceConfig {
  const { adapter } = profile.device; // anything, as yet
  const where = (typeof adapter === 'string' && SOMEWHERE[adapter]) || SERIAL;
  const parsed = Device.safeParse({ ...profile.device, ...Object(where), id: 'sample', name: profile.name }, WORDING);
  if (parsed.success) return parsed.data;
  throw invalid(
    `The profile "${profile.id}"`,
    schemaFaults(parsed.error).map((fault) => said(fault, ['device'])),
  );
}

/** What a schema cannot see. */
function otherFaults(profile: ProfileFile, device: DeviceConfig): readonly string[] {
  const faults: string[] = PLACE_KEYS.filter((key) => Object.hasOwn(profile.device, key)).map(
    (key) => `device.${key} says where a device is, and is no part of a profile`,
  );
  const names = device.points.map(({ name }) => name);
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i)))
    faults.push(`two points are called "${name}"`);
  const wrong = device.adapter === 'line' && device.pattern !== undefined ? checkPattern(device.pattern) : undefined;
  if (wrong !== undefined) faults.push(`device.pattern cannot be used: ${wrong}`);
  for (const { name, do: what } of device.commands ?? []) {
    if (what.kind === 'write' && !names.includes(what.point))
      faults.push(`the command "${name}" writes "${what.point}", which is no point`);
  }
  if (profile.line && isModbus(device) && device.adapter === 'modbus-tcp') faults.push('line is of no use to Modbus TCP');
  return faults;
}

/** Checks what was read of a file. Throws `profile/invalid`, naming every field at fault. */
export function checkProfile(raw: unknown): ProfileFile {
  const parsed = Profile.safeParse(raw, WORDING);
  if (!parsed.success) {
    throw invalid(
      'This is no profile',
      schemaFaults(parsed.error).map((fault) => said(fault, [])),
    );
  }
  const profile = parsed.data;
  const faults = otherFaults(profile, sampleDevice(profile));
  if (faults.length > 0) throw invalid(`The profile "${profile.id}"`, faults);
  return profile;
}

/** Reads the text of a profile's file. Throws `profile/invalid`. */
export function readProfile(text: string): ProfileFile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('profile/invalid', 'The file is not JSON, or not all of it is there.', {
      cause,
      remedy: 'Choose the JSON file of a template as a gateway has saved it.',
    });
  }
  return checkProfile(raw);
}

export const profileText = (profile: ProfileFile): string => `${JSON.stringify(profile, null, 2)}\n`;

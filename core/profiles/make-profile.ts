import type { DeviceConfig } from '../contract/document/devices.ts';
import { PROFILE_SCHEMA, type ProfileFile } from '../contract/document/profile.ts';
import { checkProfile, PLACE_KEYS } from './profile-file.ts';

export interface ProfileNames {
  readonly id: string;
  readonly name: string;
  readonly maker: string;
  readonly model: string;
  /** The manual that its points are taken from. */
  readonly source: string;
}

const KINDS: Readonly<Partial<Record<DeviceConfig['adapter'], ProfileFile['kind']>>> = {
  scale: 'scale',
  scanner: 'scanner',
  printer: 'printer',
  nmea: 'gps',
  obd: 'vehicle',
};

/** The settings of its line, where it has one. */
function lineOf(config: DeviceConfig): ProfileFile['line'] {
  const unit = 'unit' in config ? { unit: config.unit } : {};
  if (!('link' in config) || (config.link.kind !== 'serial' && config.link.kind !== 'rfc2217')) return undefined;
  const { baudRate, dataBits, parity, stopBits } = config.link;
  return { baudRate, parity, stopBits, ...(dataBits === 7 || dataBits === 8 ? { dataBits } : {}), ...unit };
}

/** A profile of a device that runs: all of its configuration but where it is. Throws `profile/invalid`. */
export function makeProfile(config: DeviceConfig, { id, name, maker, model, source }: ProfileNames): ProfileFile {
  const place: readonly string[] = PLACE_KEYS;
  const line = lineOf(config);
  return checkProfile({
    schema: PROFILE_SCHEMA,
    id,
    name,
    maker,
    models: [model],
    kind: KINDS[config.adapter] ?? 'other',
    revision: 1,
    source: { title: source },
    ...(line && { line }),
    device: Object.fromEntries(Object.entries(config).filter(([key, value]) => !place.includes(key) && value !== undefined)),
  });
}

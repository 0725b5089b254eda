import type { Draft } from '../contract/commission-views.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { ProfileFile } from '../contract/document/profile.ts';
import { asDraft } from './draft-json.ts';

/** Where a device is, as far as it is known already. */
export interface DraftPlace {
  readonly link?: LinkConfig | undefined;
  readonly unit?: number | undefined;
  readonly address?: string | undefined;
  readonly identity?: string | undefined;
  readonly keySecret?: string | undefined;
}

const isSerial = (link: LinkConfig): boolean => link.kind === 'serial' || link.kind === 'rfc2217';

/**
 * A device by a profile. `link` brings its own settings where it was found by talking to the device (`unit` is then known too); else the
 * line gets the settings with which the device leaves the factory.
 */
export function profileDraft(profile: ProfileFile, place: DraftPlace): Draft {
  const { link, unit, address, identity, keySecret } = place;
  const factory = profile.line ?? {};
  const { unit: factoryUnit, ...settings } = factory;
  const isModbus = String(profile.device['adapter'] ?? '').startsWith('modbus-');
  const lined = link && isSerial(link) && unit === undefined ? { ...link, ...settings } : link;
  const number = unit ?? factoryUnit;
  return asDraft({
    ...profile.device,
    profile: `${profile.id}@${profile.revision}`,
    ...(lined && { link: lined }),
    ...(isModbus && number !== undefined && { unit: number }),
    ...(address !== undefined && { address }),
    ...(identity !== undefined && { identity }),
    ...(keySecret !== undefined && { keySecret }),
  });
}

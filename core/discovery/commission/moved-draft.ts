import type { Draft, FoundView } from '../../contract/commission-views.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import { asDraft } from '../draft-json.ts';
import type { DraftPlace } from '../profile-draft.ts';

/** The link of a device with another place, but its own settings; undefined where the two are not of one kind. */
function linkAt(own: LinkConfig, place: LinkConfig): LinkConfig | undefined {
  if (own.kind === 'serial' && place.kind === 'serial') {
    const { bind: _before, ...line } = own;
    return { ...line, path: place.path, ...(place.bind && { bind: place.bind }) };
  }
  if (own.kind === 'tcp' && place.kind === 'tcp') return { ...own, host: place.host, port: place.port };
  return undefined;
}

/**
 * A device of the document that was found at another port or address: all of it stays but where it is. Undefined where nothing moved, or
 * the device is on neither.
 */
export function movedDraft(found: FoundView | undefined, place: DraftPlace, devices: readonly DeviceConfig[]): Draft | undefined {
  if (!found?.moved || !place.link) return undefined;
  const device = devices.find(({ id }) => id === found.device);
  if (!device || !('link' in device)) return undefined;
  const link = linkAt(device.link, place.link);
  return link && asDraft({ ...device, link });
}

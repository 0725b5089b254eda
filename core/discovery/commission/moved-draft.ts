import type { Draft, FoundView } from '../../contract/commission-views.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import { asDraft } from '../draft-json.ts';
import type { DraftPlace } from '../profile-draft.ts';

/**
 * A device of the document whose adapter was found at another port: all of it stays but the port, and how that is bound. Undefined where
 * nothing moved, or the device is not on a serial port.
 */
export function movedDraft(found: FoundView | undefined, place: DraftPlace, devices: readonly DeviceConfig[]): Draft | undefined {
  if (!found?.moved || place.link?.kind !== 'serial') return undefined;
  const device = devices.find(({ id }) => id === found.device);
  if (!device || !('link' in device) || device.link.kind !== 'serial') return undefined;
  const { path, bind } = place.link;
  const { bind: _before, ...line } = device.link;
  return asDraft({ ...device, link: { ...line, path, ...(bind && { bind }) } });
}

import type { Desk } from '../contract/desk.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import { emptyDesk } from '../contract/empty-desk.ts';
import type { ProfileBook } from './profile-book.ts';

const METHODS = ['profile.list', 'profile.get', 'profile.import', 'profile.remove', 'profile.make'] as const;
const TOPICS = [] as const satisfies readonly never[];

/** Profiles: list, import, export, and making one from a device that runs. */
export function createProfileDesk(_deps: {
  readonly book: ProfileBook;
  device(id: string): DeviceConfig | undefined;
}): Desk<(typeof METHODS)[number], never> {
  return emptyDesk(METHODS, TOPICS);
}

import { GatewayError } from '../base/errors.ts';
import type { ProfileView } from '../contract/commission-views.ts';
import type { Desk } from '../contract/desk.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { ProfileFile } from '../contract/document/profile.ts';
import { makeProfile } from './make-profile.ts';
import type { ProfileBook } from './profile-book.ts';
import { profileText, sampleDevice } from './profile-file.ts';

type Methods = 'profile.list' | 'profile.get' | 'profile.import' | 'profile.remove' | 'profile.make';

function sourceWords({ title, edition, place }: ProfileFile['source']): string {
  return [title, edition, place].filter((part) => part !== undefined && part !== '').join(', ');
}

const viewOf = (profile: ProfileFile, shipped: boolean): ProfileView => ({
  id: profile.id,
  name: profile.name,
  maker: profile.maker,
  models: profile.models,
  kind: profile.kind,
  revision: profile.revision,
  adapter: String(profile.device['adapter']),
  points: sampleDevice(profile).points.length,
  source: sourceWords(profile.source),
  notes: profile.notes ?? '',
  line: profile.line ?? null,
  shipped,
});

/** Profiles: list, import, export, and making one from a device that runs. */
export function createProfileDesk(deps: {
  readonly book: ProfileBook;
  device(id: string): DeviceConfig | undefined;
}): Desk<Methods, never> {
  const { book } = deps;
  return {
    views: {},
    calls: {
      async 'profile.list'() {
        return book.list().map(({ profile, shipped }) => viewOf(profile, shipped));
      },
      async 'profile.get'({ id }) {
        const profile = book.find(id);
        if (!profile) throw new GatewayError('profile/unknown', `There is no profile "${id}".`);
        return { text: profileText(profile) };
      },
      async 'profile.import'({ text }) {
        return viewOf(await book.import(text), false);
      },
      async 'profile.remove'({ id }) {
        await book.remove(id);
        return null;
      },
      async 'profile.make'({ device, ...names }) {
        const config = deps.device(device);
        if (!config) throw new GatewayError('adapter/unknown-device', `There is no device "${device}".`);
        return { text: profileText(makeProfile(config, names)) };
      },
    },
  };
}

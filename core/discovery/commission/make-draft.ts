import { GatewayError } from '../../base/errors.ts';
import type { Input } from '../../contract/api.ts';
import type { Draft, FoundView, GuessView } from '../../contract/commission-views.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import { Link } from '../../contract/document/links.ts';
import { TAKEN_DEVICE_IDS } from '../../contract/taken-ids.ts';
import type { DiscoveryDeps } from '../deps.ts';
import { asDraft } from '../draft-json.ts';
import { idOf, uniqueId } from '../inbox/sighting.ts';
import { type DraftPlace, profileDraft } from '../profile-draft.ts';
import { movedDraft } from './moved-draft.ts';

const MAX_NAME = 80;

/** Where the device is, out of a guess: its link, unit and address. */
function placeOf(guess: GuessView | undefined): DraftPlace {
  const { link, unit, address, identity, keySecret } = guess?.draft ?? {};
  const parsed = Link.safeParse(link);
  return {
    ...(parsed.success && { link: parsed.data }),
    ...(typeof unit === 'number' && { unit }),
    ...(typeof address === 'string' && { address }),
    ...(typeof identity === 'string' && { identity }),
    ...(typeof keySecret === 'string' && { keySecret }),
  };
}

function guessOf(found: FoundView | undefined, index: number | null): GuessView | undefined {
  if (!found || index === null) return found?.guesses[0];
  const guess = found.guesses[index];
  if (!guess) throw new GatewayError('api/bad-input', `${found.title} has no guess number ${index}.`);
  return guess;
}

const textIn = (draft: Draft, key: string): string | undefined => {
  const value = draft[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/**
 * A device to begin with: the guess or the profile, and over it what the person chose. It has an id that is free, and a name. What is a
 * device of the document already, at another port, is that device with the new port.
 * Throws `profile/unknown`, and `api/bad-input` where what was found has gone.
 */
export function makeDraft(
  input: Input<'commission.draft'>,
  deps: Pick<DiscoveryDeps, 'found' | 'profiles'>,
  devices: readonly DeviceConfig[],
): Draft {
  const found = input.found === null ? undefined : deps.found.find(input.found);
  if (input.found !== null && !found) {
    throw new GatewayError('api/bad-input', 'What was found is not in the inbox any more.', {
      remedy: 'Plug the device in again, or begin without the inbox.',
    });
  }
  const guess = guessOf(found, input.guess);
  const moved = movedDraft(found, placeOf(guess), devices);
  if (moved) return { ...moved, ...input.with };
  const profile = input.profile === null ? undefined : deps.profiles.find(input.profile);
  if (input.profile !== null && !profile) {
    throw new GatewayError('profile/unknown', `There is no profile "${input.profile}".`);
  }
  const isGuessed = guess !== undefined && (input.profile === null || guess.profile === input.profile);
  const base: Draft = isGuessed ? guess.draft : profile ? profileDraft(profile, placeOf(guess)) : {};
  const draft = { ...base, ...input.with };
  const name = (textIn(draft, 'name') ?? profile?.name ?? guess?.what ?? found?.title ?? 'New device').slice(0, MAX_NAME);
  const wanted = textIn(draft, 'id') ?? idOf(name, 'device');
  const id = uniqueId(wanted, (one) => TAKEN_DEVICE_IDS.includes(one) || devices.some((device) => device.id === one));
  const { id: _id, name: _name, ...rest } = draft;
  return asDraft({ id, name, ...rest });
}

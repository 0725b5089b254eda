import type { GuessView, ScanView } from '../../contract/commission-views.ts';
import type { ProfileBook } from '../../profiles/profile-book.ts';
import { asDraft } from '../draft-json.ts';
import { lineName, tryWords } from '../modbus/line-words.ts';
import { profileDraft } from '../profile-draft.ts';
import type { Sighting } from './sighting.ts';

type Found = ScanView['found'][number];

const saysOf = ({ identification }: Found): string => {
  const { vendor = '', product = '', revision = '' } = identification ?? {};
  return [vendor, product, revision].filter((part) => part !== '').join(' ');
};

function guessesOf(id: string, found: Found, profiles: ProfileBook): readonly GuessView[] {
  const says = saysOf(found);
  const place = { link: found.link, unit: found.unit, identity: id };
  const profile = found.profile === null ? undefined : profiles.find(found.profile);
  const plain: GuessView = {
    what: says === '' ? 'A Modbus device without a name' : says,
    why: `It ${found.evidence}${says === '' ? ' and does not say who it is; the decode matrix finds its values' : ''}.`,
    confidence: 'sure',
    profile: null,
    adapter: found.adapter,
    draft: asDraft({ adapter: found.adapter, ...place }),
  };
  if (!profile) return [plain];
  const draft = { ...profileDraft(profile, place), adapter: found.adapter };
  const why = `It answers to 43/14 as "${says}".`;
  return [{ what: profile.name, why, confidence: 'sure', profile: profile.id, adapter: found.adapter, draft }, plain];
}

/** A unit that answered on the line with this key. */
export function unitSighting(key: string, found: Found, profiles: ProfileBook): Sighting {
  const { link, unit } = found;
  const isTcp = link.kind === 'tcp' && found.adapter === 'modbus-tcp';
  const id = isTcp ? `modbus-tcp:${link.host}:${link.port}` : `modbus:${key} ${unit}`;
  return {
    id,
    kind: isTcp ? 'modbus-tcp' : 'modbus-unit',
    title: saysOf(found) || `Modbus unit ${unit}`,
    place: `${lineName(link)}, unit ${unit}`,
    detail: `speaks ${tryWords(found.line, link)}, answers in ${found.responseMs} ms`,
    rssi: null,
    steady: false,
    key: `${key} ${unit}`,
    present: () => true,
    guesses: () => guessesOf(id, found, profiles),
    basis: JSON.stringify(found),
  };
}

import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import { useQuery } from '../../../hooks/use-call.ts';
import type { Adding } from '../../../stores/adding.ts';
import { jsonOf } from './draft.ts';
import { type Kind, START } from './kind-drafts.ts';
import { type LineSettings, placeOf } from './links.ts';
import { goStep, isModbus, type Step, useAdding } from './use-adding.ts';

export interface Place {
  readonly link: LinkConfig | null;
  readonly unit: number;
}

/** What the fields of a place begin with: what was given here before, else what the template knows, else the usual. */
export interface GivenPlace {
  readonly link: LinkConfig | null;
  readonly unit: number;
  readonly settings: LineSettings;
}

export function useGivenPlace(kind: Kind): GivenPlace {
  const { where, link, unit, profile } = useAdding();
  const templates = useQuery('profile.list', profile === null ? null : {});
  const line = templates.data?.find((one) => one.id === profile)?.line;
  if (where === kind && link !== null) {
    const { baudRate = START[kind].baudRate, parity = 'none', stopBits = 1, dataBits = 8 } = 'baudRate' in link ? link : {};
    const settings = { baudRate, parity, stopBits: stopBits === 2 ? 2 : 1, dataBits: dataBits === 7 ? 7 : 8 } as const;
    return { link, unit, settings };
  }
  const { baudRate = START[kind].baudRate, parity = 'none', stopBits = 1, dataBits = 8 } = line ?? {};
  return { link: null, unit: line?.unit ?? 1, settings: { baudRate, parity, stopBits, dataBits } };
}

/** The same device at another place: what was chosen and written of it stays, but whoever agreed did so for the line of before. */
function movedTo({ draft }: Adding, { link, unit }: Place): Partial<Adding> {
  const at = { ...(link && { link: jsonOf(link) }), ...(draft && 'unit' in draft && { unit }) };
  return { link, unit, agreedBy: '', scan: null, draft: draft && { ...draft, ...at } };
}

/** A place is given: what comes next depends on what is known already. */
export function usePlaceGiven(kind: Kind): (place: Place, how: 'search' | 'known') => void {
  const { book } = useAdding();
  const start = START[kind];
  return (place, how) => {
    const { link, unit } = place;
    const now = book.store.getState();
    const isServer = kind === 'server' && link?.kind === 'tcp';
    const title = link === null || isServer ? start.title : `${start.title}, ${placeOf(link)}`;
    const isSame = now.where === kind && now.unit === unit && JSON.stringify(now.link) === JSON.stringify(link);
    if (now.profile !== null) book.store.setState({ where: kind, ...(!isSame && movedTo(now, place)) });
    else if (now.where === kind) book.store.setState({ title, ...(!isSame && movedTo(now, place)) });
    else book.begin({ where: kind, title, adapter: start.adapter, link, unit, extra: start.extra });
    const next: Step = now.profile !== null || !isModbus(start.adapter) ? 'name' : how === 'search' ? 'scan' : 'decode';
    goStep(next);
  };
}

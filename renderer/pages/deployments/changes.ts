import type { ChangeView } from '../../../core/contract/views.ts';
import { changes as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';

export const AREAS: readonly ChangeView['area'][] = ['device', 'function', 'subscription', 'setting'];
const KINDS: readonly ChangeView['kind'][] = ['added', 'changed', 'removed'];

/** Changes by area, removed ones first: they are what hurts. Areas without a change are left out. */
export function byArea(changes: readonly ChangeView[]): { area: ChangeView['area']; changes: ChangeView[] }[] {
  const rank = { removed: 0, changed: 1, added: 2 } as const;
  return AREAS.map((area) => ({
    area,
    changes: changes
      .filter((change) => change.area === area)
      .sort((a, b) => rank[a.kind] - rank[b.kind] || a.id.localeCompare(b.id)),
  })).filter((group) => group.changes.length > 0);
}

/** What would change, in words, one phrase for each area and kind: `2 devices added`. */
export function inWords(changes: readonly ChangeView[]): string[] {
  return AREAS.flatMap((area) =>
    KINDS.flatMap((kind) => {
      const count = changes.filter((change) => change.area === area && change.kind === kind).length;
      if (count === 0) return [];
      return [text.count(formatCount(count), count === 1 ? text.one[area] : text.many[area], text.done[kind])];
    }),
  );
}

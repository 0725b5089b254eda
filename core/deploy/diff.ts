import type { SiteDocument } from '../contract/document/document.ts';
import { Outbox } from '../contract/document/outbox.ts';
import type { ChangeView } from '../contract/views.ts';
import { type Path, pathText } from './document-path.ts';

const EMPTY: Pick<SiteDocument, 'devices' | 'functions' | 'subscriptions'> = { devices: [], functions: [], subscriptions: [] };
const LONGEST = 400;

const show = (value: unknown): string => {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fields(before: unknown, after: unknown, path: Path): ChangeView['fields'] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      fields(before[key], after[key], [...path, key]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, i) =>
      fields(before[i], after[i], [...path, i]),
    );
  }
  return [{ path: pathText(path), before: show(before), after: show(after) }];
}

function compare<T>(area: ChangeView['area'], before: readonly T[], after: readonly T[], key: (one: T) => string): ChangeView[] {
  const old = new Map(before.map((one) => [key(one), one]));
  const changes = after.flatMap((one): ChangeView[] => {
    const id = key(one);
    const was = old.get(id);
    old.delete(id);
    if (was === undefined) return [{ kind: 'added', area, id, fields: [] }];
    const changed = fields(was, one, []);
    return changed.length === 0 ? [] : [{ kind: 'changed', area, id, fields: changed }];
  });
  return [...changes, ...[...old.keys()].map((id): ChangeView => ({ kind: 'removed', area, id, fields: [] }))];
}

/** Limits of what waits for the cloud: the whole as `outbox`, each stream as `outbox/<stream>`; their order counts, the first that fits takes. */
function outboxChanges(before: SiteDocument | null, after: SiteDocument): ChangeView[] {
  const { streams: old, ...was } = before?.outbox ?? Outbox.parse({});
  const { streams, ...whole } = after.outbox;
  const order = (list: typeof streams, others: typeof streams): string =>
    list
      .map((one) => one.id)
      .filter((id) => others.some((one) => one.id === id))
      .join(', ');
  const changed = [...fields(was, whole, []), ...fields({ order: order(old, streams) }, { order: order(streams, old) }, [])];
  return [
    ...(changed.length === 0 ? [] : [{ kind: 'changed' as const, area: 'setting' as const, id: 'outbox', fields: changed }]),
    ...compare('setting', old, streams, (one) => one.id).map((one) => ({ ...one, id: `outbox/${one.id}` })),
  ];
}

/** What `after` would change in a site that runs `before` (null: nothing runs). Parts are matched by id, so that moving one is no change. */
export function diffDocuments(before: SiteDocument | null, after: SiteDocument): ChangeView[] {
  const old = before ?? EMPTY;
  const settings = fields(
    before === null ? {} : { name: before.name, site: before.site, description: before.description, ...before.settings },
    { name: after.name, site: after.site, description: after.description, ...after.settings },
    [],
  );
  return [
    ...compare('device', old.devices, after.devices, (one) => one.id),
    ...compare('function', old.functions, after.functions, (one) => one.name),
    ...compare('subscription', old.subscriptions, after.subscriptions, (one) => one.id),
    ...outboxChanges(before, after),
    ...(settings.length === 0
      ? []
      : [
          {
            kind: before === null ? ('added' as const) : ('changed' as const),
            area: 'setting' as const,
            id: 'site',
            fields: settings,
          },
        ]),
  ];
}

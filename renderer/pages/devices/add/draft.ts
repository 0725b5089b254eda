import type { Draft } from '../../../../core/contract/commission-views.ts';
import type { Adding, Pick } from '../../../stores/adding.ts';

type Json = Draft[string];
type JsonObject = { [key: string]: Json };

export const LIMITS = ['lowLow', 'low', 'high', 'highHigh'] as const;
export type LimitName = (typeof LIMITS)[number];
export type LimitValues = Readonly<Partial<Record<LimitName, number>>>;

/** One point of a draft as the screen edits it. */
export interface DraftPoint {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  /** Null: as many as it has. */
  readonly decimals: number | null;
  readonly limits: LimitValues;
  readonly isNumber: boolean;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function rawPoints(draft: Draft): readonly JsonObject[] {
  const points = draft['points'];
  return Array.isArray(points) ? points.filter(isObject) : [];
}

function limitsOf(value: Json | undefined): LimitValues {
  if (!isObject(value)) return {};
  const limits: Partial<Record<LimitName, number>> = {};
  for (const name of LIMITS) {
    const limit = value[name];
    if (typeof limit === 'number') limits[name] = limit;
  }
  return limits;
}

/** What can have limits: everything but words and yes or no, as far as the description says. */
function isNumber(point: JsonObject): boolean {
  const type = point['type'];
  return type !== 'text' && type !== 'boolean' && type !== 'bool' && type !== 'string';
}

/** The points of a draft, in their order. */
export const pointsOf = (draft: Draft): readonly DraftPoint[] =>
  rawPoints(draft).map((point) => ({
    name: textOf(point['name']),
    label: textOf(point['label']) || textOf(point['name']),
    unit: textOf(point['unit']),
    decimals: typeof point['decimals'] === 'number' ? point['decimals'] : null,
    limits: limitsOf(point['limits']),
    isNumber: isNumber(point),
  }));

export const nameOfDraft = (draft: Draft): string => textOf(draft['name']);
export const idOfDraft = (draft: Draft): string => textOf(draft['id']);

export interface PointChange {
  readonly label?: string;
  readonly unit?: string;
  readonly limits?: LimitValues;
}

function changed(point: JsonObject, change: PointChange): JsonObject {
  const next: JsonObject = { ...point };
  if (change.label !== undefined) next['label'] = change.label;
  if (change.unit !== undefined) next['unit'] = change.unit;
  if (change.limits !== undefined) {
    // the hysteresis of a profile stays
    const others = isObject(point['limits']) ? Object.entries(point['limits']).filter(([key]) => key === 'hysteresis') : [];
    const limits = { ...Object.fromEntries(others), ...change.limits };
    if (Object.keys(change.limits).length === 0) delete next['limits'];
    else next['limits'] = limits;
  }
  if (next['label'] === '') delete next['label'];
  if (next['unit'] === '') delete next['unit'];
  return next;
}

export const editPoint = (draft: Draft, index: number, change: PointChange): Draft => ({
  ...draft,
  points: rawPoints(draft).map((point, i) => (i === index ? changed(point, change) : point)),
});

export const removePoint = (draft: Draft, index: number): Draft => ({
  ...draft,
  points: rawPoints(draft).filter((_, i) => i !== index),
});

/** An id out of a label, as the document wants it; another one where it is taken. */
export function idFrom(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 56);
  const base = plain === '' ? 'value' : plain;
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`;
  return id;
}

/** The points of the document for what was taken out of the matrix. */
export function pointsFrom(picks: readonly Pick[]): JsonObject[] {
  const taken: string[] = [];
  return picks.map(({ label, unit, decimals, scale, ...place }) => {
    const name = idFrom(label, taken);
    taken.push(name);
    return {
      name,
      label,
      ...(unit === '' ? {} : { unit }),
      decimals,
      ...place,
      ...(scale === 1 ? {} : { scale }),
    };
  });
}

/** What a device tells of itself: a value by name. */
export interface ToldFact {
  readonly name: string;
  readonly value: number | string | boolean;
  readonly unit: string;
}
/** Names that say something of the packet or the product, and nothing that is measured. */
const NOT_MEASURED = ['packet', 'device-type', 'firmware'];
const titled = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');

/** The draft of a device whose values are known only now: the points that it tells. What comes from a template stays as it is. */
export function withFacts(draft: Draft, facts: readonly ToldFact[]): Draft {
  const told = facts.filter(({ name }) => !NOT_MEASURED.includes(name));
  if (draft['profile'] !== undefined || told.length === 0) return draft;
  const kept = rawPoints(draft).filter(({ value }) => told.some(({ name }) => name === value));
  const fresh = told
    .filter(({ name }) => !kept.some(({ value }) => value === name))
    .map(({ name, unit }) => ({ name, label: titled(name), value: name, ...(unit === '' ? {} : { unit }) }));
  return { ...draft, points: [...kept, ...fresh] };
}

/** A draft with one more value out of the matrix; what was changed in it stays. */
export function addPick(draft: Draft, pick: Pick): Draft {
  const points = rawPoints(draft);
  const [made] = pointsFrom([pick]);
  const name = idFrom(
    pick.label,
    points.map((point) => textOf(point['name'])),
  );
  return { ...draft, points: [...points, { ...made, name }] };
}

const isAt = (point: JsonObject, pick: Pick): boolean =>
  (['table', 'address', 'type', 'order'] as const).every((key) => point[key] === pick[key]) &&
  (point['scale'] ?? 1) === pick.scale;

/** A draft without the value of this pick; all that was changed in the others stays. */
export function dropPick(draft: Draft, pick: Pick): Draft {
  const points = rawPoints(draft);
  const at = points.findIndex((point) => isAt(point, pick));
  return at === -1 ? draft : removePoint(draft, at);
}

/** The picks that are still values of the draft: one that was taken out among the names is taken no more. */
export function picksIn(draft: Draft, picks: readonly Pick[]): readonly Pick[] {
  const left = [...rawPoints(draft)];
  return picks.filter((pick) => {
    const at = left.findIndex((point) => isAt(point, pick));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

/** What the person chose so far, for `commission.draft`. */
export function chosenOf(adding: Adding): Draft {
  const { adapter, link, picks, unit } = adding;
  return {
    ...adding.extra,
    ...(adapter === '' ? {} : { adapter }),
    ...(link === null ? {} : { link: jsonOf(link) }),
    ...(adapter.startsWith('modbus-') ? { unit } : {}),
    ...(picks.length === 0 ? {} : { points: pointsFrom(picks) }),
  };
}

/** A configuration as plain JSON: without what is left out. */
export const jsonOf = (value: object): JsonObject => JSON.parse(JSON.stringify(value));

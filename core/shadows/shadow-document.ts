/** A JSON object as it came; made without a prototype, so that a key "__proto__" is a key like any other. */
export interface JsonObject {
  [key: string]: Json;
}
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** When each leaf was written, in the form of what it describes: `{"timestamp": s}` for a leaf, one per element for a list. */
export type Metadata = { readonly timestamp: number } | readonly Metadata[] | MetadataObject;
export interface MetadataObject {
  [key: string]: Metadata;
}

/** One section of a shadow (desired or reported) with its metadata. */
export interface Section {
  readonly state: JsonObject;
  readonly metadata: MetadataObject;
}

export const SECTIONS = ['desired', 'reported'] as const;
export type SectionName = (typeof SECTIONS)[number];
/** A section that is not there is left out. */
export type Sections = { readonly [S in SectionName]?: Section };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const empty = <T>(): Record<string, T> => Object.create(null);
const isMetadataObject = (value: Metadata | undefined): value is MetadataObject => value !== undefined && !Array.isArray(value);

/** The metadata of a value written at this second. */
export function metadataOf(value: Json, timestamp: number): Metadata {
  if (Array.isArray(value)) return value.map((one: Json) => metadataOf(one, timestamp));
  if (!isObject(value)) return { timestamp };
  const out: MetadataObject = empty();
  for (const [key, one] of Object.entries(value)) out[key] = metadataOf(one, timestamp);
  return out;
}

/** What is left of a submitted object without its nulls: undefined where it was made of nothing else; `{}` stays `{}`. */
function withoutNulls(value: JsonObject): JsonObject | undefined {
  const out: JsonObject = empty();
  const entries = Object.entries(value);
  for (const [key, one] of entries) {
    if (one === null) continue;
    const kept = isObject(one) ? withoutNulls(one) : one;
    if (kept !== undefined) out[key] = kept;
  }
  return entries.length > 0 && Object.keys(out).length === 0 ? undefined : out;
}

/** The metadata of what was submitted, without its nulls, as the accepted answer has it. */
export function submittedMetadata(patch: JsonObject, timestamp: number): MetadataObject {
  const left = withoutNulls(patch);
  const made = left && metadataOf(left, timestamp);
  return isMetadataObject(made) ? made : empty();
}

/**
 * Puts a patch onto a section: objects key by key, anything else as a whole, null removes. Returns undefined where there was no section
 * and the patch was made only of nulls.
 */
export function mergeSection(before: Section | undefined, patch: JsonObject, timestamp: number): Section | undefined {
  if (before) return mergeObject(before, patch, timestamp);
  const state = withoutNulls(patch);
  return state && { state, metadata: submittedMetadata(patch, timestamp) };
}

function mergeObject(before: Section, patch: JsonObject, timestamp: number): Section {
  const state: JsonObject = Object.assign(empty<Json>(), before.state);
  const metadata: MetadataObject = Object.assign(empty<Metadata>(), before.metadata);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete state[key];
      delete metadata[key];
      continue;
    }
    const [own, ownMetadata] = [before.state[key], before.metadata[key]];
    if (isObject(value) && isObject(own) && isMetadataObject(ownMetadata)) {
      const merged = mergeObject({ state: own, metadata: ownMetadata }, value, timestamp);
      state[key] = merged.state;
      metadata[key] = merged.metadata;
      continue;
    }
    const kept = isObject(value) ? withoutNulls(value) : value;
    if (kept === undefined) continue;
    state[key] = kept;
    metadata[key] = metadataOf(kept, timestamp);
  }
  return { state, metadata };
}

/** Lists element by element, objects by their keys in any order, numbers by value (1 and 1.0 are one). */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => sameJson(one, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** What is desired and not reported so, down to the leaf, with the metadata of `desired`; undefined where nothing differs. */
export function deltaOf({ desired, reported }: Sections): Section | undefined {
  return desired && deltaOfObject(desired, reported?.state ?? empty());
}

function deltaOfObject(desired: Section, reported: JsonObject): Section | undefined {
  const state: JsonObject = empty();
  const metadata: MetadataObject = empty();
  for (const [key, want] of Object.entries(desired.state)) {
    const have = reported[key];
    const about = desired.metadata[key];
    if (about === undefined) continue;
    if (isObject(want) && isObject(have) && isMetadataObject(about)) {
      const inner = deltaOfObject({ state: want, metadata: about }, have);
      if (!inner) continue;
      state[key] = inner.state;
      metadata[key] = inner.metadata;
    } else if (!sameJson(want, have)) {
      state[key] = want;
      metadata[key] = about;
    }
  }
  return Object.keys(state).length === 0 ? undefined : { state, metadata };
}

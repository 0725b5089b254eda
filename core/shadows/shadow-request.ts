import { GatewayError } from '../base/errors.ts';
import type { ShadowId } from '../contract/shadow.ts';
import { isObject, type Json, type JsonObject, SECTIONS, type SectionName } from './shadow-document.ts';

/** A request to update, checked. A section that was not submitted is left out; null removes it. */
export interface UpdateRequest {
  /** As it goes into the accepted answer. */
  readonly submitted: { readonly [S in SectionName]?: JsonObject | null } | null;
  /** null: whatever is there. */
  readonly version: number | null;
  readonly clientToken: string | undefined;
}

const MAX_DEPTH = 6;
const MAX_TOKEN_BYTES = 64;
/** A patch may be larger than what it leaves, by what it removes; nobody needs more than this to say so. */
const MAX_REQUEST_BYTES = 65_536;
const THING = /^[a-zA-Z0-9:_-]{1,128}$/;
const SHADOW = /^[a-zA-Z0-9:_-]{1,64}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The refusals in the contract's own words (4.1). */
export const refused = (status: number, message: string): GatewayError =>
  new GatewayError('shadow/refused', message, { details: { status } });

/** Names and the wording of the local shadow manager, whose classic shadow is the "Unnamed Shadow". */
export const noShadow = ({ name }: ShadowId): GatewayError =>
  refused(404, `No shadow exists with name: ${name ?? 'Unnamed Shadow'}`);
export const tooLarge = (): GatewayError => refused(413, 'The payload exceeds the maximum size allowed');

export function checkId({ thing, name }: ShadowId): void {
  if (!THING.test(thing)) throw refused(400, 'The thing name must have 1 to 128 letters, digits, ":", "_" and "-"');
  if (name !== null && !SHADOW.test(name))
    throw refused(400, 'The shadow name must have 1 to 64 letters, digits, ":", "_" and "-"');
}

function textOf(body: Uint8Array): string {
  if (body.byteLength === 0) throw refused(400, 'Missing update payload');
  if (body.byteLength > MAX_REQUEST_BYTES) throw tooLarge();
  try {
    return utf8.decode(body);
  } catch {
    throw refused(415, 'Unsupported documented encoding; supported encoding is UTF-8');
  }
}
function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(400, `Invalid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Containers that hold something count, a section's own included. Iterative: what came may be nested as deep as its bytes allow. */
function checkSection(section: JsonObject): void {
  const open: { readonly value: Json; readonly depth: number; readonly inList: boolean }[] = [
    { value: section, depth: 1, inList: false },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth, inList } = next;
    if (value === null && inList) throw refused(400, 'State contains an invalid node');
    if (typeof value !== 'object' || value === null) continue;
    const children = Object.values(value);
    if (children.length > 0 && depth > MAX_DEPTH)
      throw refused(400, `JSON contains too many levels of nesting; maximum is ${MAX_DEPTH}`);
    for (const child of children) open.push({ value: child, depth: depth + 1, inList: Array.isArray(value) });
  }
}

function submittedOf(state: JsonObject): NonNullable<UpdateRequest['submitted']> {
  const out: { [S in SectionName]?: JsonObject | null } = {};
  for (const name of SECTIONS) {
    if (!Object.hasOwn(state, name)) continue;
    const section = state[name] ?? null;
    if (section !== null && !isObject(section))
      throw refused(400, `${name === 'desired' ? 'Desired' : 'Reported'} node must be an object`);
    if (section) checkSection(section);
    out[name] = section;
  }
  // A delta that was read is often sent back with the rest: it is dropped.
  const others = Object.keys(state).filter((key) => key !== 'delta');
  if (Object.keys(out).length === 0 && others.length > 0) throw refused(400, 'State contains an invalid node');
  return out;
}

/** Checks the body of an update; throws `shadow/refused`. */
export function parseUpdate(body: Uint8Array): UpdateRequest {
  const root = jsonOf(textOf(body));
  if (!isObject(root) || !Object.hasOwn(root, 'state')) throw refused(400, 'Missing required node: state');
  const { state, version, clientToken } = root;
  if (state !== null && !isObject(state)) throw refused(400, 'State node must be an object');
  if (version !== undefined && !(typeof version === 'number' && Number.isInteger(version) && version >= 0))
    throw refused(400, 'Invalid version');
  if (clientToken !== undefined && !(typeof clientToken === 'string' && Buffer.byteLength(clientToken) <= MAX_TOKEN_BYTES))
    throw refused(400, 'Invalid clientToken');
  return { submitted: state && submittedOf(state), version: version ?? null, clientToken };
}

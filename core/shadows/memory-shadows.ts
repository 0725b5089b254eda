import type { Clock } from '../base/clock.ts';
import type { ShadowId, ShadowService } from '../contract/shadow.ts';
import {
  deltaOf,
  type MetadataObject,
  mergeSection,
  SECTIONS,
  type Section,
  type SectionName,
  type Sections,
  submittedMetadata,
} from './shadow-document.ts';
import { checkId, noShadow, parseUpdate, refused, tooLarge, type UpdateRequest } from './shadow-request.ts';

export interface MemoryShadowsDeps {
  readonly clock: Clock;
  /** On the shadow's topics, in the order in which they are to be seen. A refusal is the receiver's to tell. */
  publish(topic: string, payload: Uint8Array): void;
}

interface Shadow {
  readonly version: number;
  readonly sections: Sections;
}

/** Desired and reported, without metadata. */
const MAX_STATE_BYTES = 8192;
/** With 8 KB each, and their metadata, this stays below what a small gateway can spare. */
const MAX_SHADOWS = 1000;

const bytesOf = (value: object): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8');
const keyOf = ({ thing, name }: ShadowId): string => (name === null ? thing : `${thing}/${name}`);
const prefixOf = ({ thing, name }: ShadowId): string =>
  name === null ? `$aws/things/${thing}/shadow` : `$aws/things/${thing}/shadow/name/${name}`;

/** One part (state or metadata) of both sections, with those that are not there left out. */
function each<P extends keyof Section>(sections: Sections, part: P): { [S in SectionName]?: Section[P] } {
  const out: { [S in SectionName]?: Section[P] } = {};
  for (const name of SECTIONS) {
    const section = sections[name];
    if (section) out[name] = section[part];
  }
  return out;
}

function merged(before: Sections, { submitted }: UpdateRequest, timestamp: number): Sections {
  if (submitted === null) return {};
  const out: { [S in SectionName]?: Section } = { ...before };
  for (const name of SECTIONS) {
    const patch = submitted[name];
    if (patch === undefined) continue;
    const section = patch === null ? undefined : mergeSection(before[name], patch, timestamp);
    if (section) out[name] = section;
    else delete out[name];
  }
  return out;
}

function checkSize(sections: Sections): void {
  let bytes = 0;
  for (const name of SECTIONS) {
    const section = sections[name];
    if (section) bytes += Buffer.byteLength(JSON.stringify(section.state));
  }
  if (bytes > MAX_STATE_BYTES) throw tooLarge();
}

function acceptedMetadata({ submitted }: UpdateRequest, timestamp: number): { [S in SectionName]?: MetadataObject } {
  const out: { [S in SectionName]?: MetadataObject } = {};
  for (const name of SECTIONS) {
    const patch = submitted?.[name];
    if (patch) out[name] = submittedMetadata(patch, timestamp);
  }
  return out;
}

/**
 * The local shadows in memory: gone with the gateway. Where cloud and local shadow manager differ they do as the latter: a request's
 * version for a shadow that is not there must be 1, and one that was deleted begins at version 1 again.
 */
export function createMemoryShadows({ clock, publish }: MemoryShadowsDeps): ShadowService {
  const shadows = new Map<string, Shadow>();

  function checkVersion(shadow: Shadow | undefined, version: number | null): void {
    if (version === null) return;
    if (!shadow) {
      if (version !== 1) throw refused(400, 'Invalid version');
    } else if (version !== shadow.version) throw refused(409, 'Version conflict');
  }
  const documentOf = ({ sections, version }: Shadow) => ({
    state: each(sections, 'state'),
    metadata: each(sections, 'metadata'),
    version,
  });
  const seconds = (): number => Math.floor(clock.now() / 1000);
  function find(id: ShadowId): Shadow {
    checkId(id);
    const shadow = shadows.get(keyOf(id));
    if (!shadow) throw noShadow(id);
    return shadow;
  }
  return {
    async get(id) {
      const shadow = find(id);
      const { state, metadata, version } = documentOf(shadow);
      const delta = deltaOf(shadow.sections);
      return bytesOf({ state: delta ? { ...state, delta: delta.state } : state, metadata, version, timestamp: seconds() });
    },
    async update(id, body) {
      checkId(id);
      const request = parseUpdate(body);
      const before = shadows.get(keyOf(id));
      checkVersion(before, request.version);
      const timestamp = seconds();
      const sections = merged(before?.sections ?? {}, request, timestamp);
      checkSize(sections);
      if (!before && shadows.size >= MAX_SHADOWS) throw refused(400, `There are ${MAX_SHADOWS} shadows already`);
      const shadow = { version: (before?.version ?? 0) + 1, sections };
      shadows.set(keyOf(id), shadow);

      const { version } = shadow;
      const token = request.clientToken === undefined ? {} : { clientToken: request.clientToken };
      const accepted = bytesOf({
        state: request.submitted,
        metadata: acceptedMetadata(request, timestamp),
        version,
        timestamp,
        ...token,
      });
      const delta = deltaOf(sections);
      const prefix = prefixOf(id);
      if (delta) publish(`${prefix}/update/delta`, bytesOf({ ...delta, version, timestamp, ...token }));
      const previous = before ? { previous: documentOf(before) } : {};
      publish(`${prefix}/update/documents`, bytesOf({ ...previous, current: documentOf(shadow), timestamp, ...token }));
      publish(`${prefix}/update/accepted`, accepted);
      return accepted;
    },
    async delete(id) {
      const { version } = find(id);
      shadows.delete(keyOf(id));
      const accepted = bytesOf({ version, timestamp: seconds() });
      publish(`${prefixOf(id)}/delete/accepted`, accepted);
      return accepted;
    },
  };
}

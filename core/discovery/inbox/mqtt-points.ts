import type { Draft } from '../../contract/commission-views.ts';
import { idOf, uniqueId } from './sighting.ts';

const MAX_POINTS = 64;
const MAX_DEPTH = 4;

interface Leaf {
  readonly path: string;
  readonly value: number | boolean;
}

/** `a.b[0].c`, and `["odd name"]` is left out: a path is written as people write it. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

function leavesOf(value: unknown, path: string, depth: number): Leaf[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [{ path, value }];
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, 16).flatMap((one, i) => leavesOf(one, `${path}[${i}]`, depth + 1));
  return Object.entries(value).flatMap(([key, one]) =>
    NAME.test(key) ? leavesOf(one, path === '' ? key : `${path}.${key}`, depth + 1) : [],
  );
}

const isObject = (value: Draft[string]): value is Record<string, Draft[string]> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(payload: Uint8Array): unknown {
  const text = Buffer.from(payload).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // plain text or bytes: no values that could be named
  }
}

/** The topics that a template's points come on; none where one of them could be anybody's, or it is no template of MQTT. */
export function topicsOf({ adapter, points }: Draft): readonly string[] {
  if (adapter !== 'mqtt' || !Array.isArray(points)) return [];
  const topics = points.map((point) => (isObject(point) && typeof point['topic'] === 'string' ? point['topic'] : '#'));
  return topics.every((topic) => /[^+#/]/.test(topic)) ? [...new Set(topics)] : [];
}

const lastLevel = (topic: string): string => topic.slice(topic.lastIndexOf('/') + 1);

/** Points for the numbers and switches in the newest payloads of these topics. Never throws. */
export function pointsOfTopics(topics: ReadonlyMap<string, Uint8Array>): readonly Draft[string][] {
  const taken = new Set<string>();
  const points: Draft[string][] = [];
  for (const [topic, payload] of topics) {
    for (const { path, value } of leavesOf(parse(payload), '', 0)) {
      if (points.length >= MAX_POINTS) return points;
      const name = uniqueId(idOf(path === '' ? lastLevel(topic) : path, 'value'), (id) => taken.has(id));
      taken.add(name);
      const type = typeof value === 'boolean' ? 'boolean' : 'number';
      points.push({ name, topic, type, ...(path !== '' && { json: path }) });
    }
  }
  return points;
}

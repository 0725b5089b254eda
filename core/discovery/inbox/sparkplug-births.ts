import { decodePayload } from '../../adapters/sparkplug/payload.ts';
import type { GuessView } from '../../contract/commission-views.ts';
import { asDraft } from '../draft-json.ts';
import { idOf, type Sighting, uniqueId } from './sighting.ts';

/** A Sparkplug B node, or a device behind it, as its last birth or death says (Eclipse Sparkplug 3.0, 6.4). */
export interface SparkplugBirth {
  /** `<group>/<node>` or `<group>/<node>/<device>` */
  readonly id: string;
  readonly alive: boolean;
  /** Names of its metrics as its birth has them; empty where no birth was heard. */
  readonly metrics: readonly string[];
}

const MAX_POINTS = 500;
/** What a node has for its hosts, not for people (6.4.7, 6.4.14). */
const OF_THE_NODE = /^(bdSeq$|Node Control\/|Device Control\/|Properties\/)/;

const TOPIC = /^spBv1\.0\/([^/]+)\/(N|D)(BIRTH|DEATH|DATA)\/([^/]+)(?:\/([^/]+))?$/;

/** What a message on a Sparkplug topic says of who is there; undefined where it says nothing. */
export function birthOf(topic: string, payload: Uint8Array): SparkplugBirth | undefined {
  const [, group, level, kind, node, device] = TOPIC.exec(topic) ?? [];
  if (group === undefined || node === undefined || (level === 'D') !== (device !== undefined)) return undefined;
  const id = [group, node, ...(device === undefined ? [] : [device])].join('/');
  return { id, alive: kind !== 'DEATH', metrics: kind === 'BIRTH' ? metricsOf(payload) : [] };
}

function metricsOf(payload: Uint8Array): readonly string[] {
  const decoded = decodePayload(payload);
  if (!decoded.ok) return [];
  const names = decoded.payload.metrics.flatMap(({ name }) => (name === undefined || OF_THE_NODE.test(name) ? [] : [name]));
  return [...new Set(names)].slice(0, MAX_POINTS);
}

function pointsOf(metrics: readonly string[]): readonly object[] {
  const taken = new Set<string>();
  return metrics.map((metric) => {
    const name = uniqueId(idOf(metric, 'metric'), (id) => taken.has(id));
    taken.add(name);
    return { name, label: metric.slice(-80), metric };
  });
}

/** None before its birth was heard: its metrics are not known, and a device needs values. */
function guessesOf({ id, metrics }: SparkplugBirth): readonly GuessView[] {
  if (metrics.length === 0) return [];
  const [group = '', node = '', device] = id.split('/');
  const draft = asDraft({
    name: (device ?? node).slice(0, 80),
    adapter: 'sparkplug',
    group,
    node,
    device,
    identity: `sparkplug:${id}`,
    points: pointsOf(metrics),
  });
  const what = device === undefined ? 'Sparkplug edge node' : 'Device behind a Sparkplug edge node';
  const why = `It publishes on the topics of Sparkplug B; its birth names ${metrics.length === 1 ? 'one metric' : `${metrics.length} metrics`}.`;
  return [{ what, why, confidence: 'sure', profile: null, adapter: 'sparkplug', draft }];
}

export function sparkplugSighting(birth: SparkplugBirth, present: () => boolean): Sighting {
  const { id } = birth;
  const [group = '', node = '', device] = id.split('/');
  return {
    id: `sparkplug:${id}`,
    kind: 'sparkplug',
    title: device ?? node,
    place: `group ${group}`,
    detail: `${device === undefined ? `edge node ${node}` : `device behind ${node}`}${birth.metrics.length > 0 ? '' : '; its birth was not heard yet'}`,
    rssi: null,
    steady: false,
    key: id,
    present,
    guesses: () => guessesOf(birth),
    basis: birth.metrics.join(' '),
  };
}

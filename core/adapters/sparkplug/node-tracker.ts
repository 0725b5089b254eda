import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { MqttHeard, MqttTraffic } from '../mqtt-traffic.ts';
import { decodePayload, encodeCommand, type Metric, type SparkplugPayload } from './payload.ts';
import { DATATYPES, type RawValue } from './values.ts';

/** A metric whose name and datatype are known, from this message or from the birth. */
export interface NamedMetric {
  readonly name: string;
  readonly datatype: number;
  readonly isNull: boolean;
  readonly quality: Metric['quality'];
  readonly value: RawValue | undefined;
}

/** `device` is undefined for the edge node itself. */
export type NodeEvent =
  | {
      readonly kind: 'birth' | 'data';
      readonly device: string | undefined;
      readonly metrics: readonly NamedMetric[];
      readonly heard: MqttHeard;
    }
  /** Without a device: the node, and with it all of its devices. */
  | { readonly kind: 'death'; readonly device: string | undefined }
  | { readonly kind: 'fault'; readonly error: GatewayError; readonly heard: MqttHeard };

/** What is known of one edge node and of the devices behind it. */
export interface NodeTracker {
  onEvent(listener: (event: NodeEvent) => void): () => void;
  isBorn(device: string | undefined): boolean;
  /** The datatype that a metric was born with. */
  typeOf(device: string | undefined, metric: string): number | undefined;
  /** Asks the node for its births, now or when the time since the last wish is over. Never rejects: a node that is not there does not hear it. */
  askRebirth(why: string): void;
  stop(): void;
}

interface Scope {
  readonly types: ReadonlyMap<string, number>;
  readonly aliases: ReadonlyMap<bigint, string>;
}

export interface NodeName {
  readonly group: string;
  readonly node: string;
}

interface NodeDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly mqtt: MqttTraffic;
  readonly random: () => number;
}

const PREFIX = 'spBv1.0';
const REBIRTH = 'Node Control/Rebirth';
/** A birth may be long, and a node that loses messages would give one after another. */
const REBIRTH_PACE = { firstMs: 5000, maxMs: 300_000 };
const MAX_DEVICES = 2000;
const SEQ_COUNT = 256;

const scopeOf = (metrics: readonly Metric[]): Scope => {
  const types = new Map<string, number>();
  const aliases = new Map<bigint, string>();
  for (const { name, alias, datatype } of metrics) {
    if (name === undefined) continue;
    if (datatype !== undefined) types.set(name, datatype);
    if (alias !== undefined) aliases.set(alias, name);
  }
  return { types, aliases };
};

const bdSeqOf = (metrics: readonly Metric[]): bigint | undefined => {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value;
  return value && (value.in === 'int' || value.in === 'long') ? value.bits : undefined;
};

/** Metrics with their names. `unknown`: one of them has an alias or a type that no birth has told. */
function named(
  metrics: readonly Metric[],
  scope: Scope,
): { readonly metrics: readonly NamedMetric[]; readonly unknown: boolean } {
  let unknown = false;
  const known = metrics.flatMap((metric): NamedMetric[] => {
    if (metric.isHistorical) return []; // of the past, not of now
    const name = metric.name || (metric.alias === undefined ? undefined : scope.aliases.get(metric.alias));
    const datatype = name === undefined ? undefined : (metric.datatype ?? scope.types.get(name));
    if (name === undefined || datatype === undefined) unknown = true;
    else return [{ name, datatype, isNull: metric.isNull, quality: metric.quality, value: metric.value }];
    return [];
  });
  return { metrics: known, unknown };
}

/**
 * Follows an edge node by its births, deaths and sequence numbers (Eclipse Sparkplug 3.0, sections 5 and 6.4). A message that is missing
 * or that comes before its birth makes it ask for a rebirth. A death counts only for the birth that it belongs to (`bdSeq`).
 */
export function createNodeTracker({ clock, log, mqtt, random }: NodeDeps, { group, node }: NodeName): NodeTracker {
  const events = createEmitter<NodeEvent>((cause) => log.error('sparkplug.listener-failed', { cause }));
  /** By device; empty for the node itself. Only those that are born. */
  const scopes = new Map<string, Scope>();
  const pace = createBackoff(REBIRTH_PACE, random);
  let askAgainAt = Number.NEGATIVE_INFINITY;
  /** It is to be asked when its time has come. */
  let cancelAsking: (() => void) | undefined;
  let bdSeq: bigint | undefined;
  let expected: number | undefined;

  function askRebirth(why: string): void {
    if (cancelAsking) return;
    const now = clock.monotonic();
    if (now >= askAgainAt) askNow(why, now);
    else
      cancelAsking = clock.after(askAgainAt - now, () => {
        cancelAsking = undefined;
        askNow(why, clock.monotonic());
      });
  }
  function askNow(why: string, now: number): void {
    askAgainAt = now + pace.next();
    log.info('sparkplug.rebirth-asked', { group, node, message: why });
    const command = encodeCommand(REBIRTH, DATATYPES.Boolean, { in: 'boolean', flag: true }, clock.now());
    mqtt
      .publish(`${PREFIX}/${group}/NCMD/${node}`, command, { qos: 0, retain: false })
      .catch((cause: unknown) => log.debug('sparkplug.rebirth-not-asked', { cause }));
  }
  function stopAsking(): void {
    cancelAsking?.();
    cancelAsking = undefined;
  }
  function fault(heard: MqttHeard, why: string): void {
    const error = new GatewayError('adapter/bad-frame', `${heard.topic}: ${why}`);
    events.emit({ kind: 'fault', error, heard });
  }

  /** Section 6.4.8: one more with each message of the node or of a device behind it, 0 after 255. */
  function checkSeq(heard: MqttHeard, seq: number | undefined): void {
    if (seq === undefined) {
      fault(heard, 'it has no sequence number');
      return;
    }
    const wanted = expected;
    expected = (seq + 1) % SEQ_COUNT;
    if (wanted === undefined || wanted === seq) return;
    const why = `message ${wanted} is missing, ${seq} came`;
    fault(heard, why);
    askRebirth(why);
  }
  function nodeDied(): void {
    scopes.clear();
    expected = undefined;
    events.emit({ kind: 'death', device: undefined });
  }
  function born(device: string | undefined, payload: SparkplugPayload, heard: MqttHeard): void {
    if (device === undefined) {
      scopes.clear();
      bdSeq = bdSeqOf(payload.metrics);
      expected = ((payload.seq ?? 0) + 1) % SEQ_COUNT;
      pace.reset();
      stopAsking();
    } else {
      if (!scopes.has('')) {
        askRebirth(`the device ${device} was born before its node`);
        return;
      }
      checkSeq(heard, payload.seq);
      if (scopes.size > MAX_DEVICES) {
        fault(heard, `the node has more than ${MAX_DEVICES} devices`);
        return;
      }
    }
    const scope = scopeOf(payload.metrics);
    scopes.set(device ?? '', scope);
    events.emit({ kind: 'birth', device, metrics: named(payload.metrics, scope).metrics, heard });
  }
  function data(device: string | undefined, payload: SparkplugPayload, heard: MqttHeard): void {
    const scope = scopes.get(device ?? '');
    if (scopes.has('')) checkSeq(heard, payload.seq);
    if (!scope) {
      askRebirth(`data of ${device ?? node} came before its birth`);
      return;
    }
    const { metrics, unknown } = named(payload.metrics, scope);
    if (unknown) {
      fault(heard, 'it has a metric that the birth did not name');
      askRebirth('a metric is not known');
    }
    events.emit({ kind: 'data', device, metrics, heard });
  }
  function dead(device: string | undefined, payload: SparkplugPayload, heard: MqttHeard): void {
    if (device === undefined) {
      const of = bdSeqOf(payload.metrics);
      // That of an earlier connection may come late: it does not count.
      if (bdSeq === undefined || of === undefined || of === bdSeq) nodeDied();
      return;
    }
    if (scopes.has('')) checkSeq(heard, payload.seq);
    scopes.delete(device);
    events.emit({ kind: 'death', device });
  }

  function hear(heard: MqttHeard): void {
    const [, , type = '', , device, more] = heard.topic.split('/');
    if (more !== undefined || heard.client === '') return; // births and data are never retained
    const forDevice = type.startsWith('D');
    if (forDevice !== (device !== undefined) || type.endsWith('CMD')) return;
    const decoded = decodePayload(heard.payload);
    if (!decoded.ok) fault(heard, decoded.why);
    else if (type.endsWith('BIRTH')) born(device, decoded.payload, heard);
    else if (type.endsWith('DATA')) data(device, decoded.payload, heard);
    else if (type.endsWith('DEATH')) dead(device, decoded.payload, heard);
  }

  const stopHearing = mqtt.onMessage(`${PREFIX}/${group}/+/${node}/#`, hear);
  return {
    onEvent: (listener) => events.on(listener),
    isBorn: (device) => scopes.has(device ?? ''),
    typeOf: (device, metric) => scopes.get(device ?? '')?.types.get(metric),
    askRebirth,
    stop() {
      stopHearing();
      stopAsking();
    },
  };
}

interface Shared {
  readonly tracker: NodeTracker;
  users: number;
}
const shared = new WeakMap<MqttTraffic, Map<string, Shared>>();

/** The tracker of a node: one for all devices behind it, as they share its sequence numbers. Give it back when done. */
export function joinNode(deps: NodeDeps, name: NodeName): { readonly tracker: NodeTracker; leave(): void } {
  const all = shared.get(deps.mqtt) ?? new Map<string, Shared>();
  shared.set(deps.mqtt, all);
  const key = `${name.group}/${name.node}`;
  const held = all.get(key) ?? { tracker: createNodeTracker(deps, name), users: 0 };
  all.set(key, held);
  held.users += 1;
  let left = false;
  return {
    tracker: held.tracker,
    leave() {
      if (left) return;
      left = true;
      held.users -= 1;
      if (held.users > 0) return;
      all.delete(key);
      held.tracker.stop();
    },
  };
}

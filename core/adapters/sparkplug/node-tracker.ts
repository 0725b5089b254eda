import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createEmitter, type Emitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { MqttHeard, MqttTraffic } from '../mqtt-traffic.ts';
import { type CommandedMetric, decodePayload, encodeCommand, type Metric, type SparkplugPayload } from './payload.ts';
import { DATATYPES, type RawValue } from './values.ts';

/** A metric whose name and datatype are known, from this message or from the birth. */
export interface NamedMetric {
  readonly name: string;
  readonly datatype: number;
  readonly isNull: boolean;
  readonly quality: Metric['quality'];
  readonly value: RawValue | undefined;
  /** Wall time in ms, by the clock of the edge node; undefined where it does not say. */
  readonly at: number | undefined;
}

/** `device` is undefined for the edge node itself. */
export type NodeEvent =
  | {
      readonly kind: 'birth' | 'data';
      readonly device: string | undefined;
      readonly metrics: readonly NamedMetric[];
      /** Of earlier, kept by the node while it was cut off (`is_historical`): not the present. */
      readonly past: readonly NamedMetric[];
      readonly heard: MqttHeard;
    }
  /** Without a device: the node, and with it all of its devices. */
  | { readonly kind: 'death'; readonly device: string | undefined }
  | { readonly kind: 'fault'; readonly error: GatewayError; readonly heard: MqttHeard };

/** What is known of one edge node and of the devices behind it. */
export interface NodeTracker {
  /** What concerns this device (undefined: the node itself): its own events, births and deaths of the node, and messages that are missing. */
  onEvent(device: string | undefined, listener: (event: NodeEvent) => void): () => void;
  isBorn(device: string | undefined): boolean;
  /** A metric as it was born; undefined where no birth has named it with its type. */
  metricOf(device: string | undefined, metric: string): CommandedMetric | undefined;
  /** Asks the node for its births, now or when the time since the last wish is over. Never rejects: a node that is not there does not hear it. */
  askRebirth(why: string): void;
  stop(): void;
}

interface Scope {
  readonly byName: ReadonlyMap<string, CommandedMetric>;
  readonly byAlias: ReadonlyMap<bigint, string>;
}

export interface NodeName {
  readonly group: string;
  readonly node: string;
}

export interface NodeDeps {
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

function scopeOf(metrics: readonly Metric[]): Scope {
  const byName = new Map<string, CommandedMetric>();
  const byAlias = new Map<bigint, string>();
  const twice = new Set<bigint>();
  for (const { name, alias, datatype } of metrics) {
    if (name === undefined || datatype === undefined) continue;
    byName.set(name, { name, alias, datatype });
    if (alias === undefined) continue;
    if (byAlias.has(alias)) twice.add(alias);
    byAlias.set(alias, name);
  }
  // Nobody can tell whose value it is, and a wrong one would be worse than none (payloads-alias-uniqueness).
  for (const alias of twice) byAlias.delete(alias);
  return { byName, byAlias };
}

const bdSeqOf = (metrics: readonly Metric[]): bigint | undefined => {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value;
  return value && (value.in === 'int' || value.in === 'long') ? value.bits : undefined;
};

interface Named {
  readonly metrics: readonly NamedMetric[];
  readonly past: readonly NamedMetric[];
  /** One of them has an alias or a type that no birth has told. */
  readonly unknown: boolean;
}

/** Metrics with their names. */
function named({ metrics, timestamp }: SparkplugPayload, scope: Scope): Named {
  const now: NamedMetric[] = [];
  const past: NamedMetric[] = [];
  let unknown = false;
  for (const metric of metrics) {
    const name = metric.name || (metric.alias === undefined ? undefined : scope.byAlias.get(metric.alias));
    const datatype = name === undefined ? undefined : (metric.datatype ?? scope.byName.get(name)?.datatype);
    if (name === undefined || datatype === undefined) {
      unknown = true;
      continue;
    }
    const { isNull, quality, value } = metric;
    const at = metric.timestamp ?? timestamp;
    (metric.isHistorical ? past : now).push({ name, datatype, isNull, quality, value, at: at === undefined ? at : Number(at) });
  }
  return { metrics: now, past, unknown };
}

/**
 * Follows an edge node by its births, deaths and sequence numbers (Eclipse Sparkplug 3.0, sections 5 and 6.4). A message that is missing
 * or that comes before its birth makes it ask for a rebirth. A death counts only for the birth that it belongs to (`bdSeq`).
 */
export function createNodeTracker({ clock, log, mqtt, random }: NodeDeps, { group, node }: NodeName): NodeTracker {
  /** By device; empty for the node itself. */
  const listeners = new Map<string, Emitter<NodeEvent>>();
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
    // Always by its name: no birth gives it an alias (operational-behavior-data-commands-rebirth-name-aliases).
    const metric = { name: REBIRTH, alias: undefined, datatype: DATATYPES.Boolean };
    const command = encodeCommand(metric, { in: 'boolean', flag: true }, clock.now());
    mqtt
      .publish(`${PREFIX}/${group}/NCMD/${node}`, command, { qos: 0, retain: false })
      .catch((cause: unknown) => log.debug('sparkplug.rebirth-not-asked', { cause }));
  }
  function stopAsking(): void {
    cancelAsking?.();
    cancelAsking = undefined;
  }
  const tell = (device: string | undefined, event: NodeEvent): void => listeners.get(device ?? '')?.emit(event);
  function tellAll(event: NodeEvent): void {
    for (const one of listeners.values()) one.emit(event);
  }
  const faultOf = (heard: MqttHeard, why: string): NodeEvent => ({
    kind: 'fault',
    error: new GatewayError('adapter/bad-frame', `${heard.topic}: ${why}`),
    heard,
  });

  /** Section 6.4.8: one more with each message of the node or of a device behind it, 0 after 255. */
  function checkSeq(heard: MqttHeard, seq: number | undefined): void {
    if (seq === undefined) {
      tellAll(faultOf(heard, 'it has no sequence number'));
      return;
    }
    const wanted = expected;
    expected = (seq + 1) % SEQ_COUNT;
    if (wanted === undefined || wanted === seq) return;
    const why = `message ${wanted} is missing, ${seq} came`;
    tellAll(faultOf(heard, why)); // it may have been of any of them
    askRebirth(why);
  }
  function nodeDied(): void {
    scopes.clear();
    expected = undefined;
    tellAll({ kind: 'death', device: undefined });
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
        tell(device, faultOf(heard, `the node has more than ${MAX_DEVICES} devices`));
        return;
      }
    }
    const scope = scopeOf(payload.metrics);
    scopes.set(device ?? '', scope);
    const { metrics, past } = named(payload, scope);
    const birth: NodeEvent = { kind: 'birth', device, metrics, past, heard };
    if (device === undefined) tellAll(birth);
    else tell(device, birth);
  }
  function data(device: string | undefined, payload: SparkplugPayload, heard: MqttHeard): void {
    const scope = scopes.get(device ?? '');
    if (scopes.has('')) checkSeq(heard, payload.seq);
    if (!scope) {
      askRebirth(`data of ${device ?? node} came before its birth`);
      return;
    }
    const { metrics, past, unknown } = named(payload, scope);
    if (unknown) {
      tell(device, faultOf(heard, 'it has a metric that the birth did not name'));
      askRebirth('a metric is not known');
    }
    tell(device, { kind: 'data', device, metrics, past, heard });
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
    tell(device, { kind: 'death', device });
  }

  function hear(heard: MqttHeard): void {
    const [, , type = '', , device, more] = heard.topic.split('/');
    if (more !== undefined || heard.client === '') return; // births and data are never retained
    const forDevice = type.startsWith('D');
    if (forDevice !== (device !== undefined) || type.endsWith('CMD')) return;
    const decoded = decodePayload(heard.payload);
    if (!decoded.ok) tell(device, faultOf(heard, decoded.why));
    else if (type.endsWith('BIRTH')) born(device, decoded.payload, heard);
    else if (type.endsWith('DATA')) data(device, decoded.payload, heard);
    else if (type.endsWith('DEATH')) dead(device, decoded.payload, heard);
  }

  const stopHearing = mqtt.onMessage(`${PREFIX}/${group}/+/${node}/#`, hear);
  return {
    onEvent(device, listener) {
      const key = device ?? '';
      const own = listeners.get(key) ?? createEmitter<NodeEvent>((cause) => log.error('sparkplug.listener-failed', { cause }));
      listeners.set(key, own);
      const stop = own.on(listener);
      return () => {
        stop();
        if (own.size === 0 && listeners.get(key) === own) listeners.delete(key);
      };
    },
    isBorn: (device) => scopes.has(device ?? ''),
    metricOf: (device, metric) => scopes.get(device ?? '')?.byName.get(metric),
    askRebirth,
    stop() {
      stopHearing();
      stopAsking();
    },
  };
}

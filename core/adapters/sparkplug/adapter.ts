import { GatewayError } from '../../base/errors.ts';
import type { SparkplugDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, AdapterSession } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { tidy } from '../tidy.ts';
import { joinNode, type NamedMetric, type NodeEvent } from './node-tracker.ts';
import { encodeCommand } from './payload.ts';
import { DATATYPES, decodeValue, encodeValue } from './values.ts';

type Point = SparkplugDeviceConfig['points'][number];

/** An edge node of Sparkplug B, or a device behind it (Eclipse Sparkplug 3.0). The gateway is a host application that is not the primary one. */
export const sparkplugAdapter: AdapterKind<SparkplugDeviceConfig> = {
  kind: 'sparkplug',
  describe: describeConnection,
  async open(config, context, signal) {
    signal.throwIfAborted();
    return createSession(config, context);
  },
};

/** A node that is there answers the wish for a birth well within this. */
const BIRTH_PATIENCE_MS = 5000;

const bad = (point: string, note: string): Reading => ({ point, value: null, quality: 'bad', note });

function readMetric({ name, scale, offset }: Point, metric: NamedMetric): Reading {
  if (metric.isNull || !metric.value) return bad(name, 'the device reports that it has no value');
  if (metric.quality === 'bad') return bad(name, 'the device says that the value is bad');
  const decoded = decodeValue(metric.datatype, metric.value);
  if (!decoded.ok) return bad(name, decoded.why);
  const { value, note } = decoded;
  const result = typeof value === 'number' ? tidy(value * scale + offset) : value;
  return { point: name, value: result, quality: metric.quality, ...(note === undefined ? {} : { note }) };
}

/** The value as the device counts: without scale and offset, whole where its type is. */
function unscaled({ scale, offset }: Point, datatype: number, value: number | string | boolean): number | string | boolean {
  if (typeof value !== 'number') return value;
  const raw = tidy((value - offset) / scale);
  const whole = datatype <= DATATYPES.UInt64;
  return whole && Math.abs(raw - Math.round(raw)) < 1e-6 ? Math.round(raw) : raw;
}

function createSession(config: SparkplugDeviceConfig, context: AdapterContext): AdapterSession {
  const { clock, log, random, field } = context;
  const { mqtt } = field;
  const { group, node, device } = config;
  const done = Promise.withResolvers<undefined>();
  const { tracker, leave } = joinNode({ clock, log, random, mqtt }, { group, node });

  let stopWaiting = (): void => {};

  const away = (why: string): void => context.fault(new GatewayError('adapter/away', `${config.name}: ${why}`));

  function readings(metrics: readonly NamedMetric[], whole: boolean): readonly Reading[] {
    const byName = new Map(metrics.map((metric) => [metric.name, metric]));
    return config.points.flatMap((point): Reading[] => {
      const metric = byName.get(point.metric);
      if (metric) return [readMetric(point, metric)];
      return whole ? [bad(point.name, `"${point.metric}" is not in the birth message`)] : [];
    });
  }
  function hear(event: NodeEvent): void {
    if (event.kind === 'fault') {
      context.frame({ direction: 'in', bytes: event.heard.payload, decoded: event.error.message, faulty: true });
      context.fault(event.error);
      return;
    }
    if (event.kind === 'death') {
      if (event.device === undefined) away('its edge node has died (NDEATH)');
      else if (event.device === device) away('it has died (DDEATH)');
      return;
    }
    // With its node a device is born anew; one that was taken away meanwhile is not.
    if (event.kind === 'birth' && event.device === undefined && device !== undefined) awaitBirth();
    if (event.device !== device) return;
    const { heard } = event;
    const read = readings(event.metrics, event.kind === 'birth');
    if (context.framesWanted()) {
      const decoded = `${heard.topic}: ${event.metrics.length} metrics, ${read.length} of them points`;
      context.frame({ direction: 'in', bytes: heard.payload, decoded, faulty: false });
    }
    // Data without a value of ours is a sign of life all the same.
    context.emit({ readings: read, sampledAt: heard.at }, heard.heardAt);
  }

  function awaitBirth(): void {
    stopWaiting();
    stopWaiting = clock.after(BIRTH_PATIENCE_MS, () => {
      if (!tracker.isBorn(device)) away('no birth message has come');
    });
  }

  const stopHearing = tracker.onEvent(hear);
  tracker.askRebirth(`${config.name} begins to listen`);
  awaitBirth();

  return {
    closed: done.promise,
    async close() {
      stopWaiting();
      stopHearing();
      leave();
      done.resolve(undefined);
    },
    async write(name, value, signal) {
      signal.throwIfAborted();
      const point = config.points.find((one) => one.name === name);
      if (!point) throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${name}"`);
      if (!point.writable) throw new GatewayError('adapter/not-writable', `${config.name}: "${name}" cannot be written`);
      const datatype = tracker.typeOf(device, point.metric);
      if (datatype === undefined) {
        throw new GatewayError('adapter/away', `${config.name}: "${point.metric}" is not known, as no birth message named it`);
      }
      const raw = encodeValue(datatype, unscaled(point, datatype, value));
      if (!raw) throw new GatewayError('adapter/bad-value', `${config.name}: ${String(value)} does not fit "${point.metric}"`);
      const bytes = encodeCommand(point.metric, datatype, raw, clock.now());
      const topic = `spBv1.0/${group}/${device === undefined ? 'NCMD' : 'DCMD'}/${node}${device === undefined ? '' : `/${device}`}`;
      if (context.framesWanted())
        context.frame({ direction: 'out', bytes, decoded: `${topic}: ${point.metric} := ${String(value)}`, faulty: false });
      await mqtt.publish(topic, bytes, { qos: 0, retain: false });
    },
  };
}

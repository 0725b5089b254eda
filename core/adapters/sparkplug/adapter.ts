import { GatewayError } from '../../base/errors.ts';
import type { SparkplugDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, AdapterSession, CommandOutcome } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createReportWaits } from '../model/report-waits.ts';
import { tidy } from '../tidy.ts';
import { joinHost } from './host-state.ts';
import { joinNode } from './join-node.ts';
import type { NamedMetric, NodeEvent } from './node-tracker.ts';
import { decodeValue } from './values.ts';
import { encodeMetricWrite, type MetricWrite } from './write-metric.ts';

type Point = SparkplugDeviceConfig['points'][number];
type Value = number | string | boolean;

/** An edge node of Sparkplug B, or a device behind it (Eclipse Sparkplug 3.0). The gateway is a host application, the primary one where the document says so. */
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
/** 2000 to 2100, in ms. */
const TIMES = { first: 946_684_800_000, last: 4_102_444_800_000 };

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

function pointsByMetric(points: readonly Point[]): ReadonlyMap<string, readonly Point[]> {
  const all = new Map<string, Point[]>();
  for (const point of points) all.set(point.metric, [...(all.get(point.metric) ?? []), point]);
  return all;
}

function createSession(config: SparkplugDeviceConfig, context: AdapterContext): AdapterSession {
  const { clock, log, random, field } = context;
  const { mqtt } = field;
  const { group, node, device } = config;
  const done = Promise.withResolvers<undefined>();
  const { tracker, leave } = joinNode({ clock, log, random, mqtt }, { group, node });
  const leaveHost = config.hostId === undefined ? () => {} : joinHost({ clock, log, random, mqtt }, config.hostId);

  const byMetric = pointsByMetric(config.points);
  const waits = createReportWaits(context, config.name);
  let awayBecause = 'no birth message has come yet';
  let stopWaiting = (): void => {};

  function away(why: string): void {
    awayBecause = why;
    waits.end(new GatewayError('adapter/away', `${config.name}: ${why}, and has not said what became of the write`));
    context.fault(new GatewayError('adapter/away', `${config.name}: ${why}`));
  }

  /** Of a metric that is there more than once the last value is the newest. */
  function readings(metrics: readonly NamedMetric[]): readonly Reading[] {
    const newest = new Map(metrics.map((metric) => [metric.name, metric]));
    return [...newest.values()].flatMap((metric) => (byMetric.get(metric.name) ?? []).map((point) => readMetric(point, metric)));
  }
  /** A birth names all that there is. */
  function missing(metrics: readonly NamedMetric[]): readonly Reading[] {
    const names = new Set(metrics.map(({ name }) => name));
    const points = config.points.filter(({ metric }) => !names.has(metric));
    return points.map(({ name, metric }) => bad(name, `"${metric}" is not in the birth message`));
  }
  /** What belongs to one moment stays together. Without a time, or with one of a clock that was never set, it belongs nowhere. */
  function tellPast(past: readonly NamedMetric[], heardAt: number): void {
    for (const [sampledAt, metrics] of Map.groupBy(past, ({ at = 0 }) => at)) {
      const read = sampledAt >= TIMES.first && sampledAt <= TIMES.last ? readings(metrics) : [];
      if (read.length > 0) context.emit({ readings: read, sampledAt, past: true }, heardAt);
    }
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
    const told = readings(event.metrics);
    const read = event.kind === 'birth' ? [...told, ...missing([...event.metrics, ...event.past])] : told;
    if (context.framesWanted()) {
      const { metrics, past } = event;
      const earlier = past.length === 0 ? '' : `, and ${past.length} of earlier`;
      const decoded = `${heard.topic}: ${metrics.length} metrics, ${read.length} of them points${earlier}`;
      context.frame({ direction: 'in', bytes: heard.payload, decoded, faulty: false });
    }
    // Data without a value of ours is a sign of life all the same.
    context.emit({ readings: read, sampledAt: heard.at }, heard.heardAt);
    waits.heard(told);
    tellPast(event.past, heard.heardAt);
  }

  function awaitBirth(): void {
    stopWaiting();
    stopWaiting = clock.after(BIRTH_PATIENCE_MS, () => {
      if (!tracker.isBorn(device)) away('no birth message has come');
    });
  }

  const prepare = (name: string, value: Value, signal: AbortSignal): MetricWrite => {
    signal.throwIfAborted();
    return encodeMetricWrite(config, tracker, { name, value, at: clock.now(), awayBecause });
  };
  async function publish({ topic, payload, point }: MetricWrite, value: Value): Promise<void> {
    if (context.framesWanted())
      context.frame({
        direction: 'out',
        bytes: payload,
        decoded: `${topic}: ${point.metric} := ${String(value)}`,
        faulty: false,
      });
    await mqtt.publish(topic, payload, { qos: 0, retain: false });
  }
  async function writeConfirmed(name: string, value: Value, signal: AbortSignal): Promise<CommandOutcome> {
    const write = prepare(name, value, signal);
    const { point, confirmMs: withinMs, resolution } = write;
    return await waits.write({ point, value, withinMs, resolution, send: () => publish(write, value) }, signal);
  }

  const stopHearing = tracker.onEvent(device, hear);
  tracker.askRebirth(`${config.name} begins to listen`);
  awaitBirth();

  return {
    closed: done.promise,
    async close() {
      stopWaiting();
      stopHearing();
      leave();
      leaveHost();
      waits.end(new GatewayError('link/closed', `${config.name}: closed before it said what became of the write`));
      done.resolve(undefined);
    },
    async write(name, value, signal) {
      await writeConfirmed(name, value, signal);
    },
    writeConfirmed,
    send: async (name, value, signal) => await publish(prepare(name, value, signal), value),
  };
}

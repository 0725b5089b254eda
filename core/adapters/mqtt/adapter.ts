import { GatewayError } from '../../base/errors.ts';
import type { MqttDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, AdapterSession, CommandOutcome } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createReportWaits } from '../model/report-waits.ts';
import type { MqttHeard } from '../mqtt-traffic.ts';
import { createReadPoint, payloadOf, type ReadPoint } from './read-point.ts';
import { encodeMqttWrite, type MqttWrite } from './write-point.ts';

type Value = number | string | boolean;

/** A client of the local broker whose topics become points. Its birth and last will are its state. */
export const mqttAdapter: AdapterKind<MqttDeviceConfig> = {
  kind: 'mqtt',
  describe: describeConnection,
  async open(config, context, signal) {
    signal.throwIfAborted();
    return createSession(config, context);
  },
};

/** The points of each topic filter. */
function byFilter(config: MqttDeviceConfig): ReadonlyMap<string, readonly ReadPoint[]> {
  const all = new Map<string, ReadPoint[]>();
  for (const point of config.points) all.set(point.topic, [...(all.get(point.topic) ?? []), createReadPoint(point)]);
  return all;
}

const hasWildcard = (filter: string): boolean => /[+#]/.test(filter);

const describeReadings = (readings: readonly Reading[]): string =>
  readings.map(({ point, value, note }) => `${point} = ${value === null ? (note ?? 'no value') : String(value)}`).join(', ');

function createSession(config: MqttDeviceConfig, context: AdapterContext): AdapterSession {
  const { clock, field } = context;
  const { mqtt } = field;
  const done = Promise.withResolvers<undefined>();
  const stops: (() => void)[] = [];
  /** Whether it is there, as far as its client or its presence tells; undefined where neither has told. */
  let there: boolean | undefined;
  let awayBecause = '';
  const waits = createReportWaits(context, config.name);

  function leave(why: string): void {
    there = false;
    awayBecause = why;
    waits.end(new GatewayError('adapter/away', `${config.name}: ${why}, and has not said what became of the write`));
    context.fault(new GatewayError('adapter/away', `${config.name}: ${why}`));
  }
  function arrive(): void {
    there = true;
    context.emit({ readings: [], sampledAt: clock.now() }, clock.monotonic());
  }

  /** A filter with wildcards fits the same topics of other devices: there only the client itself counts. */
  function listen(filter: string, listener: (heard: MqttHeard) => void): void {
    stops.push(mqtt.onMessage(filter, listener, hasWildcard(filter) ? config.client : undefined));
  }
  /** What is retained is from before, and what we have written ourselves is no answer. */
  const isReport = ({ client, own }: MqttHeard): boolean =>
    client !== '' && own === undefined && (config.client === undefined || client === config.client);

  function hear(points: readonly ReadPoint[], heard: MqttHeard): void {
    if (heard.payload.length === 0 && heard.retain) return; // it takes a retained one away
    const payload = payloadOf(heard.payload);
    const results = points.map((read) => read(payload));
    const readings = results.filter((one): one is Reading => one !== 'absent' && 'point' in one);
    const fault = results.find((one): one is { readonly fault: string } => one !== 'absent' && 'fault' in one)?.fault;
    if (fault !== undefined) context.fault(new GatewayError('adapter/bad-frame', `${config.name}: ${heard.topic}: ${fault}`));
    if (fault !== undefined || context.framesWanted()) {
      const decoded = `${heard.topic}: ${fault ?? describeReadings(readings)}`;
      context.frame({ direction: 'in', bytes: heard.payload, decoded, faulty: fault !== undefined });
    }
    if (readings.length === 0) return;
    // What was retained before anybody listened is of any age.
    const old = there === false || (heard.client === '' && there === undefined);
    if (!old) {
      // What we have written ourselves is no sign of life.
      context.emit({ readings, sampledAt: heard.at, ...(heard.own && { unheard: true }) }, heard.heardAt);
      if (isReport(heard)) waits.heard(readings);
    } else {
      const stale = readings.map((one): Reading => (one.quality === 'good' ? { ...one, quality: 'stale' } : one));
      context.emit({ readings: stale, sampledAt: heard.at, unheard: true }, heard.heardAt);
    }
  }

  function watchClient(client: string): void {
    there = mqtt.clients().some(({ id }) => id === client);
    if (!there) leave(`the client "${client}" is not connected`);
    stops.push(
      mqtt.onClient((event) => {
        if (event.client !== client) return;
        if (event.kind === 'gone') leave(`the client "${client}" has left`);
        else arrive();
      }),
    );
  }
  function watchPresence({ topic, online, offline }: NonNullable<MqttDeviceConfig['presence']>): void {
    listen(topic, (heard) => {
      const said = payloadOf(heard.payload).text?.trim();
      if (said === offline) leave(`"${heard.topic}" says "${offline}"`);
      else if (said === online) arrive();
    });
  }
  /** Throws `adapter/away`, or what `encodeMqttWrite` throws: then nothing was sent. */
  function prepare(name: string, value: Value, signal: AbortSignal): MqttWrite {
    signal.throwIfAborted();
    const write = encodeMqttWrite(config, name, value);
    if (there === false) throw new GatewayError('adapter/away', `${config.name}: ${awayBecause}; nothing was sent`);
    return write;
  }
  async function publish({ topic, payload, retain, point }: MqttWrite, value: Value): Promise<void> {
    if (context.framesWanted())
      context.frame({ direction: 'out', bytes: payload, decoded: `${topic}: ${point.name} := ${String(value)}`, faulty: false });
    await mqtt.publish(topic, payload, { qos: 1, retain });
  }
  async function writeConfirmed(name: string, value: Value, signal: AbortSignal): Promise<CommandOutcome> {
    const write = prepare(name, value, signal);
    const { point, confirmMs: withinMs, resolution } = write;
    return await waits.write({ point, value, withinMs, resolution, send: () => publish(write, value) }, signal);
  }

  if (config.client !== undefined) watchClient(config.client);
  if (config.presence) watchPresence(config.presence);
  for (const [filter, points] of byFilter(config)) {
    listen(filter, (heard) => hear(points, heard));
  }

  return {
    closed: done.promise,
    async close() {
      for (const stop of stops.splice(0)) stop();
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

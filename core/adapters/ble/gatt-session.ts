import { GatewayError } from '../../base/errors.ts';
import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { BleConnection } from '../../transports/bluetooth/radio.ts';
import type { AdapterContext, AdapterSession } from '../adapter.ts';
import { decodeField } from '../frames/field.ts';
import { readCharacteristic, wordsOf } from './characteristics.ts';
import { planSources, type Source } from './gatt-plan.ts';
import { badReading, factReading } from './points.ts';
import { encodeValue } from './write-value.ts';

/** Reads in a row without an answer, after which the link is taken for dead although it does not say so. */
const MOST_TIMEOUTS = 3;
const GLUCOSE = '2a18';
const RECORD_ACCESS = '2a52';
/** Record Access Control Point (Glucose Service 1.0, 3.4): report stored records, the last one. A meter sends nothing without it. */
const LAST_RECORD = Uint8Array.of(0x01, 0x06);

/** Readings of all points of a source from one value. */
function readingsOf({ uuid, points }: Source, bytes: Uint8Array): Reading[] {
  const described = points.filter(({ field }) => field !== undefined);
  const standard = points.filter(({ field }) => field === undefined);
  const read =
    standard.length === 0 ? [] : (readCharacteristic(uuid, bytes) ?? 'not a standard characteristic, and not described');
  const plain =
    typeof read === 'string'
      ? standard.map(({ name }) => badReading(name, read))
      : standard.flatMap((point) => factReading(point, read));
  const fields = described.flatMap(({ name, field }): Reading[] => {
    if (!field) return [];
    const decoded = decodeField(field, bytes);
    if (!decoded.ok) return [badReading(name, decoded.why)];
    const note = decoded.note === undefined ? {} : { note: decoded.note };
    return [{ point: name, value: decoded.value, quality: 'good', ...note }];
  });
  return [...plain, ...fields];
}

/** A connected device: notifications as they come, the rest read every `pollMs`. */
export async function openGattSession(
  config: BleDeviceConfig,
  context: AdapterContext,
  signal: AbortSignal,
): Promise<AdapterSession> {
  const { radio } = context.field;
  const life = new AbortController();
  const options = { radio: config.radio, pair: config.pair, timeoutMs: config.connectTimeoutMs, user: config.id };
  const connection = await radio.connect(config.address, options, signal);
  let timeouts = 0;
  let fatal: Error | undefined;
  let polling: Promise<void> | undefined;

  function hear(source: Source, bytes: Uint8Array): void {
    const readings = readingsOf(source, bytes);
    const bad = readings.find(({ quality }) => quality === 'bad');
    if (bad || context.framesWanted()) {
      context.frame({
        direction: 'in',
        bytes,
        decoded: `${source.uuid}: ${wordsOf(source.uuid, bytes)}`,
        faulty: bad !== undefined,
      });
    }
    if (readings.length > 0) context.emit({ readings, sampledAt: context.clock.now() }, context.clock.monotonic());
  }
  async function readOne(source: Source, by: AbortSignal): Promise<void> {
    try {
      hear(source, await connection.read(source.name, by));
      timeouts = 0;
    } catch (cause) {
      if (by.aborted) throw cause;
      const fault =
        cause instanceof GatewayError ? cause : new GatewayError('ble/gatt', `${config.name}: ${String(cause)}`, { cause });
      context.fault(fault);
      timeouts = fault.code === 'adapter/timeout' ? timeouts + 1 : 0;
      if (timeouts < MOST_TIMEOUTS) return;
      fatal = new GatewayError('link/lost', `${config.name} is connected but answers nothing.`, { cause: fault });
      void connection.close();
    }
  }
  const sources = await prepare(config, context, connection, AbortSignal.any([signal, life.signal]), hear).catch(
    async (cause: unknown) => {
      await connection.close();
      throw cause;
    },
  );
  const asked = sources.filter(({ by }) => by === 'read');
  async function poll(by: AbortSignal): Promise<void> {
    for (const source of asked) await readOne(source, by);
  }
  /** One round at a time: who asks while one runs gets that one. */
  function round(): Promise<void> {
    polling ??= poll(life.signal)
      .catch(() => {}) // the session ends
      .finally(() => {
        polling = undefined;
      });
    return polling;
  }
  const stopPolling = asked.length === 0 ? () => {} : context.clock.every(config.pollMs, () => void round());
  if (asked.length > 0) void round();

  const closed = connection.closed.then((why) => {
    stopPolling();
    life.abort(new GatewayError('link/closed', `${config.name}: the session ended`));
    return fatal ?? why;
  });
  return {
    closed,
    async close() {
      await connection.close();
      await closed;
    },
    async readNow() {
      if (asked.length === 0)
        throw new GatewayError('api/not-available', `${config.name}: this device speaks by itself and cannot be asked`);
      await round();
    },
    async write(point, value, by) {
      const found = config.points.find(({ name }) => name === point);
      if (!found) throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${point}"`);
      const target = found.characteristic;
      if (!found.writable || target === undefined)
        throw new GatewayError('adapter/not-writable', `${config.name}: ${point} cannot be written`);
      const name = found.service === undefined ? target : `${found.service}/${target}`;
      const flags = connection.characteristics.find(({ uuid }) => uuid === target)?.flags ?? [];
      await connection.write(name, encodeValue(found, value), flags.includes('write') ? 'request' : 'command', by);
    },
  };
}

/** Subscribes to what notifies. A device that refuses one subscription keeps the others; one that refuses all cannot be used. */
async function prepare(
  config: BleDeviceConfig,
  context: AdapterContext,
  connection: BleConnection,
  signal: AbortSignal,
  hear: (source: Source, bytes: Uint8Array) => void,
): Promise<Source[]> {
  const sources = planSources(config, connection, context.fault);
  for (const source of sources.filter(({ by }) => by === 'notify')) {
    try {
      await connection.notify(source.name, (bytes) => hear(source, bytes), signal);
    } catch (cause) {
      if (signal.aborted || sources.length === 1 || !(cause instanceof GatewayError)) throw cause;
      context.fault(cause);
    }
  }
  const meter =
    sources.some(({ uuid }) => uuid === GLUCOSE) && connection.characteristics.some(({ uuid }) => uuid === RECORD_ACCESS);
  if (meter) {
    await connection.notify(RECORD_ACCESS, () => {}, signal);
    await connection.write(RECORD_ACCESS, LAST_RECORD, 'request', signal);
  }
  return sources;
}

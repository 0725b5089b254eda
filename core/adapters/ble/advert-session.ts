import { GatewayError } from '../../base/errors.ts';
import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { Advert } from '../../transports/bluetooth/radio.ts';
import type { AdapterContext, AdapterSession } from '../adapter.ts';
import { hexOf } from './bytes.ts';
import { createCounterGuard } from './counter-guard.ts';
import { type DecodedAdvert, decodeAdvert } from './decode.ts';
import type { DeviceKey } from './device-key.ts';
import type { AdvertParts } from './fact.ts';
import { factReading, factWords } from './points.ts';

/** Names that say only that a frame was sent again; a device that repeats a frame has measured nothing new. */
const COUNTERS = ['packet', 'sequence'];
const REPEATED_MS = 5000;

/** The frame's own number, where it has one. */
function numberOf({ facts }: DecodedAdvert): string | undefined {
  const counter = facts.find(({ name }) => COUNTERS.includes(name));
  return counter && `${counter.name} ${counter.value}`;
}

const NONE = new Map<never, never>();
/** What this packet brought, without what BlueZ remembers of an earlier one: a value that is not sent any more must grow old. */
const freshOf = ({ address, manufacturer, services, stale }: Advert): AdvertParts => ({
  address,
  manufacturer: stale === 'manufacturer' ? NONE : manufacturer,
  services: stale === 'services' ? NONE : services,
});

const bytesOf = ({ manufacturer, services }: AdvertParts): Uint8Array =>
  Buffer.concat([...manufacturer.values(), ...services.values()].map((part) => Buffer.from(part)));

/** What is wrong with a frame, as a fault; undefined where it can be used, or says nothing. */
function faultOf(name: string, { problem, facts, seal }: DecodedAdvert, isOld: boolean): GatewayError | undefined {
  if (isOld) return new GatewayError('ble/old-counter', `${name}: a packet with an older counter was heard; it was left out`);
  if (seal?.state === 'no-key') return new GatewayError('ble/needs-key', `${name}: ${problem}`);
  if (seal?.state === 'wrong-key') return new GatewayError('ble/wrong-key', `${name}: the key does not fit: tag check failed`);
  return problem !== '' && facts.length === 0 ? new GatewayError('adapter/bad-frame', `${name}: ${problem}`) : undefined;
}

/**
 * A device that is only listened to: every advertisement with something new becomes readings. Nothing is ever sent to it. With a key, only
 * encrypted packets whose counter goes up are believed.
 */
export function openAdvertSession(config: BleDeviceConfig, context: AdapterContext, key?: DeviceKey): AdapterSession {
  const { radio } = context.field;
  const ending = Promise.withResolvers<Error | undefined>();
  const guard = createCounterGuard();
  let newest: string | undefined;
  let newestAt = Number.NEGATIVE_INFINITY;
  /** The encrypted packet that was told as a fault last: it comes up to twenty times over. */
  let told: { readonly id: string; readonly at: number } | undefined;

  function emit(readings: readonly Reading[], { heardAt }: Advert, isProven: boolean): void {
    const sampledAt = context.clock.now() - Math.max(0, context.clock.monotonic() - heardAt);
    context.emit({ readings, sampledAt, ...(!isProven && { unheard: true }) }, heardAt);
  }
  function show(bytes: Uint8Array, decoded: DecodedAdvert, fault: GatewayError | undefined): void {
    if (!fault && !context.framesWanted()) return;
    const words = fault ? decoded.problem || fault.message : decoded.facts.map(factWords).join(', ');
    context.frame({ direction: 'in', bytes, decoded: words || hexOf(bytes), faulty: fault !== undefined });
  }
  function refuse(bytes: Uint8Array, decoded: DecodedAdvert, fault: GatewayError, { heardAt }: Advert): void {
    const id = hexOf(bytes);
    if (decoded.seal && id === told?.id && heardAt - told.at < REPEATED_MS) return;
    told = { id, at: heardAt };
    if (decoded.seal?.state === 'wrong-key') key?.didNotFit();
    show(bytes, decoded, fault);
    context.fault(fault);
  }
  function hear(advert: Advert): void {
    if (advert.address !== config.address || (config.radio !== undefined && advert.radio !== config.radio)) return;
    const fresh = freshOf(advert);
    const decoded = decodeAdvert(fresh, config.decoder, key?.opener);
    const counter = decoded.seal?.counter ?? null;
    const turn = counter === null || advert.strengthOnly ? null : guard.take(counter, advert.heardAt);
    const fault = faultOf(config.name, decoded, turn === 'old');
    if (fault) {
      refuse(bytesOf(fresh), decoded, fault, advert);
      if (decoded.seal || key) return; // nor is its strength that of the device, for all that is known
    } else show(bytesOf(fresh), decoded, undefined);
    const strength: Reading[] = config.points
      .filter(({ value }) => value === 'rssi')
      .map(({ name }) => ({ point: name, value: advert.rssi, quality: advert.rssi === null ? 'bad' : 'good' }));
    // What this frame does not tell keeps its last reading: a device sends its values in turns.
    const isNew = turn === null ? isNews(decoded, advert) : turn === 'new';
    const values = isNew ? config.points.flatMap((point) => factReading(point, decoded.facts)) : [];
    // Of a device with a key anybody can send the rest: its strength is shown, but it is no sign of life.
    const isProven = key === undefined || (isNew && decoded.seal?.state === 'open');
    if (values.length + strength.length > 0) emit([...values, ...strength], advert, isProven);
  }
  /** A frame is sent up to twenty times over; its number tells. Now and then it counts all the same, as a sign of life. */
  function isNews(decoded: DecodedAdvert, { strengthOnly, heardAt }: Advert): boolean {
    if (strengthOnly) return false;
    const number = numberOf(decoded);
    if (number !== undefined && number === newest && heardAt - newestAt < REPEATED_MS) return false;
    newest = number;
    newestAt = heardAt;
    return true;
  }

  // A passive radio reports a frame once and not its repetitions: too little to tell a device that is well from one that has gone.
  const release = radio.holdScan();
  const stop = radio.onAdvert(hear);
  const stopWatching = radio.onChanged(() => {
    if (radio.problem) end(radio.problem);
  });
  function end(fault: Error | undefined): void {
    stop();
    release();
    stopWatching();
    ending.resolve(fault);
  }
  return {
    closed: ending.promise,
    async close() {
      end(undefined);
    },
  };
}

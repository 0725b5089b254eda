import { GatewayError } from '../../base/errors.ts';
import type { BleDeviceConfig } from '../../contract/document/wireless-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { Advert } from '../../transports/bluetooth/radio.ts';
import type { AdapterContext, AdapterSession } from '../adapter.ts';
import { hexOf } from './bytes.ts';
import { type DecodedAdvert, decodeAdvert } from './decode.ts';
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

/** A device that is only listened to: every advertisement with something new becomes readings. Nothing is ever sent to it. */
export function openAdvertSession(config: BleDeviceConfig, context: AdapterContext): AdapterSession {
  const { radio } = context.field;
  const ending = Promise.withResolvers<Error | undefined>();
  let newest: string | undefined;
  let newestAt = Number.NEGATIVE_INFINITY;

  function emit(readings: readonly Reading[], { heardAt }: Advert): void {
    const sampledAt = context.clock.now() - Math.max(0, context.clock.monotonic() - heardAt);
    context.emit({ readings, sampledAt }, heardAt);
  }
  function hear(advert: Advert): void {
    if (advert.address !== config.address || (config.radio !== undefined && advert.radio !== config.radio)) return;
    const fresh = freshOf(advert);
    const decoded = decodeAdvert(fresh, config.decoder);
    const faulty = decoded.problem !== '' && decoded.facts.length === 0;
    if (faulty || context.framesWanted()) {
      const words = faulty ? decoded.problem : decoded.facts.map(factWords).join(', ');
      const bytes = bytesOf(fresh);
      context.frame({ direction: 'in', bytes, decoded: words || hexOf(bytes), faulty });
    }
    if (faulty) context.fault(new GatewayError('adapter/bad-frame', `${config.name}: ${decoded.problem}`));
    const strength: Reading[] = config.points
      .filter(({ value }) => value === 'rssi')
      .map(({ name }) => ({ point: name, value: advert.rssi, quality: advert.rssi === null ? 'bad' : 'good' }));
    // What this frame does not tell keeps its last reading: a device sends its values in turns.
    const told = isNews(decoded, advert) ? config.points.flatMap((point) => factReading(point, decoded.facts)) : [];
    if (told.length + strength.length > 0) emit([...told, ...strength], advert);
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

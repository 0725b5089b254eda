import { GatewayError } from '../../base/errors.ts';
import type { NmeaDeviceConfig, NmeaPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createLineFramer } from '../line/framer.ts';
import { openStream, type StreamListener } from '../stream-session.ts';
import { decodeSentence, type Fact, type Facts, KNOWN_TYPES } from './codec.ts';
import { createMoment } from './moment.ts';
import { parseSentence } from './sentence.ts';
import { createSky } from './sky.ts';

/** The standard says 82; makers' own sentences are longer. */
const MAX_SENTENCE = 256;
/** A receiver sends its sentences of one second in one go; after this pause they are complete. */
const BURST_END_MS = 50;
/** A receiver that reports every ten seconds is rare and then has `staleAfterMs` set. */
const SILENT_AFTER_MS = 10_000;
const MAX_NAMED_TYPES = 32;

/** km/h unless the point's unit says otherwise. */
const KNOTS_TO: Readonly<Record<string, number>> = { kn: 1, kt: 1, knots: 1, 'm/s': 1852 / 3600, mph: 1852 / 1609.344 };
const KNOTS_TO_KMH = 1.852;

/** Satellite receivers that speak NMEA 0183. */
export const nmeaAdapter: AdapterKind<NmeaDeviceConfig> = {
  kind: 'nmea',
  describe: describeConnection,
  open: (config, context, signal) => openStream(config, context, signal, () => createListener(config, context)),
};

function readingOf(point: NmeaPointConfig, fact: Fact): Reading {
  if ('missing' in fact) return { point: point.name, value: null, quality: 'bad', note: fact.missing };
  if (point.value !== 'speed' || typeof fact.value !== 'number') return { point: point.name, value: fact.value, quality: 'good' };
  const value = Number((fact.value * (KNOTS_TO[point.unit ?? ''] ?? KNOTS_TO_KMH)).toFixed(6));
  return { point: point.name, value, quality: 'good' };
}

function createListener(config: NmeaDeviceConfig, context: AdapterContext): StreamListener {
  const { clock } = context;
  const framer = createLineFramer(Uint8Array.of(0x0a), MAX_SENTENCE);
  const moment = createMoment(clock, BURST_END_MS, (facts, heardAt) => {
    const readings = config.points.flatMap((point) => {
      const fact = facts[point.value];
      return fact ? [readingOf(point, fact)] : [];
    });
    if (readings.length > 0) context.emit({ readings, sampledAt: clock.now() }, heardAt);
  });
  const sky = createSky(clock);
  const named = new Set<string>();
  /** Bytes of any kind since the last sound sentence or the last word about it. */
  let heardAny = false;
  let cancelSilence = armSilence();

  function armSilence(): () => void {
    const ms = config.staleAfterMs ?? SILENT_AFTER_MS;
    return clock.after(ms, () => {
      context.fault(
        heardAny ? unreadable(ms) : new GatewayError('adapter/silent', `${config.id}: nothing came for ${ms / 1000} s`),
      );
      heardAny = false;
      cancelSilence = armSilence();
    });
  }

  const unreadable = (ms: number): GatewayError =>
    new GatewayError('adapter/bad-frame', `${config.id}: in what came for ${ms / 1000} s there is no sound sentence`, {
      remedy: 'Check the baud rate (4800, 9600 and 38400 are usual), and that the receiver is set to NMEA 0183.',
    });

  function faulty(bytes: Uint8Array, why: string): void {
    context.frame({ direction: 'in', bytes, decoded: why, faulty: true });
    context.fault(new GatewayError('adapter/bad-frame', `${config.id}: ${why}`));
  }

  function nameOnce(address: string): void {
    if (named.has(address) || named.size >= MAX_NAMED_TYPES) return;
    named.add(address);
    context.log.debug('nmea.sentence-not-used', { sentence: address });
  }

  function hearSentence(bytes: Uint8Array): void {
    const parsed = parseSentence(Buffer.from(bytes).toString('latin1'), config.allowMissingChecksum);
    if (!parsed.ok) {
      faulty(bytes, parsed.why);
      return;
    }
    const { talker, type } = parsed.sentence;
    heardAny = false;
    cancelSilence();
    cancelSilence = armSilence();
    const said = type === 'GSV' ? { facts: sky.add(parsed.sentence), epoch: undefined } : decodeSentence(parsed.sentence);
    if (context.framesWanted()) {
      context.frame({ direction: 'in', bytes, decoded: describeFacts(talker, type, said.facts), faulty: false });
    }
    if (KNOWN_TYPES.has(type)) moment.add(type, said);
    else nameOnce(`${talker}${type}`);
  }

  return {
    hear(chunk) {
      heardAny = true;
      for (const { kind, bytes } of framer.push(chunk)) {
        if (kind === 'too-long') faulty(bytes, `a sentence longer than ${MAX_SENTENCE} bytes`);
        else if (bytes.length > 0) hearSentence(bytes);
      }
    },
    stop() {
      moment.stop();
      cancelSilence();
    },
  };
}

function describeFacts(talker: string, type: string, facts: Facts): string {
  const parts = Object.entries(facts).map(([name, fact]) => `${name} = ${'value' in fact ? fact.value : `(${fact.missing})`}`);
  return `${talker} ${type}: ${parts.length === 0 ? 'not used' : parts.join(', ')}`;
}

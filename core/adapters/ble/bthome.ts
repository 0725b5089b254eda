import { BTHOME_OBJECTS, type BthomeObject } from './bthome-objects.ts';
import { type Cursor, createCursor, hexOf, textOf } from './bytes.ts';
import { type AdvertParts, type Fact, type Found, fact, numbered } from './fact.ts';
import type { Opener } from './opener.ts';
import { bthomePacket } from './sealed-packets.ts';

const SERVICE = 'fcd2';
const ENCRYPTED = 0x01;
/** Bits 1, 3 and 4 are reserved; bit 2 says that it speaks only when something happens. */
const RESERVED = 0x1a;
const VERSION = 2;
const BUTTON = new Map([
  [0x00, ''],
  [0x01, 'press'],
  [0x02, 'double press'],
  [0x03, 'triple press'],
  [0x04, 'long press'],
  [0x05, 'long double press'],
  [0x06, 'long triple press'],
  [0x80, 'hold press'],
]);
const DIMMER = new Map([
  [0x00, ''],
  [0x01, 'rotate left'],
  [0x02, 'rotate right'],
]);
const FACTOR_DIGITS = 1e6;

/** Facts of one object, or why it cannot be one. Buttons that were not touched give nothing. */
function readObject(object: BthomeObject, data: Cursor): Fact[] | string {
  switch (object.kind) {
    case 'number': {
      const raw = object.signed ? data.signed(object.bytes) : data.unsigned(object.bytes);
      if (object.name === 'battery' && raw > 100) return `a battery of ${raw} %`;
      const value = Number.isInteger(object.per)
        ? raw / object.per
        : Math.round((raw / object.per) * FACTOR_DIGITS) / FACTOR_DIGITS;
      return [fact(object.name, value, object.unit)];
    }
    case 'yes-no': {
      const raw = data.unsigned(1);
      return raw > 1 ? `${object.name} is neither yes nor no` : [fact(object.name, raw === 1)];
    }
    case 'time':
      return [fact(object.name, data.unsigned(4), 's')];
    case 'text': {
      const text = textOf(data.take(data.unsigned(1)));
      return text === undefined ? 'a text that is not UTF-8' : [fact(object.name, text)];
    }
    case 'raw':
      return [fact(object.name, hexOf(data.take(data.unsigned(1))))];
    case 'version':
      return [fact(object.name, [...data.take(object.bytes)].reverse().join('.'))];
    case 'button': {
      const event = BUTTON.get(data.unsigned(1));
      if (event === undefined) return 'a button event that is not known';
      return event === '' ? [] : [fact(object.name, event)];
    }
    case 'dimmer': {
      const event = DIMMER.get(data.unsigned(1));
      if (event === undefined) return 'a dimmer event that is not known';
      const steps = data.unsigned(1); // is there even where nothing was turned
      return event === '' ? [] : [fact(object.name, event), fact('dimmer-steps', steps)];
    }
  }
}

type Objects = Pick<Found, 'facts' | 'problem'>;
const bad = (problem: string): Objects => ({ facts: [], problem });

/** What stands before an unknown object counts; a known one that is cut off spoils all. */
function readObjects(bytes: Uint8Array): Objects {
  const data = createCursor(bytes);
  const facts: Fact[] = [];
  while (data.left > 0) {
    const id = data.unsigned(1);
    const object = BTHOME_OBJECTS.get(id);
    if (!object) return { facts, problem: `object 0x${id.toString(16).padStart(2, '0')} is not known` };
    const read = readObject(object, data);
    if (data.short) return bad(`${object.name} is cut off`);
    if (typeof read === 'string') return bad(read);
    facts.push(...read);
  }
  return { facts };
}

/** What was encrypted, with its counter; or why it stays closed. */
function readSealed(address: string, bytes: Uint8Array, opener: Opener | undefined): Objects & Pick<Found, 'seal' | 'counter'> {
  const packet = bthomePacket(address, bytes);
  if (!packet) return bad('an encrypted frame that is too short');
  if (!opener) return { facts: [], seal: 'no-key' };
  const opened = opener.open(packet);
  return opened ? { ...readObjects(opened), seal: 'open', counter: packet.counter } : { facts: [], seal: 'wrong-key' };
}

/**
 * BTHome version 2 (bthome.io/format, /encryption): service data 0xFCD2. Objects follow each other without lengths, so an unknown one
 * ends the reading, and what stood before it counts, as the specification says.
 */
export function decodeBthome({ services, address }: AdvertParts, opener?: Opener): Found | undefined {
  const bytes = services.get(SERVICE);
  if (!bytes) return undefined;
  const found = ({ facts, ...more }: Omit<Found, 'decoder' | 'format'>): Found => ({
    decoder: 'bthome-v2',
    format: 'BTHome v2',
    facts: numbered(facts),
    ...more,
  });
  const [head] = bytes;
  if (head === undefined) return found(bad('an empty frame'));
  if (head >> 5 !== VERSION) return found(bad(`BTHome version ${head >> 5} is not known`));
  if ((head & RESERVED) !== 0) return found(bad('reserved bits are set'));
  return found((head & ENCRYPTED) === 0 ? readObjects(bytes.subarray(1)) : readSealed(address, bytes, opener));
}

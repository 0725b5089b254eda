import type { ADVERT_DECODERS } from '../../contract/document/wireless-devices.ts';
import type { Advert } from '../../transports/bluetooth/radio.ts';

/** One thing that a device says about itself. The unit of a name is the same in all formats. */
export interface Fact {
  /** `temperature`, `battery`, `heart-rate`; the second of its kind in one frame is `temperature-2`. */
  readonly name: string;
  readonly value: number | string | boolean;
  readonly unit: string;
}

export type AdvertDecoder = Exclude<(typeof ADVERT_DECODERS)[number], 'auto'>;

/** What a decoder needs of an advertisement. */
export type AdvertParts = Pick<Advert, 'address' | 'manufacturer' | 'services'>;

/** What one decoder found. A frame that is damaged, encrypted or of a future version has a `problem` and no facts. */
export interface Found {
  readonly decoder: AdvertDecoder;
  /** For people: `RuuviTag 5`. */
  readonly format: string;
  readonly facts: readonly Fact[];
  readonly problem?: string;
  /** Of an encrypted frame: it was opened and its tag fits, or why not. */
  readonly seal?: 'open' | 'no-key' | 'wrong-key';
  /** The counter of an encrypted frame, where the format has one that never comes round. */
  readonly counter?: number;
}

export const fact = (name: string, value: Fact['value'], unit = ''): Fact => ({ name, value, unit });

/** Names that occur twice are numbered, in their order. */
export function numbered(facts: readonly Fact[]): Fact[] {
  const seen = new Map<string, number>();
  return facts.map((one) => {
    const times = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, times);
    return times === 1 ? one : { ...one, name: `${one.name}-${times}` };
  });
}

import type { AdvertParts } from '../../../../core/adapters/ble/fact.ts';

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** Parts of an advertisement: manufacturer data by company number, service data by UUID, as hex. */
export function parts(of: {
  address?: string;
  manufacturer?: Record<number, string>;
  services?: Record<string, string>;
}): AdvertParts {
  return {
    address: of.address ?? 'AA:BB:CC:00:00:01',
    manufacturer: new Map(Object.entries(of.manufacturer ?? {}).map(([id, bytes]) => [Number(id), hex(bytes)])),
    services: new Map(Object.entries(of.services ?? {}).map(([id, bytes]) => [id, hex(bytes)])),
  };
}

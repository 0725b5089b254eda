import { IDENTIFY } from '../../adapters/modbus/codec.ts';
import { identify } from '../../adapters/modbus/identify.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ScanView } from '../../contract/commission-views.ts';
import type { ProfileFile } from '../../contract/document/profile.ts';
import type { Asker } from '../modbus/asker.ts';

type Identification = NonNullable<ScanView['found'][number]['identification']>;

/** Asks a unit who it is (function 43/14). Null where it does not say; most devices do not know the question. Rejects with `link/*` or the signal's reason. */
export async function identifyUnit(
  asker: Asker,
  unit: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Identification | null> {
  try {
    const objects = await identify('basic', async (pdu) => {
      const outcome = await asker.ask(unit, pdu, timeoutMs, signal);
      if (outcome.kind !== 'data') throw new GatewayError('adapter/exception', 'The unit does not say who it is.');
      return Uint8Array.of(IDENTIFY, ...outcome.data);
    });
    if (!objects) return null;
    return { vendor: objects['0'] ?? '', product: objects['1'] ?? '', revision: objects['2'] ?? '' };
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code.startsWith('adapter/') && !signal.aborted) return null;
    throw cause;
  }
}

const holds = (text: string, part: string | undefined): boolean =>
  part === undefined || text.toLowerCase().includes(part.toLowerCase());

/** The profile whose maker and product stand in the identification; undefined where none does. */
export function profileOf(profiles: readonly ProfileFile[], who: Identification | null): ProfileFile | undefined {
  if (!who) return undefined;
  return profiles.find(({ recognise }) => {
    const modbus = recognise?.modbus;
    if (!modbus || (modbus.vendor === undefined && modbus.product === undefined)) return false;
    return holds(who.vendor, modbus.vendor) && holds(`${who.product} ${who.revision}`, modbus.product);
  });
}

import { IDENTIFY } from '../../adapters/modbus/codec.ts';
import { type IdentifyLevel, identify } from '../../adapters/modbus/identify.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ScanView } from '../../contract/commission-views.ts';
import type { ProfileFile } from '../../contract/document/profile.ts';
import type { Asker } from '../modbus/asker.ts';

type Identification = NonNullable<ScanView['found'][number]['identification']>;

/** From here on each make defines its objects for itself (application protocol V1.1b3, 6.21). */
const FIRST_EXTENDED = 0x80;
/** Texts that say themselves that they are a serial number: `S/N 4711-22`, `Serial number: 0815`. */
const SERIAL_TEXT = /^(?:s\/?n|ser(?:ial)?[ .-]*(?:number|no|nr))\b[ .:#=]*([a-z0-9][a-z0-9./-]*)$/i;

/** The serial number among the extended objects: in the one that the profile names, else in one that says so. */
function serialIn(objects: Readonly<Record<string, string>>, profile: ProfileFile | undefined): string | undefined {
  const named = profile?.recognise?.modbus?.serialObject;
  const text =
    named === undefined
      ? Object.entries(objects).flatMap(([id, one]) => (Number(id) < FIRST_EXTENDED ? [] : (SERIAL_TEXT.exec(one)?.[1] ?? [])))[0]
      : objects[String(named)];
  const serial = text?.trim() ?? '';
  // Without a digit but 0 it is none, or nobody has set it.
  return /[1-9]/.test(serial.replace(/^0x/i, '')) ? serial : undefined;
}

/**
 * Asks a unit who it is (function 43/14). Null where it does not say; most devices do not know the question. With `profiles` its extended
 * objects are asked for too, for the serial number, and a link that is lost is no fault. Rejects with `link/*` or the signal's reason.
 */
export async function identifyUnit(
  asker: Asker,
  unit: number,
  timeoutMs: number,
  signal: AbortSignal,
  profiles?: readonly ProfileFile[],
): Promise<Identification | null> {
  async function objectsOf(level: IdentifyLevel): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      return await identify(level, async (pdu) => {
        const outcome = await asker.ask(unit, pdu, timeoutMs, signal);
        if (outcome.kind !== 'data') throw new GatewayError('adapter/exception', 'The unit does not say who it is.');
        return Uint8Array.of(IDENTIFY, ...outcome.data);
      });
    } catch (cause) {
      // A device that hangs up at a question which it does not know has been found all the same.
      const isAnswer = profiles !== undefined || (cause instanceof GatewayError && cause.code.startsWith('adapter/'));
      if (isAnswer && !signal.aborted) return undefined;
      throw cause;
    }
  }
  const basic = await objectsOf('basic');
  if (!basic) return null;
  const who = { vendor: basic['0'] ?? '', product: basic['1'] ?? '', revision: basic['2'] ?? '' };
  if (!profiles) return who;
  // Asked whatever it says that it can: who knows the question answers with what there is, and the level that is named may be wrong.
  const serial = serialIn((await objectsOf('extended')) ?? {}, profileOf(profiles, who));
  return serial === undefined ? who : { ...who, serial };
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

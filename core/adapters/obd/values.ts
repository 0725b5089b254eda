import { GatewayError } from '../../base/errors.ts';
import type { ObdDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import { decodeCodes, decodeStatus, decodeVin } from './codes.ts';
import { decodePid, PIDS } from './pids.ts';
import type { Vehicle } from './vehicle.ts';

type Value = ObdDeviceConfig['points'][number]['value'];
type Found = Pick<Reading, 'value' | 'quality' | 'note'>;

const good = (value: Reading['value']): Found => ({ value, quality: 'good' });
const bad = (note: string): Found => ({ value: null, quality: 'bad', note });

const CODE_MODES: Readonly<Record<string, number>> = { codes: 0x03, 'pending-codes': 0x07, 'permanent-codes': 0x0a };
/** What changes rarely is asked rarely, unless the point says otherwise. */
const SLOW_MS: Readonly<Record<string, number>> = {
  codes: 10_000,
  'pending-codes': 10_000,
  'permanent-codes': 10_000,
  vin: 60_000,
  protocol: 60_000,
  voltage: 5000,
};

/** How often this value is asked. */
export const intervalOf = (value: Value, pollMs: number): number => Math.max(pollMs, SLOW_MS[value] ?? 0);

async function livePid(vehicle: Vehicle, id: string, signal: AbortSignal): Promise<Found> {
  const format = PIDS[id];
  const pid = Number.parseInt(id, 16);
  if (!format) return bad(`PID ${id} is not known here`);
  if (!vehicle.supports(pid)) return bad(`the vehicle has no PID ${id} (${format.name})`);
  const payload = (await vehicle.read(1, pid, signal))[0];
  if (!payload) return bad('the vehicle gave no answer');
  const value = decodePid(format, payload);
  return value === undefined ? bad('the answer is too short') : good(value);
}

async function troubleCodes(vehicle: Vehicle, mode: number, signal: AbortSignal): Promise<Found> {
  const payloads = await vehicle.read(mode, undefined, signal);
  const codes = decodeCodes(payloads, vehicle.can);
  if (payloads.length === 0) return bad('the vehicle gave no answer');
  if (codes === undefined) return bad('the answer is not whole');
  return good(codes.length === 0 ? 'none' : codes.join(', '));
}

async function status(vehicle: Vehicle, wanted: 'mil' | 'count', signal: AbortSignal): Promise<Found> {
  const said = decodeStatus(await vehicle.read(1, 1, signal));
  return said ? good(said[wanted]) : bad('the vehicle gave no answer');
}

async function voltage(vehicle: Vehicle, signal: AbortSignal): Promise<Found> {
  const answer = await vehicle.ask('ATRV', signal);
  const volts = answer.kind === 'text' ? /^(\d{1,2}(?:\.\d+)?)V$/.exec(answer.text)?.[1] : undefined;
  return volts === undefined ? bad('the adapter does not measure it') : good(Number(volts));
}

/** Asks for one value. Rejects as `Vehicle.read` does; what the vehicle does not have is a bad reading with the reason. */
export async function readValue(vehicle: Vehicle, value: Value, signal: AbortSignal): Promise<Found> {
  const mode = CODE_MODES[value];
  if (mode !== undefined) return await troubleCodes(vehicle, mode, signal);
  switch (value) {
    case 'mil':
      return await status(vehicle, 'mil', signal);
    case 'code-count':
      return await status(vehicle, 'count', signal);
    case 'voltage':
      return await voltage(vehicle, signal);
    case 'protocol':
      return vehicle.protocol === '' ? bad('not known yet') : good(vehicle.protocol);
    case 'vin': {
      const vin = decodeVin(await vehicle.read(9, 2, signal));
      return vin === undefined ? bad('the vehicle does not tell it') : good(vin);
    }
    default:
      return await livePid(vehicle, value.slice('pid:'.length), signal);
  }
}

/** Mode 04: clears the codes and all that was learned. Rejects with `adapter/refused`. */
export async function clearCodes(vehicle: Vehicle, name: string, signal: AbortSignal): Promise<number | undefined> {
  const answer = await vehicle.ask('04', signal);
  const done = answer.kind === 'data' && answer.messages.some((message) => message[0] === 0x44);
  if (!done)
    throw new GatewayError('adapter/refused', `${name}: the vehicle did not clear its codes; switch the engine off, ignition on`);
  return decodeStatus(await vehicle.read(1, 1, signal))?.count;
}

import { GatewayError } from '../../base/errors.ts';
import type { ObdDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, CommandOutcome } from '../adapter.ts';
import type { AskLine } from '../ask-line.ts';
import { type AskedDevice, openAsking } from '../ask-session.ts';
import { describeConnection } from '../describe.ts';
import { clearCodes, intervalOf, readValue } from './values.ts';
import { createVehicle } from './vehicle.ts';

/** After a search without success; a search itself takes long, and wakes control units. */
const SEARCH_AGAIN_MS = 10_000;

/** Vehicles by an ELM327 or what imitates it. */
export const obdAdapter: AdapterKind<ObdDeviceConfig> = {
  kind: 'obd',
  describe: describeConnection,
  open: (config, context, signal) => openAsking(config, context, signal, (line) => createObd(config, context, line)),
};

function createObd(config: ObdDeviceConfig, context: AdapterContext, line: AskLine): AskedDevice {
  const { clock } = context;
  const vehicle = createVehicle(config, context, line);
  const points = config.points.map((point) => ({
    point,
    everyMs: point.pollMs ?? intervalOf(point.value, config.pollMs),
    dueAt: Number.NEGATIVE_INFINITY,
  }));
  let searchAt = Number.NEGATIVE_INFINITY;

  async function reach(signal: AbortSignal): Promise<boolean> {
    if (vehicle.connected) return true;
    if (clock.monotonic() < searchAt) return false;
    try {
      await vehicle.connect(signal);
    } finally {
      if (!vehicle.connected) searchAt = clock.monotonic() + SEARCH_AGAIN_MS;
    }
    for (const one of points) one.dueAt = Number.NEGATIVE_INFINITY;
    return true;
  }
  async function round(signal: AbortSignal): Promise<void> {
    if (!(await reach(signal))) return;
    const readings: Reading[] = [];
    const sampledAt = clock.now();
    let fault: unknown;
    for (const one of points) {
      const now = clock.monotonic();
      if (now < one.dueAt) continue;
      one.dueAt = Math.max(one.dueAt + one.everyMs, now + one.everyMs / 2);
      try {
        readings.push({ point: one.point.name, ...(await readValue(vehicle, one.point.value, signal)) });
      } catch (cause) {
        fault = cause;
        if (cause instanceof GatewayError && cause.code === 'adapter/bad-frame') {
          readings.push({ point: one.point.name, value: null, quality: 'bad', note: cause.message });
        }
        if (signal.aborted || !vehicle.connected) break;
      }
    }
    if (readings.length > 0) context.emit({ readings, sampledAt }, clock.monotonic());
    if (fault !== undefined) throw fault;
  }
  return {
    everyMs: Math.min(...points.map(({ everyMs }) => everyMs)),
    round,
    async act(action, _argument, signal): Promise<CommandOutcome> {
      if (action !== 'clear-codes') throw new GatewayError('adapter/unknown-command', `${config.name} cannot "${action}"`);
      const left = await clearCodes(vehicle, config.name, signal);
      if (left === 0) return { state: 'confirmed', words: 'the codes are cleared', value: 0 };
      return { state: 'done', words: left === undefined ? 'the vehicle has taken it' : `${left} codes came back at once` };
    },
  };
}

import { GatewayError } from '../../base/errors.ts';
import type { SimulatedDeviceConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, AdapterSession } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createModel, type SimulatedValue } from './models.ts';

/** Devices that exist only as a model: the first reading comes with the opening. */
export const simulatedAdapter: AdapterKind<SimulatedDeviceConfig> = {
  kind: 'simulated',
  describe: describeConnection,
  async open(config, context, signal) {
    signal.throwIfAborted();
    return createSession(config, context);
  },
};

function readingOf(point: string, value: SimulatedValue | undefined): Reading {
  if (value === undefined) return { point, value: null, quality: 'bad', note: 'the simulated device has no such value' };
  if (typeof value === 'object') return { point, value: null, quality: 'bad', note: value.missing };
  return { point, value, quality: 'good' };
}

function createSession(config: SimulatedDeviceConfig, context: AdapterContext): AdapterSession {
  const { clock } = context;
  const life = new AbortController();
  const model = createModel(config.model, context.random);
  const startedAt = clock.monotonic();

  function sample(): void {
    const now = clock.monotonic();
    const values = model(now - startedAt);
    const readings = config.points.map(({ name }) => readingOf(name, values[name]));
    context.emit({ readings, sampledAt: clock.now() }, now);
  }
  async function run(): Promise<Error | undefined> {
    try {
      for (let due = startedAt; ; due = Math.max(due + config.intervalMs, clock.monotonic())) {
        await clock.sleep(Math.max(0, due - clock.monotonic()), life.signal);
        sample();
      }
    } catch (cause) {
      if (life.signal.aborted) return undefined;
      return cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause));
    }
  }
  const closed = run();
  return {
    closed,
    async close() {
      life.abort();
      await closed;
    },
    async readNow(signal) {
      signal.throwIfAborted();
      sample();
    },
  };
}

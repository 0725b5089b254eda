import { createBackoff } from '../../base/backoff.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig, ModbusPointConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, AdapterSession } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import type { BusRegistry, BusShare } from './bus-registry.ts';
import { encodeRead } from './codec.ts';
import { type Block, planBlocks, readBlock, splitBlock } from './plan.ts';
import { createRequester } from './requester.ts';
import { writePoint } from './write.ts';

/** A dead unit is asked less and less often, down to this, so that the others on its line keep their rate. */
const DEAD_MAX_MS = 30_000;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** Modbus RTU (serial, or its frames over TCP) and Modbus TCP: the framing is the bus's business. */
export function createModbusAdapter(kind: ModbusDeviceConfig['adapter'], buses: BusRegistry): AdapterKind<ModbusDeviceConfig> {
  return {
    kind,
    describe: describeConnection,
    async open(config, context, signal) {
      return createSession(config, context, await buses.join(config, context, signal));
    },
  };
}

function createSession(config: ModbusDeviceConfig, context: AdapterContext, share: BusShare): AdapterSession {
  const { clock } = context;
  const { bus, release } = share;
  const life = new AbortController();
  const pause = createBackoff(
    { firstMs: Math.max(config.pollMs, 1000), maxMs: Math.max(config.pollMs, DEAD_MAX_MS) },
    context.random,
  );
  const requester = createRequester(config, context, bus);
  let blocks = planBlocks(config.points);

  async function readOne(block: Block, signal: AbortSignal): Promise<{ readings: Reading[]; heardAt: number }> {
    const answer = await requester.ask(encodeRead(block.table, block.address, block.count), signal, true);
    const readings = readBlock(block, answer.data);
    if (context.framesWanted()) {
      context.frame({ direction: 'in', bytes: answer.bytes, decoded: describeReadings(config.points, readings), faulty: false });
    }
    return { readings, heardAt: answer.heardAt };
  }

  /** A refused block is read point by point from now on: one wrong address must not take its neighbours along. */
  function refused(block: Block, fault: GatewayError): Reading[] {
    const exception = fault.details['exception'];
    if (block.points.length > 1 && (exception === ILLEGAL_ADDRESS || exception === ILLEGAL_VALUE)) {
      blocks = blocks.flatMap((one) => (one === block ? splitBlock(block) : [one]));
      return [];
    }
    return block.points.map((point) => ({ point: point.name, value: null, quality: 'bad', note: fault.message }));
  }

  /** Reads all blocks and emits them as one batch. Gives the fault that kept it from reading, if any. */
  async function poll(signal: AbortSignal): Promise<GatewayError | undefined> {
    const sampledAt = clock.now();
    const readings: Reading[] = [];
    let heardAt = clock.monotonic();
    let last: GatewayError | undefined;
    for (const block of [...blocks]) {
      try {
        const got = await readOne(block, signal);
        readings.push(...got.readings);
        heardAt = got.heardAt;
      } catch (cause) {
        if (!(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
        last = cause;
        context.fault(cause);
        if (cause.code === 'adapter/exception') readings.push(...refused(block, cause));
        else if (cause.code === 'adapter/timeout') break; // the rest would only block the line for the others
      }
    }
    if (readings.length > 0) context.emit({ readings, sampledAt }, heardAt);
    return last;
  }

  async function run(): Promise<Error | undefined> {
    try {
      let due = clock.monotonic();
      while (true) {
        await poll(life.signal);
        const now = clock.monotonic();
        if (!requester.dead) pause.reset();
        // A poll that took too long is not made up for: the next one is simply due at once.
        due = requester.dead ? now + pause.next() : Math.max(due + config.pollMs, now);
        await clock.sleep(due - now, life.signal);
      }
    } catch (cause) {
      if (life.signal.aborted) return undefined;
      return cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause));
    } finally {
      await release();
    }
  }

  const lost = bus.closed.then((fault) => {
    if (fault) life.abort(fault);
    return fault;
  });
  const closed = run().then((fault) => fault ?? (life.signal.reason instanceof GatewayError ? lost : undefined));
  return {
    closed,
    async close() {
      life.abort();
      await closed;
    },
    async readNow(signal) {
      const fault = await poll(AbortSignal.any([signal, life.signal]));
      if (fault) throw fault;
    },
    async write(name, value, signal) {
      const point = config.points.find((one) => one.name === name);
      if (!point) throw new GatewayError('adapter/unknown-point', `${config.id} has no point "${name}"`);
      const both = AbortSignal.any([signal, life.signal]);
      // Never repeated: a write that was not confirmed may have been done.
      await writePoint(point, value, async (pdu) => {
        const answer = await requester.ask(pdu, both, false);
        if (context.framesWanted()) {
          context.frame({ direction: 'in', bytes: answer.bytes, decoded: `unit ${config.unit}: confirmed`, faulty: false });
        }
        return answer.data;
      });
    },
  };
}

const SHOWN = 8;

function describeReadings(points: readonly ModbusPointConfig[], readings: readonly Reading[]): string {
  const parts = readings.slice(0, SHOWN).map(({ point, value, note }) => {
    const unit = points.find((one) => one.name === point)?.unit;
    return `${point} = ${value === null ? (note ?? 'no value') : String(value)}${unit && value !== null ? ` ${unit}` : ''}`;
  });
  return parts.join(', ') + (readings.length > SHOWN ? `, and ${readings.length - SHOWN} more` : '');
}

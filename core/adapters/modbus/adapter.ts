import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig, ModbusPointConfig } from '../../contract/document/devices.ts';
import type { AdapterContext, AdapterKind, AdapterSession, CommandOutcome } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { DEFAULT_BREAKER } from './breaker.ts';
import type { BusRegistry, BusShare } from './bus-registry.ts';
import { createPoller } from './poller.ts';
import { readBack } from './read-back.ts';
import { createRequester } from './requester.ts';
import { writePoint } from './write.ts';

/** Modbus RTU and ASCII (serial, or their frames over TCP) and Modbus TCP: the framing is the bus's business. */
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
  const requester = createRequester(config, context, bus);
  const breaker = bus.breaker(config.unit);
  breaker.configure(config.breaker ?? DEFAULT_BREAKER);
  const poller = createPoller(config, context, requester);

  let saidParked = false;

  /** Says once that the unit is not asked in turn any more. */
  function sayParked(): void {
    if (saidParked === breaker.parked) return;
    saidParked = breaker.parked;
    if (!saidParked) return;
    const why = `unit ${config.unit} does not answer; it is asked now and then`;
    context.fault(new GatewayError('adapter/parked', `${config.id}: ${why}`, { details: { unit: config.unit } }));
    poller.silent(why);
  }

  async function run(): Promise<Error | undefined> {
    try {
      while (true) {
        sayParked(); // it may be parked by another device on the same unit
        if ((await breaker.turn(life.signal)) === 'probe' && (await poller.probe(life.signal))) continue;
        await poller.poll(life.signal);
        if (!breaker.parked) await clock.sleep(Math.max(0, poller.dueAt - clock.monotonic()), life.signal);
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

  function pointOf(name: string): ModbusPointConfig {
    const point = config.points.find((one) => one.name === name);
    if (!point) throw new GatewayError('adapter/unknown-point', `${config.id} has no point "${name}"`);
    return point;
  }
  async function write(point: ModbusPointConfig, value: number | string | boolean, signal: AbortSignal): Promise<void> {
    await writePoint(point, value, config.writeBy ?? 'auto', async (pdu) => {
      const answer = await requester.ask(pdu, 'command', signal);
      if (context.framesWanted()) {
        context.frame({ direction: 'in', bytes: answer.bytes, decoded: `unit ${config.unit}: confirmed`, faulty: false });
      }
      return answer.data;
    });
  }
  async function confirm(
    point: ModbusPointConfig,
    value: number | string | boolean,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const { outcome, batch, heardAt } = await readBack(point, value, clock, (pdu) => requester.ask(pdu, 'command', signal));
    context.emit(batch, heardAt);
    return outcome;
  }

  return {
    bus: share.key,
    closed,
    async close() {
      life.abort();
      await closed;
    },
    async readNow(signal) {
      const fault = await poller.readNow(AbortSignal.any([signal, life.signal]));
      if (fault) throw fault;
    },
    async write(name, value, signal) {
      const point = pointOf(name);
      const both = AbortSignal.any([signal, life.signal]);
      await write(point, value, both);
      if (config.readBack === true) await confirm(point, value, both);
    },
    async writeConfirmed(name, value, signal) {
      const point = pointOf(name);
      const both = AbortSignal.any([signal, life.signal]);
      await write(point, value, both);
      if (config.readBack !== false) return await confirm(point, value, both);
      return { state: 'done', words: `${config.id} has taken ${point.name}; it is not read back.` };
    },
  };
}

import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext } from '../adapter.ts';
import { encodeRead } from './codec.ts';
import { createDeafBlocks } from './deaf-blocks.ts';
import { describeReadings } from './describe-readings.ts';
import { type Block, readBlock, splitBlock } from './plan.ts';
import { type PollGroup, planPolls, probeOf } from './poll-plan.ts';
import type { Requester } from './requester.ts';
import type { RequestClass } from './schedule.ts';

/** Reads the points of one device. */
export interface Poller {
  /** Reads what is due, and emits it as one batch. Gives the fault that kept it from reading, if any; rejects with `link/*`. */
  poll(signal: AbortSignal): Promise<GatewayError | undefined>;
  /** Reads everything, out of turn. */
  readNow(signal: AbortSignal): Promise<GatewayError | undefined>;
  /** One short request to a parked unit: undefined when it answers. */
  probe(signal: AbortSignal): Promise<GatewayError | undefined>;
  /** Says of every point that nothing comes, and why. */
  silent(why: string): void;
  /** Monotonic time at which something is due. */
  readonly dueAt: number;
}

/** Nothing came for these points, and why. */
const badReadings = ({ points }: Block, note: string): Reading[] =>
  points.map(({ name }) => ({ point: name, value: null, quality: 'bad', note }));

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

interface Group extends PollGroup {
  blocks: Block[];
  due: number;
}

export function createPoller(config: ModbusDeviceConfig, context: AdapterContext, requester: Requester): Poller {
  const { clock } = context;
  const deaf = createDeafBlocks(clock);
  let probes = -1;
  const groups: Group[] = planPolls(config).map((group) => ({ ...group, due: clock.monotonic() }));

  async function readOne(block: Block, of: RequestClass, signal: AbortSignal): Promise<{ readings: Reading[]; heardAt: number }> {
    const answer = await requester.ask(encodeRead(block.table, block.address, block.count), of, signal);
    const readings = readBlock(block, answer.data);
    if (context.framesWanted()) {
      context.frame({ direction: 'in', bytes: answer.bytes, decoded: describeReadings(config.points, readings), faulty: false });
    }
    return { readings, heardAt: answer.heardAt };
  }

  /** A refused block is read in parts from now on: one wrong address must not take its neighbours along. */
  function refused(group: Group, block: Block, fault: GatewayError): Reading[] {
    const exception = fault.details['exception'];
    if (block.points.length > 1 && (exception === ILLEGAL_ADDRESS || exception === ILLEGAL_VALUE)) {
      group.blocks = group.blocks.flatMap((one) => (one === block ? splitBlock(block) : [one]));
      return [];
    }
    return badReadings(block, fault.message);
  }

  /** What is to be asked now: what was answered the last time goes first, as what hangs the unit would keep the rest from being read. */
  function inOrder(chosen: readonly Group[], of: RequestClass): { group: Group; block: Block }[] {
    const work = chosen.flatMap((group) => group.blocks.map((block) => ({ group, block })));
    const due = of === 'poll' ? work.filter(({ block }) => deaf.isDue(block)) : work;
    return due.sort((a, b) => Number(deaf.isDoubtful(a.block)) - Number(deaf.isDoubtful(b.block)));
  }

  /** By turns: the one that was asked last may be what the unit does not answer. */
  function nextProbe(): Block | undefined {
    const all = groups.flatMap(({ blocks }) => blocks);
    const sound = all.filter((block) => !deaf.isDoubtful(block));
    const from = sound.length > 0 ? sound : all;
    probes += 1;
    return from[probes % from.length];
  }

  /** Reads these groups and emits them as one batch. */
  async function read(chosen: readonly Group[], of: RequestClass, signal: AbortSignal): Promise<GatewayError | undefined> {
    const sampledAt = clock.now();
    const readings: Reading[] = [];
    let heardAt = clock.monotonic();
    let last: GatewayError | undefined;
    let alive = false;
    for (const { group, block } of inOrder(chosen, of)) {
      try {
        // What was not answered the last time is not asked twice.
        const got = await readOne(block, of === 'poll' && deaf.isDoubtful(block) ? 'probe' : of, signal);
        alive = true;
        deaf.answered(block);
        readings.push(...got.readings);
        heardAt = got.heardAt;
      } catch (cause) {
        if (!(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
        last = cause;
        if (cause.code === 'adapter/parked') break;
        context.fault(cause);
        if (cause.code === 'adapter/exception') {
          alive = true;
          deaf.answered(block);
          readings.push(...refused(group, block, cause));
          continue;
        }
        if (deaf.missed(block, alive)) readings.push(...badReadings(block, cause.message));
        if (cause.code === 'adapter/timeout') break; // the rest would only block the line for the others
      }
    }
    if (readings.length > 0) context.emit({ readings, sampledAt }, heardAt);
    return last;
  }

  return {
    async poll(signal) {
      const now = clock.monotonic();
      const due = groups.filter((group) => group.due <= now);
      const fault = await read(due, 'poll', signal);
      // A poll that took too long is not made up for: the next one is simply due at once.
      for (const group of due) group.due = Math.max(group.due + group.everyMs, clock.monotonic());
      return fault;
    },
    readNow: (signal) => read(groups, 'now', signal),
    async probe(signal) {
      const whole = nextProbe();
      const block = whole && probeOf(whole);
      if (!block) return undefined;
      try {
        await requester.ask(encodeRead(block.table, block.address, block.count), 'probe', signal);
      } catch (cause) {
        if (!(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
        if (cause.code !== 'adapter/exception') {
          deaf.missed(whole, false);
          context.fault(cause);
          return cause;
        }
      }
      deaf.answered(whole);
      return undefined;
    },
    silent(note) {
      const readings = config.points.map(({ name }): Reading => ({ point: name, value: null, quality: 'bad', note }));
      context.emit({ readings, sampledAt: clock.now(), unheard: true }, clock.monotonic());
    },
    get dueAt() {
      return Math.min(...groups.map(({ due }) => due));
    },
  };
}

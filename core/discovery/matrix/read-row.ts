import { encodeRead } from '../../adapters/modbus/codec.ts';
import { GatewayError } from '../../base/errors.ts';
import { type Asker, outcomeWords } from '../modbus/asker.ts';

/** A row of registers of one unit. `address` is zero-based. */
export interface RowPlace {
  readonly unit: number;
  readonly table: 'holding' | 'input';
  readonly address: number;
  readonly count: number;
}

interface Block {
  readonly at: number;
  readonly count: number;
}

/** Reads one row again and again, and learns which of its registers do not exist. */
export interface RowReader {
  /** Null: this register does not exist. Rejects with `adapter/timeout`, `adapter/bad-frame`, `link/*` or the signal's reason. */
  read(asker: Asker, timeoutMs: number, signal: AbortSignal): Promise<readonly (number | null)[]>;
}

/** These exceptions may concern one register of the block only: illegal address, illegal value, device failure. */
const DIVIDES = new Set([2, 3, 4]);

/** A block that is refused is halved, down to single registers; those are not asked again. */
export function createRowReader(place: RowPlace): RowReader {
  const code = place.table === 'holding' ? 3 : 4;
  let blocks: readonly Block[] = [{ at: 0, count: place.count }];
  let refusal = '';

  async function readBlock(asker: Asker, block: Block, timeoutMs: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const pdu = encodeRead(place.table, place.address + block.at, block.count);
    const outcome = await asker.ask(place.unit, pdu, timeoutMs, signal);
    const words = `${asker.label}, unit ${place.unit}: ${outcomeWords(outcome, code)}`;
    if (outcome.kind === 'data') return outcome.data;
    if (outcome.kind === 'silence') throw new GatewayError('adapter/timeout', `${words} within ${Math.round(timeoutMs)} ms`);
    if (outcome.kind === 'garbage') throw new GatewayError('adapter/bad-frame', words);
    refusal = words;
    if (DIVIDES.has(outcome.code)) return null;
    throw new GatewayError('adapter/exception', words, { details: { exception: outcome.code } });
  }

  return {
    async read(asker, timeoutMs, signal) {
      const registers: (number | null)[] = new Array<number | null>(place.count).fill(null);
      const good: Block[] = [];
      const left = [...blocks];
      for (let block = left.shift(); block; block = left.shift()) {
        const data = await readBlock(asker, block, timeoutMs, signal);
        if (data) {
          good.push(block);
          for (let i = 0; i < block.count; i += 1) registers[block.at + i] = ((data[2 * i] ?? 0) << 8) | (data[2 * i + 1] ?? 0);
        } else if (block.count > 1) {
          const half = block.count >> 1;
          left.unshift({ at: block.at, count: half }, { at: block.at + half, count: block.count - half });
        }
      }
      // A unit that refuses everything is asked anew each time: it may be busy, or the address is moved next.
      if (good.length > 0) blocks = good;
      else throw new GatewayError('adapter/exception', refusal || 'The unit has none of these registers.');
      return registers;
    },
  };
}

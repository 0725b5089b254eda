import { createBackoff } from '../../base/backoff.ts';
import { GatewayError } from '../../base/errors.ts';
import type { MatrixView } from '../../contract/commission-views.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { DiscoveryDeps, HeldSession } from '../deps.ts';
import type { Asker } from '../modbus/asker.ts';
import { exchangeMs, openAsker } from '../modbus/open-asker.ts';
import { createRowReader, type RowPlace, type RowReader } from './read-row.ts';

type Where = Parameters<typeof openAsker>[1];

/** One row that is read again and again, until its session ends. */
export interface LiveRow {
  view(): MatrixView;
  /** Goes to other registers and reads them at once. */
  move(change: { readonly [K in keyof RowPlace]?: RowPlace[K] | undefined }): void;
  /** Never rejects; the line is closed when it resolves. */
  run(signal: AbortSignal): Promise<void>;
}

const ANSWER_MS = 1000;
const REOPEN = { firstMs: 500, maxMs: 5000 };
const LAST_ADDRESS = 0xffff;

const fits = (place: RowPlace): RowPlace => ({ ...place, count: Math.min(place.count, LAST_ADDRESS + 1 - place.address) });

export function createLiveRow(
  deps: Pick<DiscoveryDeps, 'clock' | 'lines' | 'random'>,
  session: HeldSession,
  where: Where,
  first: RowPlace,
  everyMs: number,
): LiveRow {
  const { clock } = deps;
  let place = fits(first);
  let reader: RowReader = createRowReader(place);
  let wake = new AbortController();
  const empty = (): (number | null)[] => new Array<number | null>(place.count).fill(null);
  let view: MatrixView = {
    id: session.id,
    unit: place.unit,
    table: place.table,
    address: place.address,
    registers: empty(),
    at: null,
    reads: 0,
    fault: null,
  };
  const timeoutMs = (): number => ANSWER_MS + exchangeMs(where.link, where.framing, place.count);

  /** One read. A fault of the unit stays on the row; one of the line is thrown. */
  async function readOnce(asker: Asker, signal: AbortSignal): Promise<void> {
    const own = reader;
    try {
      const registers = await own.read(asker, timeoutMs(), signal);
      // What was asked before the row was moved must not stand under the new addresses.
      if (own === reader) view = { ...view, registers: [...registers], at: clock.now(), reads: view.reads + 1, fault: null };
    } catch (cause) {
      if (signal.aborted || !(cause instanceof GatewayError) || cause.code.startsWith('link/')) throw cause;
      if (own === reader) view = { ...view, fault: faultView(cause, clock.now()) };
    }
  }

  async function readOn(asker: Asker, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      wake = new AbortController();
      await readOnce(asker, signal);
      const own = AbortSignal.any([signal, wake.signal]);
      await clock.sleep(everyMs, own).catch(() => {}); // cut short by `move` or the end
    }
  }

  async function once(signal: AbortSignal, opened: () => void): Promise<void> {
    const asker = await openAsker(deps, where, signal);
    try {
      opened();
      await readOn(asker, signal);
    } finally {
      await asker.close();
    }
  }

  return {
    view: () => view,
    move({ table, address, count }) {
      place = fits({
        ...place,
        ...(table !== undefined && { table }),
        ...(address !== undefined && { address }),
        ...(count !== undefined && { count }),
      });
      reader = createRowReader(place);
      view = { ...view, table: place.table, address: place.address, registers: empty(), at: null, fault: null };
      wake.abort();
    },
    async run(signal) {
      const backoff = createBackoff(REOPEN, deps.random);
      while (!signal.aborted) {
        try {
          await once(signal, () => {
            backoff.reset();
            session.set({ state: 'open', fault: null });
          });
        } catch (cause) {
          if (signal.aborted) return;
          const fault = faultView(cause, clock.now());
          view = { ...view, fault };
          session.set({ state: 'lost', fault });
          await clock.sleep(backoff.next(), signal).catch(() => {}); // the end of the session
        }
      }
    },
  };
}

import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { AdapterContext } from '../adapter.ts';
import type { BusBook } from '../bus-book.ts';
import { createModbusBus, type ModbusBus } from './bus.ts';
import { type BusRecord, createBusRecord } from './bus-record.ts';
import { busOptions, framerFor, framingOf } from './line-timing.ts';

/** A share in a bus. The line is closed when the last share is given back. */
export interface BusShare {
  readonly key: string;
  readonly bus: ModbusBus;
  release(): Promise<void>;
}

/** The lines that are open now: devices on the same port or at the same address share one. */
export interface BusRegistry {
  /** Opens the line, or joins the one that is open. Rejects with `link/*`, or `adapter/link-conflict` where the settings differ. */
  join(config: ModbusDeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<BusShare>;
  readonly book: BusBook;
}

interface Entry {
  readonly settings: string;
  readonly first: string;
  readonly life: AbortController;
  readonly opening: Promise<ModbusBus>;
  shares: number;
}

/** More than one site has; of those that nobody uses any more the oldest is forgotten. */
const MAX_RECORDS = 256;

function settingsOf({ adapter, link }: ModbusDeviceConfig): string {
  if (link.kind !== 'serial' && link.kind !== 'rfc2217') return adapter;
  const { rtscts, xonxoff, rs485 } = link.kind === 'serial' ? link : {};
  const flow = `${rtscts ? ', RTS/CTS' : ''}${xonxoff ? ', XON/XOFF' : ''}${rs485 ? `, RS-485 (${rs485.mode})` : ''}`;
  return `${adapter}, ${link.baudRate} baud, ${link.dataBits} data bits, parity ${link.parity}, ${link.stopBits} stop bits${flow}`;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** What is known of all buses, by key. */
function createBook(records: ReadonlyMap<string, BusRecord>): BusBook {
  function find(key: string): BusRecord {
    const found = records.get(key);
    if (!found) throw new GatewayError('api/bad-input', `There is no bus "${key}".`);
    return found;
  }
  return {
    buses: () => [...records.values()].map((record) => record.view()),
    units: (key) => (key === undefined ? [...records.values()] : [records.get(key)]).flatMap((record) => record?.units() ?? []),
    timeline(key, unit) {
      const { figures } = find(key);
      return unit === null ? figures.minutes() : (figures.units().get(unit)?.minutes() ?? []);
    },
    probe: (key, unit) => find(key).bus?.breaker(unit).probeNow(),
    reset: (key) => find(key).figures.reset(),
  };
}

export function createBusRegistry(): BusRegistry {
  const entries = new Map<string, Entry>();
  const closing = new Map<string, Promise<void>>();
  const records = new Map<string, BusRecord>();

  function recordOf(key: string, config: ModbusDeviceConfig, context: AdapterContext): BusRecord {
    const known = records.get(key);
    if (known) return known;
    if (records.size >= MAX_RECORDS) {
      const oldest = [...records.keys()].find((one) => !entries.has(one));
      if (oldest !== undefined) records.delete(oldest);
    }
    const made = createBusRecord({ clock: context.clock, key, first: config, claims: context.field.claims });
    records.set(key, made);
    return made;
  }

  async function openBus(
    key: string,
    config: ModbusDeviceConfig,
    context: AdapterContext,
    signal: AbortSignal,
  ): Promise<ModbusBus> {
    await closing.get(key); // a port that is still being closed would count as busy
    const { clock, random } = context;
    const link = await context.links.open(config.link, signal, config.id);
    const framing = framingOf(config.adapter);
    const record = recordOf(key, config, context);
    const deps = { clock, random, link, framer: framerFor(framing), figures: record.figures };
    const bus = createModbusBus(deps, busOptions(framing, config.link));
    record.opened(bus, link.label);
    return bus;
  }

  function begin(key: string, config: ModbusDeviceConfig, context: AdapterContext): Entry {
    const life = new AbortController();
    const opening = openBus(key, config, context, life.signal);
    const entry: Entry = { settings: settingsOf(config), first: config.id, life, opening, shares: 0 };
    const forget = (): void => {
      if (entries.get(key) === entry) entries.delete(key);
    };
    entries.set(key, entry);
    void opening.then((bus) => bus.closed).then(forget, forget);
    return entry;
  }

  async function giveBack(key: string, entry: Entry): Promise<void> {
    entry.shares -= 1;
    if (entry.shares > 0) return;
    if (entries.get(key) === entry) entries.delete(key);
    entry.life.abort(new GatewayError('link/closed', 'no device needs the line any more'));
    const closed = entry.opening.then((bus) => bus.close()).catch(() => {});
    closing.set(key, closed);
    await closed;
    if (closing.get(key) === closed) closing.delete(key);
  }

  return {
    book: createBook(records),
    async join(config, context, signal) {
      signal.throwIfAborted();
      const key = context.field.keyOf(config.link, config.id);
      const entry = entries.get(key) ?? begin(key, config, context);
      if (entry.settings !== settingsOf(config)) {
        throw new GatewayError(
          'adapter/link-conflict',
          `${config.id}: its line is set to "${settingsOf(config)}", but ${entry.first} uses the same line with "${entry.settings}"`,
        );
      }
      entry.shares += 1;
      const leaveRecord = recordOf(key, config, context).add(config);
      const leaveLine = context.field.claims.share(key, config.id);
      let released: Promise<void> | undefined;
      const release = (): Promise<void> => {
        if (!released) {
          leaveRecord();
          leaveLine();
          released = giveBack(key, entry);
        }
        return released;
      };
      try {
        return { key, bus: await untilAborted(entry.opening, signal), release };
      } catch (cause) {
        await release();
        throw cause;
      }
    },
  };
}

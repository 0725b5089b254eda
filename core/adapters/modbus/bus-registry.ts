import { GatewayError } from '../../base/errors.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { AdapterContext } from '../adapter.ts';
import type { BusBook } from '../bus-book.ts';
import { type BusOptions, createModbusBus, type ModbusBus } from './bus.ts';
import { createMbapFramer } from './mbap-framer.ts';
import { createRtuFramer } from './rtu-framer.ts';

/** A share in a bus. The line is closed when the last share is given back. */
export interface BusShare {
  readonly bus: ModbusBus;
  release(): Promise<void>;
}

/** The lines that are open now: devices on the same port or at the same address share one. */
export interface BusRegistry {
  /** Opens the line, or joins the one that is open. Rejects with `link/*`, or `adapter/link-conflict` where the settings differ. */
  join(config: ModbusDeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<BusShare>;
  readonly book: BusBook;
}

const EMPTY_BOOK: BusBook = { buses: () => [], units: () => [], timeline: () => [], probe: () => {}, reset: () => {} };

interface Entry {
  readonly settings: string;
  readonly first: string;
  readonly life: AbortController;
  readonly opening: Promise<ModbusBus>;
  shares: number;
}

function keyOf(config: ModbusDeviceConfig): string {
  const { link } = config;
  if (link.kind === 'serial') return `serial ${link.path}`;
  return link.kind === 'tcp' ? `tcp ${link.host}:${link.port}` : `simulated ${config.id}`;
}

const settingsOf = ({ adapter, link }: ModbusDeviceConfig): string =>
  link.kind === 'serial'
    ? `${adapter}, ${link.baudRate} baud, ${link.dataBits} data bits, parity ${link.parity}, ${link.stopBits} stop bits${link.rtscts ? ', rtscts' : ''}`
    : adapter;

/** A character is 11 bits (serial line V1.02, 2.5.1.1: 3.5 characters between frames; from 19200 baud on 1.75 ms). */
function timing({ adapter, link }: ModbusDeviceConfig): BusOptions {
  const numbered = adapter === 'modbus-tcp';
  if (link.kind === 'serial') {
    const characterMs = 11_000 / link.baudRate;
    return { link: 'line', numbered, gapMs: Math.max(2, 3.5 * characterMs), silenceMs: Math.max(50, 10 * characterMs) };
  }
  return { link: link.kind === 'tcp' ? 'stream' : 'line', numbered, gapMs: 0, silenceMs: 100 };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

export function createBusRegistry(): BusRegistry {
  const entries = new Map<string, Entry>();
  const closing = new Map<string, Promise<void>>();

  async function openBus(
    key: string,
    config: ModbusDeviceConfig,
    context: AdapterContext,
    signal: AbortSignal,
  ): Promise<ModbusBus> {
    await closing.get(key); // a port that is still being closed would count as busy
    const link = await context.links.open(config.link, signal);
    const framer = config.adapter === 'modbus-tcp' ? createMbapFramer() : createRtuFramer('answers');
    return createModbusBus({ clock: context.clock, link, framer }, timing(config));
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
    book: EMPTY_BOOK,
    async join(config, context, signal) {
      signal.throwIfAborted();
      const key = keyOf(config);
      const entry = entries.get(key) ?? begin(key, config, context);
      if (entry.settings !== settingsOf(config)) {
        throw new GatewayError(
          'adapter/link-conflict',
          `${config.id}: its line is set to "${settingsOf(config)}", but ${entry.first} uses the same line with "${entry.settings}"`,
        );
      }
      entry.shares += 1;
      let released: Promise<void> | undefined;
      const release = (): Promise<void> => {
        released ??= giveBack(key, entry);
        return released;
      };
      try {
        return { bus: await untilAborted(entry.opening, signal), release };
      } catch (cause) {
        await release();
        throw cause;
      }
    },
  };
}

import type { Clock } from '../../base/clock.ts';
import type { Caller, Calls, Desk } from '../../contract/desk.ts';
import type { BleRadio } from '../../transports/bluetooth/radio.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import { createGattTool } from './gatt-tool.ts';
import { createHeardBook, type HeardBook } from './heard-book.ts';

const LEFT_MS = 30_000;
const CHECK_MS = 5000;
/** Consoles that came and went without a word, while another one looks on. */
const MOST_CALLERS = 64;

type Method = 'ble.scan' | 'ble.power' | 'ble.forget' | keyof ReturnType<typeof createGattTool>;
type BleDeskDeps = Pick<FieldDeskDeps, 'clock' | 'log' | 'services' | 'sessions' | 'site'>;

/** Listens while somebody looks at the list, scans until the last one who asked for it has had enough, and ends both when nobody has looked for half a minute. */
function createEar(clock: Clock, radio: BleRadio, book: HeardBook): { look(): void; scan(caller: Caller, on: boolean): void } {
  let stopListening: (() => void) | null = null;
  let stopChecks = (): void => {};
  let release: (() => void) | null = null;
  const askers = new Set<string>();
  let lookedAt = 0;

  function leave(): void {
    stopChecks();
    stopListening?.();
    stopListening = null;
    stopScan();
  }
  function stopScan(): void {
    askers.clear();
    release?.();
    release = null;
  }
  function look(): void {
    lookedAt = clock.monotonic();
    if (stopListening) return;
    stopListening = radio.onAdvert(book.add);
    stopChecks = clock.every(CHECK_MS, () => {
      if (clock.monotonic() - lookedAt >= LEFT_MS) leave();
    });
  }
  return {
    look,
    scan({ kind, id }, on) {
      const asker = `${kind} ${id}`;
      askers.delete(asker);
      if (on) {
        look();
        askers.add(asker);
        if (askers.size > MOST_CALLERS) for (const oldest of [...askers].slice(0, 1)) askers.delete(oldest);
        release ??= radio.holdScan();
      } else if (askers.size === 0) stopScan();
    },
  };
}

/** Bluetooth: radios, what is heard, and looking into a device. */
export function createBleDesk(deps: BleDeskDeps): Desk<Method, 'radios' | 'adverts'> {
  const { radio } = deps.services;
  const book = createHeardBook(deps.clock);
  const ear = createEar(deps.clock, radio, book);
  const log = deps.log.from('bluetooth');

  function deviceOf(address: string): string | null {
    const own = deps.site()?.devices.find((one) => one.adapter === 'ble' && one.address === address);
    return own?.id ?? null;
  }
  const calls: Calls<'ble.scan' | 'ble.power' | 'ble.forget'> = {
    async 'ble.scan'({ on }, _signal, caller) {
      if (on && radio.problem) throw radio.problem;
      ear.scan(caller, on);
      return null;
    },
    async 'ble.power'({ radio: id, on, by }, _signal, caller) {
      await radio.power(id, on);
      log.info('ble.power', { radio: id, on, by, caller: caller.kind });
      return null;
    },
    async 'ble.forget'({ address, by }, _signal, caller) {
      await radio.forget(address.toUpperCase());
      log.info('ble.forgotten', { address, by, caller: caller.kind });
      return null;
    },
  };
  return {
    calls: { ...calls, ...createGattTool({ ...deps, log }) },
    views: {
      radios: { kind: 'table', rows: () => [...radio.radios()] },
      adverts: {
        kind: 'table',
        rows() {
          if (!radio.problem) ear.look();
          return book.rows(radio.known(), deviceOf);
        },
      },
    },
  };
}

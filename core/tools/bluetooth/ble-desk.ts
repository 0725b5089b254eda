import type { Clock } from '../../base/clock.ts';
import type { Calls, Desk } from '../../contract/desk.ts';
import type { BleRadio } from '../../transports/bluetooth/radio.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import { createGattTool } from './gatt-tool.ts';
import { createHeardBook, type HeardBook } from './heard-book.ts';

const LEFT_MS = 30_000;
const CHECK_MS = 5000;

type Method = 'ble.scan' | 'ble.power' | 'ble.forget' | keyof ReturnType<typeof createGattTool>;
type BleDeskDeps = Pick<FieldDeskDeps, 'clock' | 'log' | 'services' | 'sessions' | 'site'>;

/** Listens while somebody looks at the list, scans while somebody asked for it, and ends both when nobody has looked for half a minute. */
function createEar(clock: Clock, radio: BleRadio, book: HeardBook): { look(): void; scan(on: boolean): void } {
  let stopListening: (() => void) | null = null;
  let stopChecks = (): void => {};
  let release: (() => void) | null = null;
  let lookedAt = 0;

  function leave(): void {
    stopChecks();
    stopListening?.();
    stopListening = null;
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
    scan(on) {
      if (on) {
        look();
        release ??= radio.holdScan();
      } else {
        release?.();
        release = null;
      }
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
    async 'ble.scan'({ on }) {
      if (on && radio.problem) throw radio.problem;
      ear.scan(on);
      return null;
    },
    async 'ble.power'({ radio: id, on }, _signal, caller) {
      await radio.power(id, on);
      log.info('ble.power', { radio: id, on, caller: caller.kind });
      return null;
    },
    async 'ble.forget'({ address }, _signal, caller) {
      await radio.forget(address.toUpperCase());
      log.info('ble.forgotten', { address, caller: caller.kind });
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

import type { Clock } from '../../../base/clock.ts';
import type { GatewayError } from '../../../base/errors.ts';
import { createRate, type Rate } from '../../../base/rate.ts';
import type { RadioView } from '../../../contract/field-views.ts';
import { type BlueBus, typed } from './bus.ts';
import { ADAPTER, type BlueObjects, flagIn, PROPERTIES, textIn } from './objects.ts';

const SET_MS = 5000;
const OFF_MS = 1000;
const DOWN_AGAIN_MS = 300_000;
type State = RadioView['state'];

/** What is counted of one radio. It stays while BlueZ is away. */
export interface RadioFigures {
  readonly adverts: Rate;
  /** Something was heard since the start. */
  heard: boolean;
  lastAdvertAt: number;
  /** Passive scanning was refused, or has ended bluetoothd: not tried again. */
  activeOnly: boolean;
  scanning: RadioView['scanning'];
  since: number;
  state: State;
  deviceResets: number;
  radioResets: number;
  resetAt: number | null;
  lastError: RadioView['lastError'];
}

/** The radios of this machine by their id (`hci0`), their figures, their power. */
export interface Radios {
  figures(id: string): RadioFigures;
  /** Ids of radios that BlueZ has now. */
  ids(): string[];
  isOn(id: string): boolean;
  fault(id: string, error: GatewayError): void;
  setPower(id: string, on: boolean): Promise<void>;
  /** Off and on again; not more often than every five minutes. True where it was done. Never rejects. */
  reset(id: string): Promise<boolean>;
  views(extra: (id: string) => { readonly connections: number; readonly queue: number; readonly known: number }): RadioView[];
}

/** The figures of each radio by its id; made when first asked for. */
export function createRadioFigures(clock: Clock): (id: string) => RadioFigures {
  const all = new Map<string, RadioFigures>();
  return (id) => {
    const known = all.get(id);
    if (known) return known;
    const fresh: RadioFigures = {
      adverts: createRate(),
      heard: false,
      lastAdvertAt: clock.monotonic(),
      activeOnly: false,
      scanning: 'no',
      since: clock.now(),
      state: 'starting',
      deviceResets: 0,
      radioResets: 0,
      resetAt: null,
      lastError: null,
    };
    all.set(id, fresh);
    return fresh;
  };
}

export function createRadios(deps: {
  readonly clock: Clock;
  readonly bus: BlueBus;
  readonly objects: BlueObjects;
  readonly figures: (id: string) => RadioFigures;
}): Radios {
  const { clock, bus, objects, figures } = deps;
  const resetting = new Set<string>();
  const pathOf = (id: string): string => `/org/bluez/${id}`;
  const ids = (): string[] => [...objects.of(ADAPTER)].map(([path]) => path.slice('/org/bluez/'.length)).sort();
  const isOn = (id: string): boolean => flagIn(objects.get(pathOf(id), ADAPTER), 'Powered');

  function stateOf(id: string): State {
    const now: State = resetting.has(id) ? 'resetting' : isOn(id) ? 'ok' : 'off';
    const known = figures(id);
    if (known.state !== now) Object.assign(known, { state: now, since: clock.now() });
    return now;
  }
  async function setPower(id: string, on: boolean): Promise<void> {
    const body = [ADAPTER, 'Powered', typed('b', on)];
    await bus.call({ path: pathOf(id), iface: PROPERTIES, member: 'Set', signature: 'ssv', body, timeoutMs: SET_MS });
  }
  function fault(id: string, { code, message, remedy }: GatewayError): void {
    figures(id).lastError = { code, message, remedy, at: clock.now() };
  }

  return {
    figures,
    ids,
    isOn,
    fault,
    setPower,
    async reset(id) {
      const known = figures(id);
      const now = clock.monotonic();
      if (resetting.has(id) || !isOn(id) || (known.resetAt !== null && now - known.resetAt < DOWN_AGAIN_MS)) return false;
      known.resetAt = now;
      known.radioResets += 1;
      resetting.add(id);
      try {
        await setPower(id, false).catch(() => {});
        await clock.sleep(OFF_MS);
        await setPower(id, true).catch((cause: GatewayError) => fault(id, cause));
      } finally {
        resetting.delete(id);
      }
      return true;
    },
    views: (extra) =>
      ids().map((id) => {
        const properties = objects.get(pathOf(id), ADAPTER);
        const known = figures(id);
        return {
          id,
          address: textIn(properties, 'Address'),
          name: textIn(properties, 'Alias') || textIn(properties, 'Name') || id,
          state: stateOf(id),
          since: known.since,
          scanning: known.scanning,
          advertsPerS: Number(known.adverts.perS(clock.monotonic()).toFixed(1)),
          deviceResets: known.deviceResets,
          radioResets: known.radioResets,
          lastError: known.lastError,
          ...extra(id),
        };
      }),
  };
}

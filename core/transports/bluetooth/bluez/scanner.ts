import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { type BlueBus, typed } from './bus.ts';
import { busFault, isBusError } from './faults.ts';
import { createMonitors } from './monitors.ts';
import { ADAPTER, type BlueObjects, flagIn } from './objects.ts';
import type { Radios } from './radios.ts';

const CALL_MS = 10_000;
const CHECK_MS = 5000;
/** Radios that hear nothing at all for so long, though they did before, hang: first the scan is begun again, then the radio. */
const DEAF_MS = 60_000;
const DEAF_RADIO_MS = 120_000;

/** Keeps every radio that is on scanning while somebody wants to hear. */
export interface Scanner {
  /** Called when somebody begins or stops to listen, and when a radio changes. */
  settle(): void;
  stop(): Promise<void>;
}

type Mode = 'no' | 'passive' | 'active';

interface Own {
  /** What we have asked of BlueZ, and it has agreed to. */
  mode: Mode;
  busy: boolean;
  again: boolean;
  /** How far a deaf radio was helped: 1 a new scan, 2 off and on. */
  helped: number;
  /** Monotonic ms since when somebody wants to hear without a pause; null while nobody does. */
  wantedSince: number | null;
}

/**
 * Active: discovery of BlueZ for LE with every repetition reported. BlueZ counts its clients: another program's scan does not end with ours.
 * Passive where BlueZ can, and somebody only listens. A scan that is refused or was lost (radio off and on) is tried again every five seconds.
 */
export function createScanner(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: BlueBus;
  readonly objects: BlueObjects;
  readonly radios: Radios;
  /** `active` while somebody holds a scan, `listen` while somebody only listens. */
  readonly wanted: () => 'no' | 'listen' | 'active';
  /** Open connections of a radio: it is not switched off under them. */
  readonly connections: (id: string) => number;
}): Scanner {
  const { clock, log, bus, objects, radios } = deps;
  const monitors = createMonitors(bus, objects);
  const owns = new Map<string, Own>();
  let stopped = false;

  const ask = (id: string, member: string, more: { signature?: string; body?: readonly unknown[] } = {}): Promise<unknown> =>
    bus.call({ path: `/org/bluez/${id}`, iface: ADAPTER, member, timeoutMs: CALL_MS, ...more });

  async function discover(id: string): Promise<void> {
    const filter = { Transport: typed('s', 'le'), DuplicateData: typed('b', true) };
    await ask(id, 'SetDiscoveryFilter', { signature: 'a{sv}', body: [filter] });
    await ask(id, 'StartDiscovery').catch((cause: unknown) => {
      if (!isBusError(cause, 'InProgress')) throw cause; // in use: it runs, which is what we want
    });
  }
  async function end(id: string, mode: Mode): Promise<void> {
    if (mode === 'active') await ask(id, 'StopDiscovery').catch(() => {}); // it has ended by itself
    if (mode === 'passive') await monitors.end(id);
  }
  /** Gives the mode that it has become. */
  async function begin(id: string, mode: Mode): Promise<Mode> {
    if (mode === 'passive') {
      try {
        await monitors.begin(id);
        return 'passive';
      } catch (cause) {
        radios.figures(id).activeOnly = true;
        log.info('ble.no-passive-scan', { radio: id, cause });
      }
    }
    await discover(id);
    return 'active';
  }
  function wantedMode(id: string): Mode {
    const wanted = radios.isOn(id) && !stopped ? deps.wanted() : 'no';
    if (wanted !== 'listen') return wanted;
    return monitors.has(id) && !radios.figures(id).activeOnly ? 'passive' : 'active';
  }

  async function settleOne(id: string, own: Own): Promise<void> {
    if (!radios.isOn(id)) {
      await end(id, own.mode === 'passive' ? 'passive' : 'no');
      own.mode = 'no';
    }
    if (own.mode === 'active' && !flagIn(objects.get(`/org/bluez/${id}`, ADAPTER), 'Discovering')) own.mode = 'no';
    const mode = wantedMode(id);
    own.wantedSince = mode === 'no' ? null : (own.wantedSince ?? clock.monotonic());
    try {
      if (mode !== own.mode) {
        const before = own.mode;
        own.mode = 'no';
        await end(id, before);
        if (mode !== 'no') own.mode = await begin(id, mode);
        log.debug('ble.scan', { radio: id, mode: own.mode });
      }
    } catch (cause) {
      const fault = busFault(cause);
      radios.fault(id, fault);
      log.warn('ble.scan-failed', { radio: id, cause: fault });
    }
    radios.figures(id).scanning = own.mode;
  }

  /** One radio alone: two that called each other again would never come to rest. */
  function settleRadio(id: string, own: Own): void {
    own.again = own.busy; // what came in between is looked at afterwards
    if (own.busy) return;
    own.busy = true;
    void settleOne(id, own).finally(() => {
      own.busy = false;
      if (own.again) settleRadio(id, own);
    });
  }
  function settle(): void {
    const there = radios.ids();
    for (const id of owns.keys()) if (!there.includes(id)) owns.delete(id); // unplugged: it comes back as a new one
    for (const id of there) {
      const own: Own = owns.get(id) ?? { mode: 'no', busy: false, again: false, helped: 0, wantedSince: null };
      owns.set(id, own);
      settleRadio(id, own);
    }
  }

  /** A radio that has gone deaf while it scans: once a new scan, once off and on; then nothing more until something is heard. */
  async function watch(id: string, own: Own): Promise<void> {
    const figures = radios.figures(id);
    const now = clock.monotonic();
    const quiet = now - Math.max(figures.lastAdvertAt, own.wantedSince ?? now); // while nobody listened nothing could be heard
    if (quiet < DEAF_MS) own.helped = 0;
    const help = quiet >= DEAF_RADIO_MS ? 2 : quiet >= DEAF_MS ? 1 : 0;
    if (!figures.heard || own.mode !== 'active' || own.busy || help <= own.helped) return;
    own.busy = true;
    own.helped = help;
    log.warn('ble.radio-deaf', { radio: id, forMs: Math.round(quiet) });
    if (help === 1) await end(id, own.mode);
    else if (deps.connections(id) === 0) await radios.reset(id);
    own.mode = 'no';
    own.busy = false;
  }

  const stopChecks = clock.every(CHECK_MS, () => {
    for (const [id, own] of owns) void watch(id, own).then(settle);
  });

  return {
    settle,
    async stop() {
      stopped = true;
      stopChecks();
      await Promise.all([...owns].map(([id, own]) => end(id, own.mode)));
    },
  };
}

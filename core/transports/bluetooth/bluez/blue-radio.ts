import type { Clock } from '../../../base/clock.ts';
import { createEmitter } from '../../../base/emitter.ts';
import { GatewayError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { PortClaims } from '../../ports/claims.ts';
import { createNoRadio } from '../no-radio.ts';
import type { Advert, BleRadio } from '../radio.ts';
import { unlessAborted } from './abort.ts';
import type { BlueBus } from './bus.ts';
import { busFault } from './faults.ts';
import { createRadioFigures } from './radios.ts';
import { type BlueSession, beginSession } from './session.ts';

const LOOK_AGAIN_MS = 30_000;
/** The gateway's own start comes first: loading the D-Bus library takes a tenth of a second of its one thread. */
const LOOK_FIRST_MS = 500;

export interface BlueRadioDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly claims: PortClaims;
  readonly openBus: (clock: Clock) => Promise<BlueBus>;
}

/** Bluetooth by BlueZ. Where BlueZ is not there, or goes, it is looked for every 30 seconds; listeners and scan holds outlive that. */
export function createBlueRadio(deps: BlueRadioDeps): BleRadio {
  const { clock, log } = deps;
  const adverts = createEmitter<Advert>((cause) => log.error('ble.listener-failed', { cause }));
  const changes = createEmitter<void>((cause) => log.error('ble.listener-failed', { cause }));
  const figures = createRadioFigures(clock);
  const life = new AbortController();
  let holds = 0;
  let session: BlueSession | undefined;
  let problem = new GatewayError('ble/not-available', 'Bluetooth is being looked for.');
  const firstLook = Promise.withResolvers<void>();
  let looked = false;
  let loop: Promise<void> | undefined;

  const settle = (): void => {
    session?.scanner.settle();
    changes.emit();
  };
  function holdScan(): () => void {
    let held = true;
    holds += 1;
    settle();
    return () => {
      if (!held) return;
      held = false;
      holds -= 1;
      settle();
    };
  }

  /** One life of BlueZ, from finding it to losing it. Gives why it is not there. */
  async function live(found: () => void): Promise<GatewayError> {
    let bus: BlueBus | undefined;
    try {
      bus = await deps.openBus(clock);
      const begun = await beginSession(
        {
          ...deps,
          figures,
          wanted: () => (holds > 0 ? 'active' : adverts.size > 0 ? 'listen' : 'no'),
          holdScan,
          onAdvert: adverts.emit,
          onChanged: () => changes.emit(),
        },
        bus,
      );
      session = begun;
      log.info('ble.found', { radios: begun.radios.ids().join(', ') });
      found();
      changes.emit();
      const stop = Promise.withResolvers<Error>();
      const onAbort = (): void => stop.resolve(busFault(life.signal.reason));
      if (life.signal.aborted) onAbort();
      else life.signal.addEventListener('abort', onAbort, { once: true });
      const why = busFault(await Promise.race([begun.ended, stop.promise]));
      life.signal.removeEventListener('abort', onAbort);
      session = undefined;
      await begun.end(why);
      return why;
    } catch (cause) {
      return busFault(cause);
    } finally {
      bus?.close();
    }
  }
  function settled(): void {
    looked = true;
    firstLook.resolve();
  }
  async function run(): Promise<void> {
    let said = '';
    await clock.sleep(LOOK_FIRST_MS, life.signal).catch(() => {}); // cut short by `stop`
    while (!life.signal.aborted) {
      const why = await live(() => {
        said = '';
        settled();
      });
      problem = why.code === 'ble/not-available' ? why : new GatewayError('ble/not-available', why.message, { cause: why });
      settled();
      changes.emit();
      if (life.signal.aborted) return;
      if (said !== problem.message) log.info('ble.not-there', { cause: problem });
      said = problem.message;
      await clock.sleep(LOOK_AGAIN_MS, life.signal).catch(() => {}); // cut short by `stop`
    }
  }
  function current(): BlueSession {
    if (!session) throw problem;
    return session;
  }

  return {
    name: 'bluetooth',
    get problem() {
      return session || !looked ? null : problem;
    },
    async start(signal) {
      signal.throwIfAborted();
      loop = run();
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', 'The gateway stops Bluetooth.'));
      await loop;
      settled();
    },
    radios() {
      if (session) return session.views();
      const rows = createNoRadio(problem, () => clock.now()).radios();
      return looked ? rows : rows.map((row) => ({ ...row, state: 'starting', lastError: null }));
    },
    onChanged: (listener) => changes.on(() => listener()),
    onAdvert(listener) {
      const stop = adverts.on(listener);
      settle();
      return () => {
        stop();
        settle();
      };
    },
    holdScan,
    known: () => session?.known() ?? [],
    async connect(address, options, signal) {
      await unlessAborted(firstLook.promise, signal);
      return await current().connector.connect(address, options, signal);
    },
    forget: async (address) => await current().forget(address),
    power: async (radio, on) => await current().radios.setPower(radio, on),
  };
}

import { type Backoff, createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { ReadingBatch } from '../contract/reading.ts';
import type { CommandResultView, DeviceView, FrameView } from '../contract/views.ts';
import type { ByteLinks } from '../transports/byte-port.ts';
import type { AdapterContext, AdapterSession, FieldServices } from './adapter.ts';
import { createDeviceState, type DeviceState } from './device-state.ts';
import { createFrameLog } from './frame-log.ts';
import type { AdapterRegistry } from './registry.ts';

export interface SupervisorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly links: ByteLinks;
  readonly field: FieldServices;
  readonly adapters: AdapterRegistry;
  readonly random: () => number;
  /** Readings of one poll or one frame; `heardAt` is the monotonic time of its last byte. Must not throw for long: a throw is logged. */
  readonly onReadings: (batch: ReadingBatch, heardAt: number) => void;
}

/** Keeps one device running: `start` returns at once, whatever the device does. */
export interface DeviceSupervisor extends Service {
  readonly id: string;
  view(): DeviceView;
  /** Something in `view()` changed; may be called often. */
  onChanged(listener: () => void): () => void;
  /** The newest frames, oldest first. */
  frames(): FrameView[];
  /** Each frame as it comes; sound frames are recorded only while somebody listens. */
  onFrame(listener: (frame: FrameView) => void): () => void;
  /** Reads all now. Rejects with the fault, `link/closed` while there is no session, or `api/not-available` where the device cannot be asked. */
  readNow(signal: AbortSignal): Promise<void>;
  /** Writes one point. Rejects as `readNow` does, or with `adapter/not-writable`, `adapter/unknown-point`, `adapter/bad-value`. */
  write(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  /** Drops the session, if there is one, and opens a new one at once. */
  reconnect(): void;
  /** Runs a command of the document. Rejects as `write` does, with `adapter/unknown-command`, `tool/no-consent`, `adapter/refused`. */
  command(
    name: string,
    value: number | string | boolean | undefined,
    confirmed: boolean,
    signal: AbortSignal,
  ): Promise<CommandResultView>;
}

const RECONNECT = { firstMs: 1000, maxMs: 30_000 };
const CHECKS_PER_STALE = 4;
const CHECK_MAX_MS = 5000;

/** Logs the two states of a device that matter to a person, once per change. */
function createAnnouncer(log: Logger, config: DeviceConfig): { connected(): void; lost(error: Error | FaultLike): void } {
  const said = new Set<string>();
  let connected = false;
  return {
    connected() {
      said.clear();
      if (connected) return;
      connected = true;
      log.info('device.connected', { device: config.id });
    },
    lost(error) {
      const code = 'code' in error ? error.code : 'gateway/internal';
      connected = false;
      if (said.has(code)) return; // a device that is gone for days fails in two or three ways by turns
      said.add(code);
      if (error instanceof Error) log.warn('device.lost', { device: config.id, cause: error });
      else log.warn('device.lost', { device: config.id, message: error.message, code: error.code, remedy: error.remedy });
    },
  };
}
type FaultLike = { readonly code: string; readonly message: string; readonly remedy: string };

function createContext(
  deps: SupervisorDeps,
  config: DeviceConfig,
  state: DeviceState,
  hooks: { frame: AdapterContext['frame']; framesWanted(): boolean; alive(): void; silent(error: Error): void; changed(): void },
): AdapterContext {
  const log = deps.log.from(`device:${config.id}`);
  return {
    clock: deps.clock,
    log,
    links: deps.links,
    field: deps.field,
    random: deps.random,
    frame: hooks.frame,
    framesWanted: hooks.framesWanted,
    emit(batch, heardAt) {
      if (state.heard(batch)) hooks.alive();
      hooks.changed();
      try {
        deps.onReadings(batch, heardAt);
      } catch (cause) {
        log.error('device.readings-not-taken', { device: config.id, cause });
      }
    },
    fault(error) {
      if (state.fault(error)) hooks.silent(error);
      hooks.changed();
    },
  };
}

/** Waits for the session; when aborted first, the session is closed as soon as it comes, and nobody waits for that. */
function openSession(opening: Promise<AdapterSession>, signal: AbortSignal): Promise<AdapterSession> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
      opening.then((session) => session.close()).catch(() => {});
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

export function createDeviceSupervisor(deps: SupervisorDeps, config: DeviceConfig): DeviceSupervisor {
  const { clock } = deps;
  const log = deps.log.from(`device:${config.id}`);
  const state = createDeviceState(clock, config);
  const frames = createFrameLog(clock);
  const changes = createEmitter<void>((cause) => log.error('device.listener-failed', { cause }));
  const announce = createAnnouncer(log, config);
  const backoff: Backoff = createBackoff(RECONNECT, deps.random);
  const life = new AbortController();
  let turn = new AbortController();
  let session: AdapterSession | undefined;
  let loop: Promise<void> | undefined;
  let cancelCheck = (): void => {};

  const context = createContext(deps, config, state, {
    frame: (frame) => frames.add(frame),
    framesWanted: () => frames.wanted,
    changed: () => changes.emit(),
    silent: announce.lost,
    alive() {
      backoff.reset();
      announce.connected();
    },
  });

  /** One session from opening to end. Gives the fault, or undefined where we ended it. */
  async function runSession(signal: AbortSignal): Promise<Error | undefined> {
    try {
      state.beginSession();
      const opened = await openSession(deps.adapters.open(config, context, signal), signal);
      session = opened;
      log.debug('device.opened', { device: config.id });
      const onAbort = (): void => void opened.close().catch(() => {});
      signal.addEventListener('abort', onAbort, { once: true });
      const fault = await opened.closed;
      return signal.aborted ? undefined : (fault ?? new GatewayError('link/closed', `${config.name}: the session ended`));
    } catch (cause) {
      if (signal.aborted) return undefined;
      return cause instanceof Error ? cause : new GatewayError('gateway/internal', String(cause));
    } finally {
      session = undefined;
    }
  }

  async function run(): Promise<void> {
    while (!life.signal.aborted) {
      turn = new AbortController();
      const signal = AbortSignal.any([turn.signal, life.signal]);
      const fault = await runSession(signal);
      if (!fault) continue;
      state.lost(fault);
      announce.lost(fault);
      changes.emit();
      await clock.sleep(backoff.next(), signal).catch(() => {}); // cut short by `reconnect` or `stop`
    }
  }

  function checkSilence(): void {
    const fault = state.checkSilence();
    if (!fault) return;
    announce.lost(fault);
    changes.emit();
  }

  function current(): AdapterSession {
    if (session) return session;
    throw new GatewayError('link/closed', `${config.name}: there is no connection now`, {
      ...(state.lastError ? { remedy: state.lastError.remedy } : {}),
    });
  }

  return {
    name: `device ${config.id}`,
    id: config.id,
    async start(signal) {
      signal.throwIfAborted();
      if (!config.enabled) return state.pause();
      if (state.staleAfterMs !== undefined) {
        cancelCheck = clock.every(Math.min(CHECK_MAX_MS, Math.ceil(state.staleAfterMs / CHECKS_PER_STALE)), checkSilence);
      }
      loop = run();
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', `${config.name}: the gateway stops this device`));
      cancelCheck();
      await loop;
    },
    view: state.view,
    onChanged: (listener) => changes.on(() => listener()),
    frames: frames.recent,
    onFrame: frames.onFrame,
    async readNow(signal) {
      const open = current();
      if (!open.readNow)
        throw new GatewayError('api/not-available', `${config.name}: this device speaks by itself and cannot be asked`);
      await open.readNow(signal);
    },
    async write(point, value, signal) {
      if (!config.points.some(({ name }) => name === point)) {
        throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${point}"`);
      }
      const open = current();
      if (!open.write) throw new GatewayError('adapter/not-writable', `${config.name}: this kind of device cannot be written`);
      await open.write(point, value, signal);
    },
    async command(name) {
      throw new GatewayError('adapter/unknown-command', `${config.name} has no command "${name}"`);
    },
    reconnect() {
      backoff.reset();
      turn.abort(new GatewayError('link/closed', `${config.name}: reconnecting because somebody asked for it`));
    },
  };
}

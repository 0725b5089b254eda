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
import { findCommand, runCommand } from './model/commands.ts';
import { createDeadBand } from './model/dead-band.ts';
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
  /** Something was plugged in: a device that waits for its link is tried at once. */
  readonly wake?: (listener: () => void) => () => void;
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
  /**
   * Writes one point. Rejects as `readNow` does, or with `adapter/not-writable`, `adapter/unknown-point`, `adapter/bad-value`; and with
   * `adapter/not-confirmed` or `adapter/no-report` where the device reports by itself what became of it.
   */
  write(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  /** As `write`, without waiting for a device that reports some time later what became of it. For what nobody waits for. */
  send(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
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
/** Faults that go away when something is plugged in. */
const UNPLUGGED: readonly string[] = ['link/not-found', 'link/lost', 'link/ambiguous', 'ble/not-available'];

/** The line that a tool has taken, by the fault that says so. */
function claimedLine(fault: Error): { readonly key: string; readonly holder: string } | undefined {
  if (!(fault instanceof GatewayError) || fault.code !== 'link/claimed') return undefined;
  const { line, holder } = fault.details;
  return typeof line === 'string' ? { key: line, holder: typeof holder === 'string' ? holder : 'A tool' } : undefined;
}

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
  const deadBand = createDeadBand(deps.clock, config);
  return {
    clock: deps.clock,
    log,
    links: deps.links,
    field: deps.field,
    random: deps.random,
    frame: hooks.frame,
    framesWanted: hooks.framesWanted,
    emit(batch, heardAt) {
      if (state.heard(batch.past ? { ...batch, readings: [] } : batch)) hooks.alive();
      hooks.changed();
      const news = batch.past ? batch : deadBand.filter(batch);
      if (!news || news.readings.length === 0) return; // an empty batch is only a sign of life
      try {
        deps.onReadings(news, heardAt);
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
  let stopWaking = (): void => {};
  /** Ends the wait before the next attempt. */
  let nap = new AbortController();
  /** Key of the bus that it shares, also while it has no session. */
  let bus: string | null = null;

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
      bus = opened.bus ?? null;
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
      if (await waitForTool(fault, signal)) continue;
      state.lost(fault);
      announce.lost(fault);
      changes.emit();
      nap = new AbortController();
      // Cut short by `reconnect`, `stop`, or something that was plugged in.
      await clock.sleep(backoff.next(), AbortSignal.any([signal, nap.signal])).catch(() => {});
    }
  }

  /** Where a tool has taken the line: waits until it is given back, and then goes on at once. False: it is another fault. */
  async function waitForTool(fault: Error, signal: AbortSignal): Promise<boolean> {
    const claimed = claimedLine(fault);
    // Given back already, or never taken: the next attempt shows it, after the usual wait, so that nothing can turn in circles.
    if (!claimed || !deps.field.claims.of(claimed.key)) return false;
    state.claimedBy(claimed.holder);
    log.info('device.paused', { device: config.id, by: claimed.holder });
    changes.emit();
    await deps.field.claims.whenFree(claimed.key, signal).catch(() => {}); // `reconnect` or `stop`
    if (!life.signal.aborted) log.info('device.resumed', { device: config.id });
    backoff.reset();
    return true;
  }

  /** A session that is open is left alone. */
  function wake(): void {
    if (session || !state.lastError || !UNPLUGGED.includes(state.lastError.code)) return;
    backoff.reset();
    nap.abort();
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

  async function put(how: 'write' | 'send', ...[point, value, signal]: Parameters<DeviceSupervisor['write']>): Promise<void> {
    if (!config.points.some(({ name }) => name === point)) {
      throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${point}"`);
    }
    const open = current();
    if (!open.write) throw new GatewayError('adapter/not-writable', `${config.name}: this kind of device cannot be written`);
    if (how === 'send' && open.send) await open.send(point, value, signal);
    else await open.write(point, value, signal);
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
      stopWaking = deps.wake?.(wake) ?? stopWaking;
      loop = run();
    },
    async stop() {
      life.abort(new GatewayError('gateway/stopping', `${config.name}: the gateway stops this device`));
      cancelCheck();
      stopWaking();
      await loop;
    },
    view: () => ({ ...state.view(), bus }),
    onChanged: (listener) => changes.on(() => listener()),
    frames: frames.recent,
    onFrame: frames.onFrame,
    async readNow(signal) {
      const open = current();
      if (!open.readNow)
        throw new GatewayError('api/not-available', `${config.name}: this device speaks by itself and cannot be asked`);
      await open.readNow(signal);
    },
    write: (point, value, signal) => put('write', point, value, signal),
    send: (point, value, signal) => put('send', point, value, signal),
    async command(name, value, confirmed, signal) {
      const command = findCommand(config, name, confirmed);
      const startedAt = clock.monotonic();
      const { state: done, words, value: now } = await runCommand(config, command, current(), value, signal);
      return { state: done, words, value: now ?? null, tookMs: Math.round(clock.monotonic() - startedAt) };
    },
    reconnect() {
      backoff.reset();
      turn.abort(new GatewayError('link/closed', `${config.name}: reconnecting because somebody asked for it`));
    },
  };
}

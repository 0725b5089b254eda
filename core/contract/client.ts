import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { GatewayApi, Topic } from './api.ts';
import { createCallTable } from './calls.ts';
import { PROTOCOL } from './protocol.ts';
import { createWatchTable } from './watches.ts';
import type { ClientFrame, ServerFrame, Transport } from './wire.ts';

/** `connecting` until the first attempt has an outcome; then `online` or `offline`. */
export type ClientStatus = 'connecting' | 'online' | 'offline';
export type ClientTransport = Transport<ClientFrame, ServerFrame>;

export interface ApiClientDeps {
  /** Opens a new connection; rejects where there is none to be had. */
  connect(): Promise<ClientTransport>;
  readonly clock: Clock;
  /** 0..1, for the backoff's jitter. */
  readonly random: () => number;
}

export interface ApiClientOptions {
  /** 250 ms unless told. */
  readonly firstRetryMs?: number;
  /** 5000 ms unless told. */
  readonly maxRetryMs?: number;
  /** How often the line is tried; 5000 ms unless told. */
  readonly beatMs?: number;
  /** No answer for this long: the line is dead; 10000 ms unless told. */
  readonly silentMs?: number;
  /** Hears what belongs to no call: a listener that threw, why a connection failed, and refused watches unless `onRefused` does. */
  readonly onFault?: (error: unknown) => void;
  /** A watch that the gateway will not serve; it is not asked for again before the next reconnect. */
  readonly onRefused?: (topic: Topic, error: GatewayError) => void;
}

export interface ApiClient extends GatewayApi {
  status(): ClientStatus;
  onStatus(listener: (status: ClientStatus) => void): () => void;
  /** The gateway's version, once it has said hello. */
  version(): string | null;
  /** Ends everything: pending calls reject with `api/disconnected`. Idempotent. */
  close(): Promise<void>;
}

/**
 * The one request table, the same over every transport. Calls made while the first connection is being opened wait for it;
 * calls while offline reject with `api/disconnected`. Watches survive: they hear `offline`, then a snapshot.
 * Runs in browsers: no Node modules, and no schemas (their compiler trips a strict content security policy).
 */
export function createApiClient(deps: ApiClientDeps, options: ApiClientOptions = {}): ApiClient {
  const { clock } = deps;
  const { beatMs = 5000, silentMs = 10_000 } = options;
  const fault = (error: unknown): void => options.onFault?.(error);
  const backoff = createBackoff({ firstMs: options.firstRetryMs ?? 250, maxMs: options.maxRetryMs ?? 5000 }, deps.random);
  const life = new AbortController();
  const statuses = createEmitter<ClientStatus>(fault);
  let status: ClientStatus = 'connecting';
  let version: string | null = null;
  let transport: ClientTransport | null = null;
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  const send = (frame: ClientFrame): void => transport?.send(frame);
  const calls = createCallTable({ send, nextId, status: () => status });
  const refused = options.onRefused ?? ((_topic: Topic, error: GatewayError) => fault(error));
  const watches = createWatchTable({ send, nextId, clock, random: deps.random, fault, refused });

  function setStatus(next: ClientStatus): void {
    if (status === next) return;
    status = next;
    statuses.emit(next);
  }

  function onFrame(frame: ServerFrame, current: ClientTransport): void {
    if (frame.t !== 'hello') backoff.reset(); // a peer that only greets and hangs up does not count as a good connection
    if (frame.t === 'ok') calls.resolve(frame.id, frame.output);
    else if (frame.t === 'event') watches.event(frame.id, frame.event);
    else if (frame.t === 'err') {
      if (!calls.reject(frame.id, frame.error)) watches.refused(frame.id, frame.error);
    } else if (frame.t === 'hello') {
      version = frame.version;
      if (frame.protocol === PROTOCOL) return;
      fault(new GatewayError('api/unknown-method', `the gateway speaks protocol ${frame.protocol}, this program ${PROTOCOL}`));
      current.close();
    }
  }

  /** Sends a beat now and then; closes the transport when one stays unanswered for too long. */
  function keepBeating(current: ClientTransport): { heard(): void; stop(): void } {
    let unansweredSince: number | null = null;
    const stop = clock.every(beatMs, () => {
      if (unansweredSince === null) {
        unansweredSince = clock.monotonic();
        current.send({ t: 'beat' });
      } else if (clock.monotonic() - unansweredSince >= silentMs) current.close();
    });
    return {
      heard() {
        unansweredSince = null;
      },
      stop,
    };
  }

  async function serve(current: ClientTransport): Promise<void> {
    const beats = keepBeating(current);
    transport = current; // first: frames that came early are handed over while we begin to listen
    const unlisten = current.onFrame((frame) => {
      if (transport !== current) return;
      beats.heard();
      onFrame(frame, current);
    });
    setStatus('online');
    calls.online();
    watches.online();
    await Promise.race([current.closed, stopped]);
    transport = null;
    beats.stop();
    unlisten();
    current.close();
  }

  const stopped = new Promise<null>((resolve) => {
    life.signal.addEventListener('abort', () => resolve(null), { once: true });
  });

  async function open(): Promise<ClientTransport | null> {
    const giveUp = new AbortController();
    const opening = Promise.resolve().then(() => deps.connect()); // so that a throw is a rejection too
    const late = clock.sleep(silentMs, giveUp.signal).then(
      () => null,
      () => null,
    );
    try {
      const opened = await Promise.race([opening, late, stopped]);
      if (!opened) opening.then((lost) => lost.close()).catch(() => {}); // it came too late to be of use
      return opened;
    } catch (cause) {
      fault(cause);
      return null;
    } finally {
      giveUp.abort();
    }
  }

  function lost(): void {
    if (status === 'offline') return; // one more failed attempt is no news
    setStatus('offline');
    calls.disconnected();
    watches.disconnected();
  }

  async function run(): Promise<void> {
    while (!life.signal.aborted) {
      const opened = await open();
      if (opened && life.signal.aborted) opened.close();
      else if (opened) await serve(opened);
      lost();
      await clock.sleep(backoff.next(), life.signal).catch(() => {});
    }
  }
  const loop = run();

  return {
    call: (method, input, signal) => calls.call(method, input, signal),
    watch: (topic, params, listener) => watches.watch(topic, params, listener, status === 'online'),
    status: () => status,
    onStatus: (listener) => statuses.on(listener),
    version: () => version,
    async close() {
      life.abort();
      await loop;
      watches.clear();
    },
  };
}

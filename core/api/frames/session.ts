import type { ZodError } from 'zod';
import { GatewayError, toWire, type WireError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { METHODS, type Method, TOPICS, type Topic } from '../../contract/api.ts';
import { schemaFaults, WORDING } from '../../contract/schema-faults.ts';
import { ClientFrame, type ServerFrame, type Transport } from '../../contract/wire.ts';
import type { Hub } from '../hub.ts';
import type { Caller, Handlers } from '../sources.ts';

export interface SessionDeps {
  readonly handlers: Handlers;
  readonly hub: Hub;
  readonly log: Logger;
  readonly caller: Caller;
  readonly transport: Transport<ServerFrame, ClientFrame>;
  /** Owns a call that runs. */
  track(call: Promise<void>): void;
  /** The client cannot be served. */
  giveUp(why: GatewayError): void;
}

export interface Session {
  /** Takes whatever the client sent. */
  frame(raw: unknown): void;
  /** Answers every open call with this error. */
  refuseAll(error: WireError): void;
  /** Cancels calls and ends watches. */
  end(): void;
}

/** The fields that are wrong, for a person: `"point" — Invalid input: expected string`. */
function fieldsOf(error: ZodError): string {
  const faults = schemaFaults(error).slice(0, 8);
  return faults.map(({ path, message }) => `"${path.join('.') || 'input'}" ${message}`).join('; ');
}

const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);
const isTopic = (name: string): name is Topic => Object.hasOwn(TOPICS, name);

/** One client's calls and watches. A call runs until it answers; what comes after its end or its cancel is not sent. */
export function createSession(
  deps: SessionDeps,
  options: { readonly maxPerClient: number; readonly maxBadFrames: number; readonly checkOutputs: boolean },
): Session {
  const calls = new Map<number, AbortController>();
  const watches = new Map<number, () => void>();
  let badFrames = 0;
  let ended = false;
  const refuse = (id: number, error: unknown): void => deps.transport.send({ t: 'err', id, error: toWire(error) });

  function badFrame(id: number | null, what: string): void {
    const error = new GatewayError('api/bad-frame', `${deps.caller.id} sent ${what}`);
    if (id !== null) refuse(id, error);
    badFrames += 1;
    if (badFrames >= options.maxBadFrames) deps.giveUp(error);
  }

  /** Whether this id may begin something new. */
  function isFree(id: number): boolean {
    if (calls.has(id) || watches.has(id)) {
      badFrame(id, `id ${id} twice`);
      return false;
    }
    if (calls.size + watches.size < options.maxPerClient) return true;
    refuse(id, new GatewayError('api/busy', `${options.maxPerClient} calls and views of this client are open`));
    return false;
  }

  async function answer(id: number, method: Method, raw: unknown, life: AbortController): Promise<void> {
    try {
      const input = METHODS[method].input.safeParse(raw ?? {}, WORDING);
      if (!input.success) throw new GatewayError('api/bad-input', `${method}: ${fieldsOf(input.error)}`);
      const output = await deps.handlers[method](input.data as never, life.signal, deps.caller); // each handler takes its own method's input
      if (options.checkOutputs) METHODS[method].output.parse(output);
      if (calls.get(id) === life) deps.transport.send({ t: 'ok', id, output });
    } catch (cause) {
      if (calls.get(id) !== life) return; // cancelled or gone: nobody waits for it
      if (!(cause instanceof GatewayError)) deps.log.error('api.call-failed', { method, cause });
      refuse(id, cause);
    } finally {
      if (calls.get(id) === life) calls.delete(id);
    }
  }

  function call(id: number, method: string, input: unknown): void {
    if (!isFree(id)) return;
    if (!isMethod(method)) {
      refuse(id, new GatewayError('api/unknown-method', `there is no call "${method}"`));
      return;
    }
    const life = new AbortController();
    calls.set(id, life);
    deps.track(answer(id, method, input, life));
  }

  function watch(id: number, topic: string, raw: unknown): void {
    if (!isFree(id)) return;
    if (!isTopic(topic)) {
      refuse(id, new GatewayError('api/unknown-topic', `there is no view "${topic}"`));
      return;
    }
    const { transport } = deps;
    try {
      const params = TOPICS[topic].params.safeParse(raw ?? {}, WORDING);
      if (!params.success) throw new GatewayError('api/bad-input', `${topic}: ${fieldsOf(params.error)}`);
      const stop = deps.hub.watch(topic, params.data, {
        caller: deps.caller,
        emit: (event) => transport.send({ t: 'event', id, event }),
        get buffered() {
          return transport.buffered;
        },
      });
      watches.set(id, stop);
    } catch (cause) {
      if (!(cause instanceof GatewayError)) deps.log.error('api.view-failed', { topic, cause });
      refuse(id, cause);
    }
  }

  function cancel(id: number): void {
    const life = calls.get(id);
    calls.delete(id);
    life?.abort(new GatewayError('api/cancelled', 'the client cancelled the call'));
  }

  return {
    frame(raw) {
      if (ended) return;
      const parsed = ClientFrame.safeParse(raw);
      if (!parsed.success) {
        const id = typeof raw === 'object' && raw !== null && 'id' in raw && Number.isInteger(raw.id) ? Number(raw.id) : null;
        return badFrame(id, 'something that is not a frame');
      }
      const frame = parsed.data;
      if (frame.t === 'call') call(frame.id, frame.method, frame.input);
      else if (frame.t === 'cancel') cancel(frame.id);
      else if (frame.t === 'watch') watch(frame.id, frame.topic, frame.params);
      else if (frame.t === 'beat') deps.transport.send({ t: 'beat' });
      else {
        watches.get(frame.id)?.();
        watches.delete(frame.id);
      }
    },
    refuseAll(error) {
      for (const id of calls.keys()) deps.transport.send({ t: 'err', id, error });
    },
    end() {
      if (ended) return;
      ended = true;
      for (const stop of watches.values()) stop();
      watches.clear();
      for (const id of [...calls.keys()]) cancel(id);
    },
  };
}

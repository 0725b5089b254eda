import dbus from 'dbus-next';
import { createBluetooth } from 'node-ble';
import type { Clock } from '../../../base/clock.ts';
import { createEmitter } from '../../../base/emitter.ts';
import { GatewayError } from '../../../base/errors.ts';
import { busFault } from './faults.ts';

export interface BusSignal {
  readonly path: string;
  readonly iface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface BusCall {
  readonly to?: string;
  readonly path: string;
  readonly iface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  readonly timeoutMs: number;
}

/** What somebody on the bus asks of us. */
export type BusAsked = Pick<BusSignal, 'path' | 'iface' | 'member' | 'body'>;
export interface BusAnswer {
  readonly signature: string;
  readonly body: readonly unknown[];
}

/** One connection to the system bus, message by message. */
export interface BlueBus {
  /** Rejects with the fault of `busFault`, or `adapter/timeout` after its deadline. Values come without their D-Bus types. */
  call(call: BusCall): Promise<readonly unknown[]>;
  watch(rule: string): Promise<void>;
  onSignal(listener: (signal: BusSignal) => void): () => void;
  /** Answers calls to a path of ours and below it; undefined refuses. */
  serve(path: string, answer: (asked: BusAsked) => BusAnswer | undefined): () => void;
  /** Resolves when the connection is lost or closed; never rejects. */
  readonly closed: Promise<Error>;
  close(): void;
}

/** A value with its D-Bus type, as arguments of type `v` need it. */
export const typed = (signature: string, value: unknown): unknown => new dbus.Variant(signature, value);

const BUS = 'org.freedesktop.DBus';
const PING_MS = 10_000;
const PING_TIMEOUT_MS = 5000;

/** Removes the wrappers of D-Bus types at every depth; rows of bytes stay as they are. */
function plain(value: unknown): unknown {
  if (value instanceof dbus.Variant) return plain(value.value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

type Connection = ReturnType<typeof dbus.systemBus>;

/** node-ble does not declare the connection that it holds, but gives it as `dbus`. */
function connect(): { readonly connection: Connection; destroy(): void } {
  const { bluetooth, destroy } = createBluetooth();
  const connection: unknown = Reflect.get(bluetooth, 'dbus');
  if (!(connection instanceof Object) || !('call' in connection)) {
    throw new GatewayError('ble/not-available', 'The Bluetooth library gives no connection to the system bus.');
  }
  return { connection: connection as Connection, destroy };
}

/**
 * Opens the system bus by node-ble, and speaks with it by messages of dbus-next alone. node-ble's own device and characteristic objects are
 * not used: each listens through a match rule that dbus-next 0.10 never takes back (its `_removeMatch` always believes that there is none),
 * and a system bus refuses the 513th: measured after 256 connections with one notification each.
 */
export function openBus(clock: Clock): BlueBus {
  const { connection, destroy } = connect();
  const signals = createEmitter<BusSignal>();
  const served = new Map<string, (asked: BusAsked) => BusAnswer | undefined>();
  /** Calls that wait for their answer: none of them comes when the bus has gone. */
  const waiting = new Set<(why: Error) => void>();
  const end = Promise.withResolvers<Error>();
  let open = true;

  function finish(error: Error): void {
    if (!open) return;
    open = false;
    stopPing();
    end.resolve(error);
    for (const reject of waiting) reject(error);
    waiting.clear();
    destroy();
  }

  async function send(call: BusCall): Promise<readonly unknown[]> {
    const message = new dbus.Message({
      destination: call.to ?? 'org.bluez',
      path: call.path,
      interface: call.iface,
      member: call.member,
      ...(call.signature === undefined ? {} : { signature: call.signature, body: [...(call.body ?? [])] }),
    });
    const reply = await connection.call(message);
    const body = plain(reply?.body ?? []);
    return Array.isArray(body) ? body : [];
  }

  function call(wanted: BusCall): Promise<readonly unknown[]> {
    if (!open) return Promise.reject(new GatewayError('ble/not-available', 'The system bus is gone.'));
    const answer = Promise.withResolvers<readonly unknown[]>();
    waiting.add(answer.reject);
    const cancel = clock.after(wanted.timeoutMs, () => {
      const seconds = (wanted.timeoutMs / 1000).toFixed(1);
      answer.reject(new GatewayError('adapter/timeout', `Bluetooth did not answer ${wanted.member} in ${seconds} s.`));
    });
    send(wanted).then(answer.resolve, (cause: unknown) => answer.reject(busFault(cause)));
    return answer.promise.finally(() => {
      cancel();
      waiting.delete(answer.reject);
    });
  }

  function answer(message: InstanceType<typeof dbus.Message>): boolean {
    const path = [...served.keys()].find((one) => message.path === one || message.path.startsWith(`${one}/`));
    const by = path === undefined ? undefined : served.get(path);
    if (!by) return false;
    const body = plain(message.body);
    const given = by({
      path: message.path,
      iface: message.interface,
      member: message.member,
      body: Array.isArray(body) ? body : [],
    });
    if (!given) return false; // the library then answers with an error
    connection.send(dbus.Message.newMethodReturn(message, given.signature, [...given.body]));
    return true;
  }

  const sendNow = connection.send.bind(connection);
  // The library answers calls of others by itself, and throws where nobody catches it when the bus has gone by then.
  connection.send = (message) => {
    try {
      sendNow(message);
    } catch (cause) {
      finish(new GatewayError('ble/not-available', 'The system bus is gone.', { cause }));
    }
  };
  connection.on('error', (cause: Error) => {
    finish(new GatewayError('ble/not-available', `The system bus cannot be used: ${cause.message}`, { cause }));
  });
  connection.on('message', (message) => {
    if (message.type !== dbus.MessageType.SIGNAL) return;
    const body = plain(message.body);
    signals.emit({
      path: message.path,
      iface: message.interface,
      member: message.member,
      body: Array.isArray(body) ? body : [],
    });
  });
  connection.addMethodHandler(answer);
  // A bus that ends says nothing to its clients; only a question shows it.
  const stopPing = clock.every(PING_MS, () => {
    call({ to: BUS, path: '/org/freedesktop/DBus', iface: BUS, member: 'GetId', timeoutMs: PING_TIMEOUT_MS }).catch(finish);
  });

  return {
    call,
    async watch(rule) {
      const to = { to: BUS, path: '/org/freedesktop/DBus', iface: BUS };
      await call({ ...to, member: 'AddMatch', signature: 's', body: [rule], timeoutMs: PING_TIMEOUT_MS });
    },
    onSignal: (listener) => signals.on(listener),
    serve(path, by) {
      served.set(path, by);
      return () => served.delete(path);
    },
    closed: end.promise,
    close: () => finish(new GatewayError('ble/not-available', 'Bluetooth was stopped.')),
  };
}

import { characteristicName, serviceName, wordsOf } from '../../adapters/ble/characteristics.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Caller, Calls } from '../../contract/desk.ts';
import type { GattTreeView } from '../../contract/field-views.ts';
import type { BleConnection } from '../../transports/bluetooth/radio.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import type { ToolSession } from '../sessions.ts';

const CONNECT_MS = 20_000;

interface Looking {
  readonly connection: BleConnection;
  /** By name of the characteristic, as read last. */
  readonly values: Map<string, Uint8Array>;
  readonly stops: Map<string, () => Promise<void>>;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const uuidOf = (characteristic: string): string => characteristic.toLowerCase().split('/').at(-1) ?? '';

function say(session: ToolSession, direction: 'in' | 'out', characteristic: string, bytes: Uint8Array): void {
  const decoded = `${characteristic}: ${wordsOf(uuidOf(characteristic), bytes)}`;
  const plain = { role: 'text', unit: null, responseMs: null, faulty: false } as const;
  session.say({ direction, bytes: base64(bytes), decoded, ...plain });
}

function treeOf({ connection, values }: Looking): GattTreeView {
  const services = new Map<string, GattTreeView['services'][number]>();
  for (const { uuid, service, flags } of connection.characteristics) {
    const known = services.get(service) ?? { uuid: service, name: serviceName(service), characteristics: [] };
    services.set(service, known);
    const value = values.get(`${service}/${uuid}`) ?? values.get(uuid);
    known.characteristics.push({
      uuid,
      name: characteristicName(uuid),
      flags: [...flags],
      value: value ? base64(value) : null,
      words: value ? wordsOf(uuid, value) : '',
    });
  }
  return { address: connection.address, services: [...services.values()] };
}

type GattMethod = 'gatt.open' | 'gatt.tree' | 'gatt.read' | 'gatt.write' | 'gatt.notify';

/** Looking into a device: its tree, reading, writing, notifications. `tool.close` ends it, and the device goes on by itself. */
export function createGattTool(
  deps: Pick<FieldDeskDeps, 'clock' | 'services' | 'sessions'> & {
    readonly log: Logger;
  },
): Calls<GattMethod> {
  const { services, sessions, log } = deps;
  const open = new Map<string, Looking>();

  function of(id: string, caller: Caller): { session: ToolSession; looking: Looking } {
    const session = sessions.of(id, caller, 'gatt');
    const looking = open.get(id);
    if (!looking) throw new GatewayError('tool/unknown-session', 'This tool has been closed.');
    return { session, looking };
  }
  async function begin(session: ToolSession, address: string, pair: boolean, signal: AbortSignal): Promise<void> {
    const options = { pair, timeoutMs: CONNECT_MS, user: session.view().by, claim: session.claim ?? undefined };
    const connection = await services.radio.connect(address, options, AbortSignal.any([signal, session.signal]));
    open.set(session.id, { connection, values: new Map(), stops: new Map() });
    session.onEnd(async () => {
      open.delete(session.id);
      await connection.close();
    });
    void connection.closed.then((why) => {
      if (why instanceof GatewayError && open.has(session.id)) {
        const { code, message, remedy } = why;
        session.set({ state: 'lost', fault: { code, message, remedy, at: deps.clock.now() } });
      }
    });
    session.set({ state: 'open' });
  }

  return {
    async 'gatt.open'({ address, pair, by }, signal, caller) {
      const upper = address.toUpperCase();
      const opening = { tool: 'gatt', line: `Bluetooth ${upper}`, link: null, key: `ble:${upper}`, by, caller } as const;
      const session = await sessions.open(opening, signal);
      try {
        await begin(session, upper, pair, signal);
      } catch (cause) {
        await session.end();
        throw cause;
      }
      return { session: session.id };
    },
    async 'gatt.tree'({ session }, _signal, caller) {
      return treeOf(of(session, caller).looking);
    },
    async 'gatt.read'({ session: id, characteristic }, signal, caller) {
      const { session, looking } = of(id, caller);
      const bytes = await looking.connection.read(characteristic, AbortSignal.any([signal, session.signal]));
      looking.values.set(characteristic, bytes);
      say(session, 'in', characteristic, bytes);
      return { value: base64(bytes), words: wordsOf(uuidOf(characteristic), bytes) };
    },
    async 'gatt.write'({ session: id, characteristic, value, mode }, signal, caller) {
      const { session, looking } = of(id, caller);
      const bytes = Buffer.from(value, 'base64');
      await looking.connection.write(characteristic, bytes, mode, AbortSignal.any([signal, session.signal]));
      const { line, by } = session.view();
      log.info('tool.wrote', { tool: 'gatt', line, by, caller: caller.kind, what: `${bytes.length} bytes to ${characteristic}` });
      say(session, 'out', characteristic, bytes);
      return null;
    },
    async 'gatt.notify'({ session: id, characteristic, on }, signal, caller) {
      const { session, looking } = of(id, caller);
      const stop = looking.stops.get(characteristic);
      looking.stops.delete(characteristic);
      await stop?.();
      if (!on) return null;
      const hear = (bytes: Uint8Array): void => {
        looking.values.set(characteristic, bytes);
        say(session, 'in', characteristic, bytes);
      };
      looking.stops.set(
        characteristic,
        await looking.connection.notify(characteristic, hear, AbortSignal.any([signal, session.signal])),
      );
      return null;
    },
  };
}

import { BlockList, createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { GatewayError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { ModbusServerConfig } from '../../../contract/document/servers.ts';
import { EXCEPTION, exceptionPdu, identificationPdu, parseRequest, readPdu, writtenPdu } from '../slave-request.ts';
import { serveClient } from './client.ts';
import { createRegisterMap, type ReadPoint, type RegisterMap } from './register-map.ts';

export interface ModbusServerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly read: ReadPoint;
  /** Rejects where the device does not take it. */
  readonly write: (device: string, point: string, value: number | string | boolean, signal: AbortSignal) => Promise<void>;
  /** Identification objects by their number. */
  readonly identity: ReadonlyMap<number, string>;
}

/** A Modbus TCP server that listens. */
export interface ModbusTcpServer {
  readonly port: number;
  /** Closes every connection. */
  close(): Promise<void>;
}

const WRITE_TIMEOUT_MS = 10_000;
/** A client that says nothing for so long has gone without a word. */
const IDLE_MS = 600_000;
const CHECK_MS = 30_000;
const KEEPALIVE_MS = 15_000;
/** A device on TCP itself is asked with any of these (messaging on TCP/IP V1.0b, 4.4.1.2). */
const OWN_UNITS: readonly number[] = [0, 255];

const plainAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

/** `10.0.0.7` and `10.0.0.0/24`; undefined: everybody. */
function allowList(allow: readonly string[] | undefined): ((address: string) => boolean) | undefined {
  if (!allow) return undefined;
  const list = new BlockList();
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function createAnswerer(config: ModbusServerConfig, deps: ModbusServerDeps, map: RegisterMap) {
  async function write(
    pdu: Uint8Array,
    table: 'holding' | 'coil',
    address: number,
    values: readonly number[],
  ): Promise<Uint8Array> {
    const wishes = map.wishes(table, address, values);
    if (typeof wishes === 'number') return exceptionPdu(pdu, wishes);
    try {
      for (const { served, value } of wishes) {
        const signal = AbortSignal.timeout(WRITE_TIMEOUT_MS);
        await deps.write(served.device, served.point, value, signal);
        deps.log.info('modbus-server.wrote', {
          server: config.id,
          device: served.device,
          point: served.point,
          value: String(value),
        });
      }
      return writtenPdu(pdu);
    } catch (cause) {
      deps.log.warn('modbus-server.write-failed', { server: config.id, address, cause });
      return exceptionPdu(pdu, EXCEPTION.failure);
    }
  }
  return async (unit: number, pdu: Uint8Array): Promise<Uint8Array> => {
    if (unit !== config.unit && !OWN_UNITS.includes(unit)) return exceptionPdu(pdu, EXCEPTION.noTarget);
    const request = parseRequest(pdu);
    switch (request.kind) {
      case 'refused':
        return exceptionPdu(pdu, request.exception);
      case 'read': {
        const values = map.read(request.table, request.address, request.count);
        return typeof values === 'number' ? exceptionPdu(pdu, values) : readPdu(pdu, request.table, values);
      }
      case 'write':
        return await write(pdu, request.table, request.address, request.values);
      case 'identify':
        return identificationPdu(request.level, request.from, deps.identity) ?? exceptionPdu(pdu, EXCEPTION.address);
    }
  };
}

function listen(server: Server, { id, host, port }: ModbusServerConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      const remedy = cause.code === 'EACCES' ? 'Choose a port above 1023, e.g. 1502.' : 'Choose another port or address.';
      const words = taken ? `port ${port} is in use on ${host}` : `${host}:${port} cannot be opened`;
      reject(new GatewayError('server/not-listening', `Modbus server ${id}: ${words}`, { cause, remedy }));
    });
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * Makes values of the gateway readable, and where they are declared so writable, by a PLC or SCADA over Modbus TCP: functions 1 to 6, 15, 16
 * and 43/14. An address that serves nothing is refused with exception 2, a value that is not good with 4. Rejects with
 * `server/not-listening`.
 */
export async function openModbusServer(config: ModbusServerConfig, deps: ModbusServerDeps): Promise<ModbusTcpServer> {
  const { clock, log } = deps;
  const allowed = allowList(config.allow);
  const answer = createAnswerer(config, deps, createRegisterMap(config.points, deps.read, config.whenBad));
  const clients = new Map<Socket, number>();
  const turnedAway = new Set<string>();

  /** Said once for each address. */
  function turnAway(socket: Socket, from: string, why: string): void {
    socket.on('error', () => {});
    socket.destroy();
    if (turnedAway.has(from) || turnedAway.size >= 64) return;
    turnedAway.add(from);
    log.warn('modbus-server.turned-away', { server: config.id, from, why });
  }
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS }, (socket) => {
    const from = plainAddress(socket.remoteAddress);
    if (allowed && !allowed(from)) return turnAway(socket, from, 'its address is not in the list of those that may connect');
    if (clients.size >= config.maxClients) return turnAway(socket, from, `${config.maxClients} clients are connected already`);
    clients.set(socket, clock.monotonic());
    socket.once('close', () => clients.delete(socket));
    serveClient(socket, answer, () => clients.set(socket, clock.monotonic()));
  });
  const port = await listen(server, config);
  server.on('error', (cause) => log.warn('modbus-server.failed', { server: config.id, cause }));
  const stopChecks = clock.every(CHECK_MS, () => {
    for (const [socket, heardAt] of clients) if (clock.monotonic() - heardAt > IDLE_MS) socket.destroy();
  });
  log.info('modbus-server.listening', { server: config.id, host: config.host, port, points: config.points.length });
  return {
    port,
    async close() {
      stopChecks();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of clients.keys()) socket.destroy();
      await closed;
    },
  };
}

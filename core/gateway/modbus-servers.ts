import { type ModbusTcpServer, openModbusServer } from '../adapters/modbus/server/server.ts';
import type { DeviceSupervisor } from '../adapters/supervisor.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { createBackoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { ModbusServerConfig } from '../contract/document/servers.ts';
import type { Reading } from '../contract/reading.ts';

/** The Modbus TCP servers of the running document. */
export interface ModbusServers {
  /** Opens those that are new, closes those that are gone or have changed. One that cannot listen is tried again. */
  apply(document: SiteDocument): void;
  stop(): Promise<void>;
  /** Ports that are open, by the server's id. */
  ports(): ReadonlyMap<string, number>;
}

const AGAIN = { firstMs: 2000, maxMs: 60_000 };
/** A view of a device is made once for all requests of this time. */
const VIEW_MS = 50;

interface Running {
  readonly config: ModbusServerConfig;
  readonly life: AbortController;
  readonly done: Promise<void>;
  port: number | undefined;
  /** Why it does not listen. */
  fault: GatewayError | undefined;
}

type Point = Pick<Reading, 'value' | 'quality'>;

export function createModbusServers(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly alarms: Pick<Alarms, 'reconcile'>;
  readonly random: () => number;
  readonly gatewayName: string;
  readonly version: string;
  readonly devices: () => ReadonlyMap<string, DeviceSupervisor>;
}): ModbusServers {
  const { clock, log } = deps;
  const running = new Map<string, Running>();
  /** Of each device: its points by name, as of a moment ago. */
  const views = new Map<string, { at: number; points: ReadonlyMap<string, Point> }>();
  let change: Promise<unknown> = Promise.resolve();

  function read(device: string, point: string): Point | undefined {
    const now = clock.monotonic();
    const known = views.get(device);
    if (known && now - known.at < VIEW_MS) return known.points.get(point);
    const supervisor = deps.devices().get(device);
    if (!supervisor) {
      views.delete(device);
      return undefined;
    }
    const points = new Map(supervisor.view().points.map((one) => [one.name, one]));
    views.set(device, { at: now, points });
    return points.get(point);
  }
  const server = {
    clock,
    log,
    read,
    identity: new Map([
      [0, 'Gatehouse'],
      [1, 'gatehouse'],
      [2, deps.version],
      [4, 'Gatehouse gateway'],
      [5, deps.gatewayName],
    ]),
    async write(device: string, point: string, value: number | string | boolean, signal: AbortSignal): Promise<void> {
      const supervisor = deps.devices().get(device);
      if (!supervisor) throw new Error(`there is no device ${device} now`);
      await supervisor.send(point, value, signal); // a master waits a second or so; it sees the device's report when it reads
    },
  };

  /** Somebody has to see that a PLC gets nothing. */
  function raise(): void {
    deps.alarms.reconcile(
      'modbus-servers',
      [...running.values()].flatMap(({ config, fault }) =>
        fault
          ? [
              {
                source: `modbus-server:${config.id}`,
                code: fault.code,
                priority: 'high' as const,
                message: fault.message,
                remedy: fault.remedy,
              },
            ]
          : [],
      ),
    );
  }
  function notListening(one: Running, cause: unknown): void {
    if (!one.fault) log.error('modbus-server.not-listening', { server: one.config.id, cause });
    one.fault = cause instanceof GatewayError ? cause : new GatewayError('gateway/internal', String(cause));
    raise();
  }

  /** Keeps one server open until its life ends. */
  async function keep(one: Running): Promise<void> {
    const { config, life } = one;
    const backoff = createBackoff(AGAIN, deps.random);
    let opened: ModbusTcpServer | undefined;
    while (!opened && !life.signal.aborted) {
      opened = await openModbusServer(config, server).catch((cause: unknown) => {
        notListening(one, cause);
        return undefined;
      });
      if (!opened) await clock.sleep(backoff.next(), life.signal).catch(() => {});
    }
    one.port = opened?.port;
    one.fault = undefined;
    raise();
    if (!life.signal.aborted) {
      await new Promise<void>((resolve) => life.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    one.port = undefined;
    await opened?.close();
  }

  function begin(config: ModbusServerConfig): void {
    const one: { -readonly [K in keyof Running]: Running[K] } = {
      config,
      life: new AbortController(),
      done: Promise.resolve(),
      port: undefined,
      fault: undefined,
    };
    running.set(config.id, one);
    one.done = keep(one);
  }
  async function end(one: Running): Promise<void> {
    if (running.get(one.config.id) === one) running.delete(one.config.id);
    one.life.abort();
    await one.done;
    raise();
  }

  async function settle(wanted: readonly ModbusServerConfig[]): Promise<void> {
    const texts = new Set(wanted.map((config) => JSON.stringify(config)));
    await Promise.all([...running.values()].filter(({ config }) => !texts.has(JSON.stringify(config))).map(end));
    for (const config of wanted) if (!running.has(config.id)) begin(config);
  }

  return {
    apply(document) {
      change = change.then(() => settle(document.servers?.modbus ?? []));
    },
    async stop() {
      change = change.then(() => settle([]));
      await change;
    },
    ports: () =>
      new Map([...running.values()].flatMap(({ config, port }) => (port === undefined ? [] : [[config.id, port] as const]))),
  };
}

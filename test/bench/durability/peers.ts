import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../fakes/mosquitto.ts';
import type { Machine, Running } from '../machine.ts';
import { bundled, httpStatus, launchGateway, portOpen, until } from '../peers.ts';

const DOCUMENT = `schema: gatehouse/1
name: bench
subscriptions:
  - { id: in, source: local, subject: in/#, target: cloud, queue: { size: 10000, whenFull: block-source } }
`;

export interface Started {
  readonly port: number;
  readonly running: Running;
}

/** The gateway; with `cloudPort` what it takes goes to a broker there, else it stays. Ready when it says so. */
export async function gateway(machine: Machine, data: string, cloudPort: number | null, more = ''): Promise<Started> {
  mkdirSync(data, { recursive: true });
  const url = `mqtt://127.0.0.1:${cloudPort}`;
  const settings = cloudPort === null ? {} : { cloud: { url, clientId: 'bench' } };
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings));
  const { port, mqttPort, running } = await launchGateway(machine, { cli: bundled(), data, document: DOCUMENT + more });
  await until('the gateway', running, 5, async () => (await httpStatus(port, '/healthz')) === 200);
  await until('its broker', running, 5, () => portOpen(mqttPort));
  return { port: mqttPort, running };
}

export interface MosquittoStart {
  readonly port: number;
  readonly folder: string;
  /** Writes its database to the disk once a second; it never waits for that before it acknowledges. */
  readonly persistence?: boolean;
  /** A bridge that sends everything on to the broker on this port. */
  readonly bridgeTo?: number;
}

/** mosquitto without the limits that would make it drop or delay. */
export async function mosquitto(machine: Machine, start: MosquittoStart): Promise<Started> {
  const file = join(start.folder, `mosquitto-${start.port}.conf`);
  const lines = [
    'user root',
    `listener ${start.port} 127.0.0.1`,
    'allow_anonymous true',
    'set_tcp_nodelay true',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'log_type error',
    ...(start.persistence ? ['persistence true', `persistence_location ${start.folder}/`, 'autosave_interval 1'] : []),
    ...(start.bridgeTo === undefined
      ? []
      : ['connection up', `address 127.0.0.1:${start.bridgeTo}`, 'topic in/# out 1', 'cleansession false', 'restart_timeout 1']),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const running = machine.start('mosquitto', ['-c', file]);
  await until('mosquitto', running, 5, () => portOpen(start.port));
  return { port: start.port, running };
}

export { freePort };

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../fakes/mosquitto.ts';
import type { Machine, Running } from './machine.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.cache/bench');
/** Newest when this bench was written; installed outside the project, on demand. */
const NODE_RED = { 'node-red': '5.0.7', 'node-red-contrib-aedes': '0.6.0' };
const READY_MS = 30_000;

/** A running system under test. `processes` share its CPU time. */
export interface Peer {
  readonly port: number;
  readonly processes: readonly Running[];
  end(): Promise<void>;
}

export function portOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** 0 while nobody answers. */
export function httpStatus(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).once('error', () => resolve(0));
  });
}

export async function until(what: string, running: Running, everyMs: number, test: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await test()); ) {
    if (running.child.exitCode !== null) throw new Error(`${what} ended:\n${running.said()}`);
    if (performance.now() - began > READY_MS) throw new Error(`${what} does not get ready:\n${running.said()}`);
    await sleep(everyMs);
  }
}

const peerOf = (port: number, processes: readonly Running[]): Peer => ({
  port,
  processes,
  async end() {
    await Promise.all(processes.map((one) => one.end()));
  },
});

/** Bundles what is measured, and copies it: a build beside the bench must not change it half way. */
export function bundled(): string {
  execFileSync(process.execPath, [join(ROOT, 'build/build.ts'), '--node', '--if-stale'], { cwd: ROOT, stdio: 'ignore' });
  const copy = join(CACHE, 'dist/core');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist/core'), copy, { recursive: true });
  return join(copy, 'cli.js');
}

export interface GatewayStart {
  readonly cli: string;
  readonly data: string;
  /** Text of a deployment document; null for the demo site. */
  readonly document: string | null;
}

/** Starts the gateway as a user would and does not wait. */
export async function launchGateway(machine: Machine, { cli, data, document }: GatewayStart) {
  const port = await freePort();
  const mqttPort = await freePort();
  const args = [cli, 'start', '--headless', '--data', data, '--port', String(port), '--mqtt-port', String(mqttPort)];
  if (document !== null) {
    const file = join(data, 'bench.yaml');
    writeFileSync(file, document);
    args.push('--no-demo', '--document', file);
  }
  return { port, mqttPort, running: machine.start(process.execPath, args) };
}

export async function startGateway(machine: Machine, start: GatewayStart): Promise<Peer> {
  const { port, mqttPort, running } = await launchGateway(machine, start);
  await until('the gateway', running, 20, async () => (await httpStatus(port, '/healthz')) === 200);
  return peerOf(mqttPort, [running]);
}

export async function startMosquitto(machine: Machine): Promise<Peer> {
  const port = await freePort();
  const file = join(machine.folder(), 'mosquitto.conf');
  // Without these it delays small packets and drops what exceeds 1,000 waiting messages.
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'set_tcp_nodelay true', 'max_queued_messages 0'];
  writeFileSync(file, `${[...lines, 'max_inflight_messages 0', 'log_type error'].join('\n')}\n`);
  const running = machine.start('mosquitto', ['-c', file]);
  await until('mosquitto', running, 20, () => portOpen(port));
  return peerOf(port, [running]);
}

export async function startAedes(machine: Machine): Promise<Peer> {
  const port = await freePort();
  const running = machine.start(process.execPath, [fileURLToPath(new URL('./aedes-echo.ts', import.meta.url)), String(port)]);
  await until('aedes', running, 20, () => portOpen(port));
  return peerOf(port, [running]);
}

/** Node-RED's program; installed on the first call. */
export function nodeRed(): string {
  const home = join(CACHE, 'node-red');
  const entry = join(home, 'node_modules/node-red/red.js');
  const manifest = join(home, 'package.json');
  const wanted = JSON.stringify({ private: true, dependencies: NODE_RED });
  if (existsSync(entry) && existsSync(manifest) && readFileSync(manifest, 'utf8') === wanted) return entry;
  process.stderr.write('bench: installing Node-RED once\n');
  mkdirSync(home, { recursive: true });
  writeFileSync(manifest, wanted);
  const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync('npm', flags, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  return entry;
}

const WITHOUT_EDITOR = { httpAdminRoot: false, httpNodeRoot: false, disableEditor: true };
const SETTINGS = {
  uiHost: '127.0.0.1',
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: 'warn', metrics: false, audit: false } },
};
/** As little as it can be: no editor, no pages, warnings only. */
export const NODE_RED_SETTINGS = { ...SETTINGS, ...WITHOUT_EDITOR };
/** The same work as `FUNCTION` in flow.ts does. */
const WORK = "msg.topic = 'bench/out'; msg.qos = msg.payload.q; msg.payload.checked = true; return msg;";

function flow(brokerPort: number, embedded: boolean): readonly object[] {
  const base = { z: 'tab', x: 100, y: 100 };
  const broker = {
    id: 'broker',
    type: 'mqtt-broker',
    name: '',
    broker: '127.0.0.1',
    port: String(brokerPort),
    protocolVersion: '4',
  };
  const server = {
    ...base,
    id: 'aedes',
    type: 'aedes broker',
    mqtt_port: brokerPort,
    mqtt_ws_bind: 'port',
    persistence_bind: 'memory',
    wires: [[], []],
  };
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { ...broker, clientid: '', autoConnect: true, usetls: false, keepalive: '60', cleansession: true },
    ...(embedded ? [server] : []),
    { ...base, id: 'in', type: 'mqtt in', topic: 'bench/in', qos: '1', datatype: 'json', broker: 'broker', wires: [['work']] },
    { ...base, id: 'work', type: 'function', func: WORK, outputs: 1, wires: [['out']], libs: [] },
    { ...base, id: 'out', type: 'mqtt out', topic: '', qos: '', retain: '', broker: 'broker', wires: [] },
  ];
}

export interface NodeRedKind {
  /** Its aedes node is the broker. */
  readonly embedded?: boolean;
  /** With its editor, as it comes. */
  readonly editor?: boolean;
}

/** Starts Node-RED with mqtt in, function, mqtt out, and does not wait. */
export async function launchNodeRed(
  machine: Machine,
  brokerPort: number,
  { embedded = false, editor = false }: NodeRedKind,
): Promise<Running> {
  const entry = nodeRed();
  const home = machine.folder();
  const settings = {
    ...SETTINGS,
    ...(editor ? {} : WITHOUT_EDITOR),
    uiPort: await freePort(),
    userDir: home,
    nodesDir: embedded ? [join(CACHE, 'node-red/node_modules/node-red-contrib-aedes')] : [],
  };
  writeFileSync(join(home, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  writeFileSync(join(home, 'flows.json'), JSON.stringify(flow(brokerPort, embedded)));
  const args = [entry, '--userDir', home, '--settings', join(home, 'settings.js'), join(home, 'flows.json')];
  return machine.start(process.execPath, args, home);
}

/** `answers` is asked again and again whether a message comes through. */
export async function startNodeRed(
  machine: Machine,
  kind: NodeRedKind,
  answers: (port: number) => Promise<boolean>,
): Promise<Peer> {
  const broker = kind.embedded ? null : await startMosquitto(machine);
  const port = broker?.port ?? (await freePort());
  const running = await launchNodeRed(machine, port, kind);
  await until('Node-RED', running, 100, () => answers(port));
  return peerOf(port, [running, ...(broker?.processes ?? [])]);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { freePort } from '../fakes/mosquitto.ts';
import { ended, missing } from '../fakes/socat.ts';
import { type GatewayProcess, startGatewayProcess } from '../integration/site/gateway-process.ts';
import { launchBrowser, type OpenPage, openPage } from './console-rig.ts';

export const skipTools = missing('socat', 'mosquitto_pub', 'mosquitto_sub');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A pseudo terminal whose other end is this test: what it writes the gateway hears. */
export interface OwnLine {
  readonly path: string;
  write(bytes: string | Uint8Array): void;
  heard(): string;
  close(): Promise<void>;
}

async function there(path: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (existsSync(path)) return;
    await pause(20);
  }
  throw new Error(`socat never made ${path}`);
}

async function createOwnLine(path: string): Promise<OwnLine> {
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
  let heard = '';
  socat.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
  });
  await there(path);
  return {
    path,
    write: (bytes) => void socat.stdin.write(bytes),
    heard: () => heard,
    async close() {
      socat.kill('SIGKILL');
      await ended(socat);
    },
  };
}

/** A gateway with a meter (pymodbus, unit 3) and a scale that this test plays, and a browser on its console. */
export interface ToolsRig {
  readonly gateway: GatewayProcess;
  readonly mqttPort: number;
  readonly scale: OwnLine;
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

function documentText(meter: string, scale: string): string {
  return JSON.stringify({
    schema: 'gatehouse/1',
    name: 'tools-test',
    site: 'Test bench',
    devices: [
      {
        id: 'meter',
        name: 'Meter',
        adapter: 'modbus-rtu',
        link: { kind: 'serial', path: meter, baudRate: 19_200 },
        unit: 3,
        pollMs: 200,
        timeoutMs: 500,
        points: [{ name: 'count', table: 'holding', address: 0, type: 'uint16' }],
      },
      {
        id: 'scale',
        name: 'Scale',
        adapter: 'line',
        link: { kind: 'serial', path: scale, baudRate: 115_200 },
        pattern: '(?<weight>[0-9.]+) kg',
        points: [{ name: 'weight' }],
      },
    ],
    functions: [],
    subscriptions: [],
  });
}

export async function startToolsRig(): Promise<ToolsRig> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tools-'));
  const [near, far] = [join(folder, 'meter'), join(folder, 'slave')];
  const running: ChildProcess[] = [];
  running.push(spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' }));
  await there(far);
  const slave = join(import.meta.dirname, '../integration/site/modbus_slave.py');
  running.push(spawn('/usr/bin/python3', [slave, far, '19200'], { stdio: 'ignore' }));
  const scale = await createOwnLine(join(folder, 'scale'));
  async function stopPeers(): Promise<void> {
    await scale.close();
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running.map(ended));
    rmSync(folder, { recursive: true, force: true });
  }
  const mqttPort = await freePort();
  const document = join(folder, 'site.json');
  writeFileSync(document, documentText(near, scale.path));
  let gateway: GatewayProcess;
  try {
    gateway = await startGatewayProcess({ data: join(folder, 'data'), mqttPort, document });
  } catch (cause) {
    await stopPeers();
    throw cause;
  }
  const browser: Browser = await launchBrowser();
  return {
    gateway,
    mqttPort,
    scale,
    open: (path, options) => openPage(browser, gateway.consoleUrl, path, options),
    async close() {
      await browser.close();
      await gateway.kill();
      await stopPeers();
    },
  };
}

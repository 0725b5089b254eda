import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../core/broker/harness.ts';
import { freePort, skipMosquitto } from '../fakes/mosquitto.ts';

const PROGRAM = fileURLToPath(new URL('../fakes/broker-child.ts', import.meta.url));

interface Child {
  text(): string;
  kill(): Promise<void>;
}

function run(command: string, args: readonly string[]): Child {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    text: () => text,
    kill: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

describe('sessions of a broker that is killed', () => {
  let folder: string;
  let port: number;
  const children: Child[] = [];
  const clients: MqttClient[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-broker-kill-'));
    port = await freePort();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    await Promise.all(children.splice(0).map((child) => child.kill()));
    rmSync(folder, { recursive: true, force: true });
  });
  async function start(): Promise<Child> {
    const child = run(process.execPath, [PROGRAM, folder, String(port)]);
    children.push(child);
    const end = performance.now() + 20_000;
    while (!child.text().includes('port ')) {
      if (performance.now() > end) throw new Error('the broker does not listen');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return child;
  }
  function connect(id: string, options: mqtt.IClientOptions = {}, onMessage?: (text: string) => void): Promise<MqttClient> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId: id, clean: false, reconnectPeriod: 0, ...options });
    clients.push(client);
    client.on('message', (_topic, payload) => onMessage?.(payload.toString()));
    client.on('error', () => {});
    return new Promise((resolve) => client.once('connect', () => resolve(client)));
  }

  it('loses no acknowledged message of QoS 1, over six kills in the middle of traffic, and none out of order', async () => {
    let broker = await start();
    const listener = await connect('away');
    await listener.subscribeAsync('jobs/#', { qos: 1 });
    await listener.endAsync();
    const acknowledged: number[] = [];
    let next = 0;
    for (let round = 0; round < 6; round += 1) {
      const sender = await connect(`sender`, { clean: true });
      let dead = false;
      sender.once('close', () => {
        dead = true;
      });
      const pace = setInterval(() => {
        for (let i = 0; i < 10 && !dead; i += 1) {
          const number = next;
          next += 1;
          sender.publish('jobs/x', String(number), { qos: 1 }, (error) => {
            if (!error) acknowledged.push(number);
          });
        }
      }, 2);
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 3, 'traffic');
      // Each time at another moment.
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      await broker.kill();
      clearInterval(pace);
      sender.end(true);
      broker = await start();
    }
    const got: number[] = [];
    await connect('away', {}, (text) => got.push(Number(text)));
    await until(() => acknowledged.every((number) => got.includes(number)), 'every acknowledged message').catch(() => undefined);
    const had = new Set(got);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((number) => !had.has(number))).toEqual([]);
    expect(got).toEqual([...got].sort((a, b) => a - b));
  });

  it('sends the will of a client that was connected when it was killed', async () => {
    const first = await start();
    await connect('w', { clean: true, will: { topic: 'gone', payload: Buffer.from('w'), qos: 1, retain: true } });
    await first.kill();
    const second = await start();
    await until(() => second.text().includes('draft gone w'), 'the will');
    const got: string[] = [];
    const late = await connect('late', {}, (text) => got.push(text));
    await late.subscribeAsync('gone');
    await until(() => got.length === 1, 'the retained will');
    await second.kill();
    const third = await start();
    const later = await connect('later', { clean: true });
    await later.publishAsync('after', 'x', { qos: 1 });
    await until(() => third.text().includes('draft after x'), 'a draft after the start');
    expect(third.text()).not.toContain('draft gone');
  });

  it.skipIf(skipMosquitto).each([1, 2])('keeps what waits for mosquitto_sub -c with QoS %i, once and in order', async (qos) => {
    let broker = await start();
    const at = ['-h', '127.0.0.1', '-p', String(port)];
    const subscribe = ['-i', 'sub', '-c', '-q', String(qos), '-t', 'jobs'];
    const exit = (command: string, args: readonly string[]): Promise<number | null> =>
      new Promise((resolve) => spawn(command, [...at, ...args], { stdio: 'ignore' }).once('exit', resolve));
    expect(await exit('mosquitto_sub', [...subscribe, '-E'])).toBe(0);
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    for (const line of lines)
      expect(await exit('mosquitto_pub', ['-i', 'pub', '-c', '-q', String(qos), '-t', 'jobs', '-m', line])).toBe(0);
    await broker.kill();
    broker = await start();
    const heard = run('mosquitto_sub', [...at, ...subscribe, '-C', '20']);
    children.push(heard);
    await until(() => heard.text().split('\n').length > 20, 'what waited');
    expect(heard.text().trim().split('\n')).toEqual(lines);
  });
});

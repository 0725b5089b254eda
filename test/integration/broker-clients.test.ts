import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Bench, message, startBench, until } from '../core/broker/harness.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { skipMosquitto } from '../fakes/mosquitto.ts';

describe.skipIf(skipMosquitto)('local broker with mosquitto’s clients (skipped where they are not installed)', () => {
  let bench: Bench;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await bench.close();
  });
  const at = (): string[] => ['-h', '127.0.0.1', '-p', String(bench.port)];
  function subscribe(...args: string[]): () => string {
    const child = spawn('mosquitto_sub', [...at(), ...args]);
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    return () => text;
  }
  const publish = (args: string[], input?: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn('mosquitto_pub', [...at(), ...args]);
      children.push(child);
      if (input !== undefined) child.stdin.end(input);
      child.once('exit', (code) => resolve(code));
    });
  const listening = (subscriptions: number): Promise<void> =>
    until(() => bench.broker.status().clients.some((client) => client.subscriptions === subscriptions), 'the subscription');

  it.each([0, 1, 2])('takes 2,000 lines with QoS %i, in order, and hands all to the router', async (qos) => {
    bench = await startBench();
    const heard = subscribe('-t', 'site/#', '-q', String(qos), '-C', '2000');
    await listening(1);
    const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}`);
    expect(await publish(['-t', 'site/log', '-q', String(qos), '-l'], `${lines.join('\n')}\n`)).toBe(0);
    await until(() => heard().split('\n').length > 2000, 'all lines');
    expect(heard().trim().split('\n')).toEqual(lines);
    expect(bench.drafts.length).toBe(2000);
  });

  it('does not acknowledge to mosquitto_pub before the router has taken the message', async () => {
    bench = await startBench();
    const accepted = Promise.withResolvers<void>();
    bench.answer = () => accepted.promise;
    let ended = false;
    const done = publish(['-t', 't', '-m', 'x', '-q', '1']).then((code) => {
      ended = true;
      return code;
    });
    await until(() => bench.drafts.length === 1, 'the draft');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ended).toBe(false);
    accepted.resolve();
    expect(await done).toBe(0);
  });

  it('delivers the router’s messages, retained ones to a late subscriber', async () => {
    bench = await startBench();
    await bench.broker.sink.deliver([message('state/pump', 'running', { retain: true, qos: 1 })]);
    const heard = subscribe('-t', 'state/#', '-v', '-q', '1', '-C', '2');
    await until(() => heard().includes('state/pump running'), 'the retained message');
    await bench.broker.sink.deliver([message('state/pump', 'stopped', { qos: 1 })]);
    await until(() => heard().includes('state/pump stopped'), 'the live message');
  });

  it('serves over TLS, and asks for a certificate where a CA is configured', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-broker-tls-'));
    try {
      const made = makeCertificates(folder);
      const own = made.client('pump');
      const read = (path: string): string => readFileSync(path, 'utf8');
      const tls = { cert: read(made.serverCert), key: read(made.serverKey), ca: read(made.caFile) };
      bench = await startBench({ tls, host: '127.0.0.1' });
      const args = ['--cafile', made.caFile, '-t', 't', '-m', 'x', '-q', '1'];
      expect(await publish([...args, '--cert', own.certFile, '--key', own.keyFile])).toBe(0);
      expect(bench.drafts.length).toBe(1);
      expect(await publish(args)).not.toBe(0);
      expect(bench.drafts.length).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses MQTT 5 and says so', async () => {
    bench = await startBench();
    expect(await publish(['-V', '5', '-t', 't', '-m', 'x'])).not.toBe(0);
    await until(() => bench.broker.status().lastFault !== null, 'the fault');
    expect(bench.broker.status().lastFault?.message).toContain('MQTT version');
  });
});

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../core/base/clock.ts';
import { type CloudUnderTest, cloudLinkConformance, type Received } from '../conformance/cloud-link.suite.ts';
import { codeOf, entry, hasFailed, isConnected, makeLink, reached, signal, type TestLink } from '../core/cloud/harness.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { type Mosquitto, skipMosquitto, startMosquitto } from '../fakes/mosquitto.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
let certificates: Certificates;
let gateway: { certFile: string; keyFile: string };
let observer: { certFile: string; keyFile: string };
beforeAll(() => {
  certificates = makeCertificates(folder);
  gateway = certificates.client('gw-1');
  observer = certificates.client('cloud-app');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Subscribes everything beside the gateway's own connection and hands on what it sees. */
async function watch(port: number, tls: boolean): Promise<Omit<CloudUnderTest, 'settings'>> {
  const received: Received[] = [];
  const pem = tls ? { ca: certificates.caFile, cert: observer.certFile, key: observer.keyFile } : {};
  const files = Object.fromEntries(Object.entries(pem).map(([name, path]) => [name, readFileSync(path)]));
  const client = mqtt.connect(`${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`, { protocolVersion: 5, ...files });
  client.on('error', () => {});
  client.on('message', (topic, payload, packet) => {
    received.push({ topic, payload: payload.toString(), user: packet.properties?.userProperties ?? {} });
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync('dt/#', { qos: 1 });
  return {
    received: () => received,
    publish: async (topic, payload) => void (await client.publishAsync(topic, payload, { qos: 1 })),
    close: async () => void client.end(true),
  };
}

async function onMosquitto(protocolVersion: 4 | 5, tls: boolean): Promise<CloudUnderTest> {
  const broker = await startMosquitto(tls ? { tls: certificates } : {});
  const watcher = await watch(broker.port, tls);
  const files = tls ? { caFile: certificates.caFile, ...gateway } : {};
  return {
    ...watcher,
    settings: { url: `${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${broker.port}`, protocolVersion, ...files },
    async close() {
      await watcher.close();
      await broker.close();
    },
  };
}

describe.skipIf(skipMosquitto)('with mosquitto (skipped where it is not installed)', () => {
  cloudLinkConformance('mosquitto, MQTT 5', () => onMosquitto(5, false));
  cloudLinkConformance('mosquitto, MQTT 3.1.1', () => onMosquitto(4, false));
  cloudLinkConformance('mosquitto, MQTT 5, mutual TLS', () => onMosquitto(5, true));

  describe('cloud link and certificates', () => {
    let broker: Mosquitto;
    let link: TestLink;
    afterEach(async () => {
      await link.stop();
      await broker.close();
    });
    const tls = () => ({ caFile: certificates.caFile, ...gateway });
    async function failsWith(more: Parameters<typeof makeLink>[0]): Promise<{ code: string; message: string; remedy: string }> {
      broker = await startMosquitto({ tls: certificates });
      link = makeLink({ url: `mqtts://127.0.0.1:${broker.port}`, ...more });
      await link.start(signal());
      const { lastError } = await reached(link, hasFailed, 'offline');
      return lastError ?? { code: '', message: '', remedy: '' };
    }

    it('does not trust a server of another CA', async () => {
      const fault = await failsWith(gateway);
      expect(fault).toMatchObject({ code: 'cloud/certificate', remedy: 'Check the CA file in the settings.' });
    });
    it('says that it is refused without a certificate', async () => {
      const fault = await failsWith({ caFile: certificates.caFile });
      expect(fault.code).toBe('cloud/certificate');
      expect(fault.message).toContain('certificate was refused');
    });
    it('says that certificate and key do not belong together', async () => {
      const fault = await failsWith({ ...tls(), keyFile: observer.keyFile });
      expect(fault).toMatchObject({ code: 'cloud/certificate' });
      expect(fault.message).toContain('do not belong together');
    });
    it('says that a file is not a certificate', async () => {
      const fault = await failsWith({ ...tls(), certFile: gateway.keyFile });
      expect(fault.code).toBe('cloud/certificate');
    });
    it('points to the clock when its own certificate has expired', async () => {
      const old = join(folder, 'old.crt');
      const csr = ['x509', '-req', '-in', 'gw-1.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', old];
      execFileSync('openssl', [...csr, '-days', '-1'], { cwd: folder, stdio: 'pipe' });
      const fault = await failsWith({ ...tls(), certFile: old });
      expect(fault.code).toBe('cloud/certificate');
      expect(fault.message).toContain('expired on');
      expect(fault.remedy).toContain('date and time');
    });
    it('says that the server does not speak TLS', async () => {
      broker = await startMosquitto();
      link = makeLink({ url: `mqtts://127.0.0.1:${broker.port}`, ...tls() });
      await link.start(signal());
      const { lastError } = await reached(link, hasFailed, 'offline');
      expect(lastError?.code).toMatch(/^cloud\//);
    });
    it('takes a renewed certificate without a restart', async () => {
      const certFile = join(folder, 'renewed.crt');
      const keyFile = join(folder, 'renewed.key');
      copyFileSync(gateway.certFile, certFile);
      copyFileSync(observer.keyFile, keyFile);
      await failsWith({ caFile: certificates.caFile, certFile, keyFile });
      copyFileSync(gateway.keyFile, keyFile);
      await reached(link, isConnected, 'connected with the right key');
    });
    it('reconnects with a renewed certificate while it is connected, once both files are there', async () => {
      broker = await startMosquitto({ tls: certificates });
      const certFile = join(folder, 'ends.crt');
      const keyFile = join(folder, 'ends.key');
      copyFileSync(gateway.certFile, certFile);
      copyFileSync(gateway.keyFile, keyFile);
      const looks: (() => void)[] = [];
      const clock: Clock = {
        ...systemClock,
        every(ms, fn) {
          if (ms !== 60_000) return systemClock.every(ms, fn);
          looks.push(fn);
          return () => {};
        },
      };
      link = makeLink({ url: `mqtts://127.0.0.1:${broker.port}`, caFile: certificates.caFile, certFile, keyFile }, { clock });
      await link.start(signal());
      await reached(link, isConnected, 'connected');
      const { since } = link.status();
      expect(link.certificateEnds()).toBe(Date.parse(new X509Certificate(readFileSync(certFile)).validTo));
      copyFileSync(observer.certFile, certFile);
      for (const look of looks) look();
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(link.status()).toMatchObject({ state: 'connected', since });
      copyFileSync(observer.keyFile, keyFile);
      for (const look of looks) look();
      await reached(link, (status) => status.state !== 'connected', 'reconnecting');
      await reached(link, isConnected, 'connected again');
      expect(await codeOf(link.publish(entry(1, 'dt/x'), signal()))).toBe('resolved');
    });
    it('is told by MQTT 5 that a topic is not allowed', async () => {
      broker = await startMosquitto({ tls: certificates, acl: 'pattern readwrite dt/%u/#\n' });
      link = makeLink({ url: `mqtts://127.0.0.1:${broker.port}`, ...tls() });
      await link.start(signal());
      await reached(link, isConnected, 'connected');
      expect(await codeOf(link.publish(entry(1, 'dt/gw-1/x'), signal()))).toBe('resolved');
      expect(await codeOf(link.publish(entry(2, 'dt/other/x'), signal()))).toBe('cloud/rejected');
    });
  });
});

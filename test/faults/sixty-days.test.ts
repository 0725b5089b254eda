import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createGateway } from '../../core/gateway/gateway.ts';
import { makeCertificates } from '../fakes/certificates.ts';
import { startFaultProxy } from '../fakes/fault-proxy.ts';
import { skipMosquitto, startMosquitto } from '../fakes/mosquitto.ts';
import { createScaledClock } from '../fakes/scaled-clock.ts';
import { watchFarEnd } from '../integration/site/far-end.ts';
import { readMetrics } from '../integration/site/gateway-process.ts';

/** Half a real second is a simulated day. */
const FACTOR = 172_800;
const DAY_MS = 86_400_000;
/** Ten real seconds for the network, in simulated ms. */
const PATIENT_MS = 20 * DAY_MS;

const DOCUMENT = `schema: gatehouse/1
name: sixty-days
devices:
  - id: store
    name: Cold store
    adapter: simulated
    model: cold-store-thermometer
    intervalMs: 60000
    publish: record
    points: [{ name: temperature }]
subscriptions:
  - { id: up, source: "device:store", subject: "devices/#", target: cloud, queue: { size: 10000, whenFull: block-source } }
`;

async function until(what: string, test: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await systemClock.sleep(50);
  }
}

it.skipIf(skipMosquitto)(
  'sixty days offline, with a certificate that ends and is renewed in the middle: nothing is lost, without a restart',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sixty-'));
    const data = join(folder, 'data');
    mkdirSync(data);
    const old = makeCertificates(mkdtempSync(join(folder, 'old-')));
    const renewed = makeCertificates(mkdtempSync(join(folder, 'renewed-')));
    const first = old.client('gateway', 30);
    const next = renewed.client('gateway', 3650);
    const certFile = join(folder, 'gateway.crt');
    const keyFile = join(folder, 'gateway.key');
    copyFileSync(first.certFile, certFile);
    copyFileSync(first.keyFile, keyFile);
    const before = await startMosquitto({ tls: old });
    // After the outage the cloud knows only the authority of the renewed certificate.
    const after = await startMosquitto({ tls: { ...renewed, serverCert: old.serverCert, serverKey: old.serverKey } });
    const proxy = await startFaultProxy(before.port);
    const farBefore = await watchFarEnd(before.port, old);
    const farAfter = await watchFarEnd(after.port, { ...renewed, caFile: old.caFile });
    const document = join(folder, 'site.yaml');
    writeFileSync(document, DOCUMENT);
    const cloud = {
      url: `mqtts://localhost:${proxy.port}`,
      clientId: 'gateway',
      caFile: old.caFile,
      certFile,
      keyFile,
      ackTimeoutMs: PATIENT_MS,
      connectTimeoutMs: PATIENT_MS,
      maxBackoffMs: 600_000,
    };
    writeFileSync(join(data, 'settings.json'), JSON.stringify({ cloud }));
    const clock = createScaledClock(systemClock, FACTOR);
    const gateway = createGateway({
      data,
      document,
      port: 0,
      mqttPort: 0,
      demo: false,
      rendererDir: folder,
      terminal: null,
      clock,
    });
    const began = clock.monotonic();
    const days = (): number => (clock.monotonic() - began) / DAY_MS;
    const day = (number: number): Promise<void> => until(`day ${number}`, () => days() >= number, 120_000);
    try {
      await gateway.start(new AbortController().signal);
      const metrics = () => readMetrics(gateway.consoleUrl() ?? '');
      await until('the first message in the cloud', () => farBefore.arrivals().length > 0, 20_000);
      proxy.setMode('refuse');
      proxy.resetAll();
      await day(31);
      copyFileSync(next.certFile, certFile);
      copyFileSync(next.keyFile, keyFile);
      await day(60);
      const waiting = (await metrics()).get('gatehouse_spool_messages') ?? 0;
      proxy.setTarget(after.port);
      proxy.setMode('pass');
      await until('the backlog in the cloud', async () => farAfter.distinct().length >= waiting, 60_000);
      const all = [...farBefore.distinct(), ...farAfter.distinct()];
      const sequence = [...new Set(all.map((one) => one.seq))].sort((a, b) => a - b);
      expect(waiting).toBeGreaterThan(1000);
      expect(sequence).toEqual(sequence.map((_, at) => at + 1));
      const order = farAfter.distinct().map((one) => one.seq);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    } finally {
      await gateway.stop();
      await farBefore.close();
      await farAfter.close();
      await proxy.close();
      await before.close();
      await after.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

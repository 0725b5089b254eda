import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openClient } from '../../core/cli/connect.ts';
import { type GatewayProcess, readMetrics, startGatewayProcess } from './site/gateway-process.ts';

const OWN_SITE = JSON.stringify({
  schema: 'gatehouse/1',
  name: 'workshop',
  devices: [
    { id: 'door', name: 'Door', adapter: 'simulated', model: 'door-contact', intervalMs: 100, points: [{ name: 'open' }] },
  ],
  subscriptions: [{ id: 'up', source: 'device:door', subject: '#', target: 'cloud' }],
});

describe('the practice cloud', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-practice-'));
  let gateway: GatewayProcess | undefined;
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  const metric = async (name: string): Promise<number> => (await readMetrics(gateway?.consoleUrl ?? '')).get(name) ?? Number.NaN;
  const waiting = (): Promise<number> => metric('gatehouse_spool_messages');
  const acknowledged = (): Promise<number> => metric('gatehouse_spool_acknowledged_total');

  it('takes nothing from a site of the user’s own: its messages wait for a real cloud', async () => {
    const data = mkdtempSync(`${folder}-own-`);
    const document = join(data, 'site.json');
    writeFileSync(document, OWN_SITE);
    gateway = await startGatewayProcess({ data, document, mqttPort: 0, demo: true });
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(10);
    expect(await acknowledged()).toBe(0);
    const client = await openClient(data, () => undefined);
    const status = await client.call('gateway.status', {});
    expect({ demo: status.demo, line: status.line, link: status.link.state }).toEqual({
      demo: false,
      line: null,
      link: 'not-configured',
    });
    await expect(client.call('line.set', { state: 'cut' })).rejects.toMatchObject({ code: 'api/not-available' });
    await client.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('ends when a site of the user’s own replaces the demo, and comes back with the demo', async () => {
    const data = mkdtempSync(`${folder}-switch-`);
    gateway = await startGatewayProcess({ data, mqttPort: 0, demo: true });
    await expect.poll(acknowledged, { timeout: 20_000 }).toBeGreaterThan(5);
    const client = await openClient(data, () => undefined);
    const demo = (await client.call('deployment.text', { version: 1 })).text;
    await client.call('deployment.apply', { text: OWN_SITE, basedOn: 1, note: '' });
    expect((await client.call('gateway.status', {})).line).toBe(null);
    const before = await acknowledged();
    await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(10);
    expect(await acknowledged()).toBe(before);
    await client.call('deployment.apply', { text: demo, basedOn: 2, note: '' });
    await expect.poll(async () => (await client.call('gateway.status', {})).line?.state, { timeout: 20_000 }).toBe('up');
    await client.close();
    rmSync(data, { recursive: true, force: true });
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SiteGateway, startSiteGateway } from '../fakes/functions/site-gateway.ts';
import { type Mosquitto, skipMosquitto, startMosquitto } from '../fakes/mosquitto.ts';

const DOUBLE = `export const handler = async ({ n }, context) => {
  if (n === undefined) throw new RangeError('no number');
  return { twice: n * 2, subject: context.clientContext.custom.subject };
};`;
const DOCUMENT = {
  schema: 'gatehouse/1',
  name: 'site',
  functions: [
    { name: 'double', code: { inline: DOUBLE }, permissions: { invokedBy: ['cloud'] } },
    { name: 'closed', code: { inline: DOUBLE } },
  ],
  subscriptions: [{ id: 'answers', source: 'function:*', subject: 'gatehouse/gw-7/result/#', target: 'cloud' }],
};

describe.skipIf(skipMosquitto)('with mosquitto as the cloud (skipped where it is not installed)', () => {
  let dir: string;
  let broker: Mosquitto;
  let site: SiteGateway;
  let app: mqtt.MqttClient;
  const answers = new Map<string, unknown>();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gatehouse-cloud-'));
    broker = await startMosquitto();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    app = mqtt.connect(url);
    app.on('message', (topic, payload) => answers.set(topic, JSON.parse(payload.toString())));
    await app.subscribeAsync('gatehouse/+/result/#', { qos: 1 });
    const data = join(dir, 'data');
    await mkdir(data);
    await writeFile(join(data, 'settings.json'), JSON.stringify({ cloud: { url, clientId: 'gw-7' } }));
    await writeFile(join(dir, 'site.json'), JSON.stringify(DOCUMENT));
    site = await startSiteGateway(dir);
  }, 30_000);
  afterAll(async () => {
    await site.stop();
    await app.endAsync(true);
    await broker.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Asks anew with other ids until the line is up; the answer of the id that came first. */
  async function ask(name: string, event: unknown): Promise<unknown> {
    let tries = 0;
    let answer: unknown;
    await expect
      .poll(
        async () => {
          tries += 1;
          await app.publishAsync(`gatehouse/gw-7/invoke/${name}/t${tries}`, JSON.stringify(event), { qos: 1 });
          answer = [...answers].find(([topic]) => topic.startsWith(`gatehouse/gw-7/result/${name}/`))?.[1];
          return answer;
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBeDefined();
    answers.clear();
    return answer;
  }

  it('invokes a function of the site and answers', async () => {
    expect(await ask('double', { n: 21 })).toMatchObject({
      statusCode: 200,
      functionError: '',
      payload: { twice: 42, subject: expect.stringMatching(/^gatehouse\/gw-7\/invoke\/double\/t\d+$/) },
    });
  }, 30_000);

  it('refuses a function that does not say "cloud" in invokedBy', async () => {
    expect(await ask('closed', { n: 1 })).toMatchObject({ code: 'function/denied' });
  }, 30_000);
});

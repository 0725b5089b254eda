import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createPracticeCloud, type PracticeCloud } from '../../../core/demo/practice-cloud.ts';
import { cloudLinkConformance } from '../../conformance/cloud-link.suite.ts';
import { codeOf, entry, isConnected, makeLink, reached, signal, type TestLink, until } from '../cloud/harness.ts';

async function start(): Promise<PracticeCloud> {
  const log = createLogHub({ clock: systemClock }, { keep: 100, level: 'debug' }).logger('practice-cloud');
  const cloud = createPracticeCloud({ clock: systemClock, log });
  await cloud.start(signal());
  return cloud;
}

cloudLinkConformance('the practice cloud', async () => {
  const cloud = await start();
  return {
    settings: { url: `mqtt://127.0.0.1:${cloud.port}`, protocolVersion: 4 },
    received: () => cloud.recent().map(({ topic, payload }) => ({ topic, payload: Buffer.from(payload).toString(), user: {} })),
    publish: (topic, payload) => cloud.publish(topic, payload),
    close: () => cloud.stop(),
  };
});

describe('practice cloud', () => {
  let cloud: PracticeCloud;
  let link: TestLink;
  afterEach(async () => {
    await link.stop();
    await cloud.stop();
  });
  async function connect(): Promise<void> {
    cloud = await start();
    link = makeLink({ port: cloud.port, protocolVersion: 4 });
    await link.start(signal());
    await reached(link, isConnected, 'connected');
  }

  it('counts what it got and tells of changes', async () => {
    await connect();
    let changes = 0;
    cloud.onChanged(() => {
      changes += 1;
    });
    await link.publish(entry(1), signal());
    await until(() => cloud.line().received === 1, 'the count');
    expect(cloud.line().state).toBe('up');
    expect(cloud.recent()[0]).toMatchObject({ topic: 'dt/x', qos: 1 });
    expect(changes).toBe(1);
  });

  it('keeps the newest 500 messages only', async () => {
    await connect();
    await Promise.all(Array.from({ length: 600 }, (_, i) => link.publish(entry(i + 1), signal())));
    await until(() => cloud.line().received === 600, 'all');
    expect(cloud.recent().length).toBe(500);
    expect(Buffer.from(cloud.recent()[0]?.payload ?? []).toString()).toBe('101');
  });

  it('cuts the line, keeps it cut, and lets the gateway in again', async () => {
    await connect();
    cloud.setLine('cut');
    const lost = await reached(link, ({ state }) => state === 'offline', 'offline');
    expect(lost.lastError).toMatchObject({ code: 'cloud/offline' });
    await reached(link, ({ attempts }) => attempts >= 2, 'tried again');
    expect(await codeOf(link.publish(entry(1), signal()))).toBe('cloud/offline');
    cloud.setLine('up');
    await reached(link, isConnected, 'connected again');
    expect(await codeOf(link.publish(entry(1), signal()))).toBe('resolved');
  });

  it('swallows everything as a black hole; the link notices and is back afterwards', async () => {
    await connect();
    cloud.setLine('blackhole');
    expect(await codeOf(link.publish(entry(1), signal()))).toBe('cloud/ack-timeout');
    expect(cloud.line().received).toBe(0);
    const lost = await reached(link, ({ state }) => state === 'offline', 'offline');
    expect(lost.lastError).toMatchObject({ code: 'cloud/ack-timeout' });
    cloud.setLine('up');
    await reached(link, isConnected, 'connected again');
    expect(await codeOf(link.publish(entry(1), signal()))).toBe('resolved');
  });

  it('keeps a message for the gateway while the line is cut', async () => {
    await connect();
    const got: string[] = [];
    link.onMessage(({ payload }) => void got.push(Buffer.from(payload).toString()));
    link.setFilters(['cmd/#']);
    await link.publish(entry(1), signal());
    cloud.setLine('cut');
    await reached(link, ({ state }) => state === 'offline', 'offline');
    await cloud.publish('cmd/x', 'while you were away');
    cloud.setLine('up');
    await until(() => got.length === 1, 'the command');
    expect(got).toEqual(['while you were away']);
  });
});

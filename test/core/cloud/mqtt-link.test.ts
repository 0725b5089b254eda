import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloudMessage } from '../../../core/cloud/cloud-link.ts';
import { codeOf, entry, hasFailed, isConnected, makeLink, reached, signal, type TestLink, until } from './harness.ts';

const CONNACK5 = Buffer.from([0x20, 3, 0, 0, 0]);

/** A far side that answers each packet type as the test says, MQTT 5. */
async function farSide(
  answer: (type: number, packet: Buffer) => Buffer | 'close' | null,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      // Test packets are short: one or two bytes of length.
      while (rest.length >= 2) {
        const [, low = 0, high = 0] = rest;
        const [length, head] = low < 128 ? [low, 2] : [(low & 127) + high * 128, 3];
        if (rest.length < head + length) return;
        const packet = rest.subarray(0, head + length);
        rest = rest.subarray(head + length);
        const reply = answer((packet[0] ?? 0) >> 4, packet.subarray(head));
        if (reply === 'close') socket.end();
        else if (reply) socket.write(reply);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
}

/** The packet id of a QoS 1 PUBLISH. */
const idOf = (packet: Buffer): Buffer => {
  const topic = packet.readUInt16BE(0);
  return packet.subarray(2 + topic, 4 + topic);
};

let link: TestLink | null = null;
let server: Server | null = null;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-link-'));
afterEach(async () => {
  await link?.stop();
  server?.close();
  link = null;
  server = null;
});

async function against(answer: Parameters<typeof farSide>[0], more: Parameters<typeof makeLink>[0] = {}): Promise<TestLink> {
  const far = await farSide(answer);
  server = far.server;
  link = makeLink({ port: far.port, ...more });
  await link.start(signal());
  return link;
}
const failed = (own: TestLink) => reached(own, hasFailed, 'offline');

describe('mqtt link', () => {
  it('says that nothing listens, when it tries again, and keeps counting its attempts', async () => {
    const far = await farSide(() => null);
    await new Promise<void>((resolve) => far.server.close(() => resolve()));
    link = makeLink({ port: far.port });
    await link.start(signal());
    const status = await reached(link, hasFailed, 'offline');
    expect(status.lastError).toMatchObject({
      code: 'cloud/offline',
      message: `127.0.0.1:${far.port}: nothing accepts connections there`,
    });
    expect(status.nextAttemptAt).toBeGreaterThan(0);
    await reached(link, ({ attempts }) => attempts >= 3, 'at the third attempt');
    expect(link.logs.recent().filter(({ event }) => event === 'cloud.offline').length).toBe(1);
  });

  it('says that a name cannot be resolved', async () => {
    link = makeLink({ url: 'mqtt://no-such-host.invalid:1883' });
    await link.start(signal());
    const { lastError } = await failed(link);
    expect(lastError).toMatchObject({ code: 'cloud/offline' });
    expect(lastError?.message).toContain('cannot be resolved');
  });

  it('gives up on a far side that accepts the connection and says nothing', async () => {
    const own = await against(() => null, { connectTimeoutMs: 200 });
    expect((await failed(own)).lastError?.message).toMatch(/does not answer|no answer/);
  });

  it.each([
    [0x87, 'does not allow this gateway'],
    [0x86, 'user name or password'],
    [0x84, 'does not speak this MQTT version'],
    [0x97, 'quota'],
  ])('says why the connect was refused: reason %i', async (reason, words) => {
    const own = await against((type) => (type === 1 ? Buffer.from([0x20, 3, 0, reason, 0]) : null));
    const { lastError } = await failed(own);
    expect(lastError).toMatchObject({ code: 'cloud/refused' });
    expect(lastError?.message).toContain(words);
  });

  it('rejects everything in flight when an acknowledgement does not come, and takes the line for dead', async () => {
    const own = await against((type) => (type === 1 ? CONNACK5 : null), { ackTimeoutMs: 150 });
    await reached(own, isConnected, 'connected');
    const codes = await Promise.all([1, 2, 3].map((id) => codeOf(own.publish(entry(id), signal()))));
    expect(codes).toEqual(['cloud/ack-timeout', 'cloud/ack-timeout', 'cloud/ack-timeout']);
    expect((await failed(own)).lastError).toMatchObject({ code: 'cloud/ack-timeout' });
  });

  it('notices a dead line by the keep-alive while nothing is sent', async () => {
    const own = await against((type) => (type === 1 ? CONNACK5 : null), { keepaliveS: 1 });
    await reached(own, isConnected, 'connected');
    expect((await failed(own)).lastError?.message).toContain('keep-alive');
  });

  it.each([
    [0x87, 'cloud/rejected'],
    [0x90, 'cloud/rejected'],
    [0x99, 'cloud/rejected'],
    [0x97, 'cloud/declined'],
    [0x80, 'cloud/declined'],
    [0x10, 'resolved'],
    [0x00, 'resolved'],
  ])('takes PUBACK reason %i for %s', async (reason, code) => {
    const own = await against((type, packet) => {
      if (type === 1) return CONNACK5;
      return type === 3 ? Buffer.concat([Buffer.from([0x40, 4]), idOf(packet), Buffer.from([reason, 0])]) : null;
    });
    await reached(own, isConnected, 'connected');
    expect(await codeOf(own.publish(entry(1), signal()))).toBe(code);
    expect(own.status().state).toBe('connected');
  });

  it('never has more in flight than the cloud allows', async () => {
    const open: Buffer[] = [];
    let most = 0;
    // CONNACK with Receive Maximum 3.
    const own = await against((type, packet) => {
      if (type === 1) return Buffer.from([0x20, 6, 0, 0, 3, 0x21, 0, 3]);
      if (type !== 3) return null;
      open.push(Buffer.from(idOf(packet)));
      most = Math.max(most, open.length);
      if (open.length < 3) return null;
      return Buffer.concat(open.splice(0).map((id) => Buffer.concat([Buffer.from([0x40, 2]), id])));
    });
    await reached(own, isConnected, 'connected');
    await Promise.all(Array.from({ length: 30 }, (_, i) => own.publish(entry(i + 1), signal())));
    expect(most).toBe(3);
  });

  it('tells a hang-up by the cloud from a line that is lost', async () => {
    const own = await against((type) => (type === 1 ? CONNACK5 : 'close'));
    await reached(own, isConnected, 'connected');
    await expect(own.publish(entry(1), signal())).rejects.toMatchObject({ code: 'cloud/offline', details: { byPeer: true } });
  });

  it('says that another connection took its client id', async () => {
    const own = await against((type) => (type === 1 ? Buffer.concat([CONNACK5, Buffer.from([0xe0, 2, 0x8e, 0])]) : null));
    const { lastError } = await failed(own);
    expect(lastError).toMatchObject({ code: 'cloud/refused' });
    expect(lastError?.message).toContain('same client id');
  });

  it('stops while it is connecting', async () => {
    const own = await against(() => null, { connectTimeoutMs: 60_000 });
    await reached(own, ({ state }) => state === 'connecting', 'connecting');
    await own.stop();
    expect(own.status().state).toBe('offline');
  });

  it('reads the password at each attempt and never logs it', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'hunter2-wrong\n');
    const seen: string[] = [];
    const own = await against(
      (type, packet) => {
        if (type !== 1) return null;
        seen.push(packet.toString('latin1'));
        return packet.includes('hunter2-right') ? CONNACK5 : Buffer.from([0x20, 3, 0, 0x86, 0]);
      },
      { username: 'gw', passwordFile },
    );
    await failed(own);
    writeFileSync(passwordFile, 'hunter2-right\n');
    await reached(own, isConnected, 'connected');
    expect(seen.at(-1)?.endsWith('hunter2-right')).toBe(true);
    expect(JSON.stringify([own.logs.recent(), own.status()])).not.toContain('hunter2');
    rmSync(folder, { recursive: true, force: true });
  });

  it('names the file that cannot be read', async () => {
    link = makeLink({ url: 'mqtts://127.0.0.1:1', caFile: '/no/such/ca.pem' });
    await link.start(signal());
    const { lastError } = await failed(link);
    expect(lastError).toMatchObject({ code: 'cloud/certificate', message: 'The CA file /no/such/ca.pem cannot be read.' });
  });

  it('does not take a message for acknowledged when its listener hangs, and goes on acknowledging others', async () => {
    const cmd = Buffer.from([0x32, 8, 0, 1, 0x63, 0, 9, 0, 0x78, 0x79]);
    const acked: number[] = [];
    const own = await against(
      (type, packet) => {
        if (type === 1) return Buffer.concat([CONNACK5, cmd]);
        if (type === 4) acked.push(packet.readUInt16BE(0));
        return type === 3 ? Buffer.concat([Buffer.from([0x40, 2]), idOf(packet)]) : null;
      },
      { ackTimeoutMs: 400 },
    );
    own.onMessage(() => new Promise<void>(() => {}));
    await reached(own, isConnected, 'connected');
    expect(await codeOf(own.publish(entry(1), signal()))).toBe('resolved');
    expect(acked).toEqual([]);
  });

  it('asks the time when it is connected, and says how wide of it that may be', async () => {
    const heard: [wallMs: number, withinMs: number][] = [];
    const time = createHttpServer((_request, response) => {
      response.sendDate = false;
      response.setHeader('date', 'Wed, 21 Oct 2026 07:28:00 GMT').end();
    });
    await new Promise<void>((resolve) => time.listen(0, '127.0.0.1', resolve));
    const address = time.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const far = await farSide((type) => (type === 1 ? CONNACK5 : null));
    server = far.server;
    link = makeLink({ port: far.port, timeUrl: `http://127.0.0.1:${port}/` }, { heard: (...one) => void heard.push(one) });
    await link.start(signal());
    await until(() => heard.length > 0, 'the time');
    time.close();
    const [[wallMs, withinMs] = [0, 0]] = heard;
    expect(Math.abs(wallMs - Date.UTC(2026, 9, 21, 7, 28, 0, 500))).toBeLessThanOrEqual(withinMs);
    expect(withinMs).toBeGreaterThanOrEqual(500);
  });

  it('hands on how long a message from the cloud is worth something', async () => {
    // PUBLISH, QoS 0, topic "c", message expiry interval 7 s, payload "x".
    const cmd = Buffer.from([0x30, 10, 0, 1, 0x63, 5, 0x02, 0, 0, 0, 7, 0x78]);
    const got: CloudMessage[] = [];
    const far = await farSide((type) => (type === 1 ? Buffer.concat([CONNACK5, cmd]) : null));
    server = far.server;
    link = makeLink({ port: far.port });
    link.onMessage((message) => void got.push(message));
    await link.start(signal());
    await until(() => got.length > 0, 'the message');
    expect(got[0]).toMatchObject({ topic: 'c', expiryMs: 7000 });
  });
});

import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerTransport } from '../../../core/api/server.ts';
import { createSocketServer, type SocketServer } from '../../../core/api/socket-server.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { connectGateway } from '../../../core/cli/connect.ts';
import { socketAddress, socketPlace, tokenPath } from '../../../core/config/socket-path.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function dataDir(name = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gh-sock-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return name === '' ? folder : join(folder, name);
}

function build(dir: string): SocketServer & { attached: ServerTransport[] } {
  const attached: ServerTransport[] = [];
  const log = createLogHub({ clock: createManualClock() }, { keep: 10, level: 'debug' }).logger('socket');
  const server = createSocketServer({ attach: (transport) => void attached.push(transport), log }, { dataDir: dir });
  cleanUps.push(() => server.stop());
  return Object.assign(server, { attached });
}
function raw(address: string): { socket: Socket; heard(): string; ended: Promise<unknown> } {
  const socket = connect(address);
  let text = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk.toString();
    });
  cleanUps.push(async () => socket.destroy());
  return { socket, heard: () => text, ended: new Promise((resolve) => socket.once('close', resolve)) };
}
const start = (server: SocketServer): Promise<void> => server.start(new AbortController().signal);
const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe.skipIf(process.platform === 'win32')('socket server (Unix sockets; Windows has pipes)', () => {
  it('listens for its own user only and carries frames', async () => {
    const dir = await dataDir();
    const server = build(dir);
    await start(server);
    expect(await mode(join(dir, 'run'))).toBe(0o700);
    expect(await mode(server.address)).toBe(0o600);
    const client = await connectGateway(dir);
    const heard = new Promise((resolve) => client.onFrame(resolve));
    client.send({ t: 'beat' });
    await expect.poll(() => server.attached.length).toBe(1);
    server.attached[0]?.send({ t: 'hello', protocol: 1, version: 'v' });
    expect(await heard).toEqual({ t: 'hello', protocol: 1, version: 'v' });
    await server.stop();
    await client.closed;
    await expect(connectGateway(dir)).rejects.toMatchObject({ code: 'cli/not-running', message: `no gateway runs on ${dir}` });
  });

  it('replaces the socket that a killed gateway left behind', async () => {
    const dir = await dataDir();
    const { address } = build(dir);
    const first = build(dir);
    await start(first);
    await first.stop();
    const script = join(dir, 'hold.mjs');
    await writeFile(
      script,
      `import { createServer } from 'node:net'; createServer().listen(${JSON.stringify(address)}, () => process.send('up'));`,
    );
    const child = fork(script);
    cleanUps.push(async () => child.kill('SIGKILL'));
    await new Promise((resolve) => child.once('message', resolve));
    await expect(start(build(dir))).rejects.toMatchObject({ code: 'gateway/already-running' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect((await stat(address)).isSocket()).toBe(true);
    await start(build(dir));
    await connectGateway(dir).then((client) => client.close());
  });

  it('never takes the socket of a gateway that lives, and removes no other file', async () => {
    const dir = await dataDir();
    const first = build(dir);
    await start(first);
    const second = build(dir);
    await expect(start(second)).rejects.toMatchObject({ code: 'gateway/already-running' });
    await second.stop();
    await connectGateway(dir).then((client) => client.close());
    await first.stop();
    await writeFile(first.address, 'mine');
    await expect(start(build(dir))).rejects.toMatchObject({ code: 'api/listen-failed' });
    expect(await readFile(first.address, 'utf8')).toBe('mine');
  });

  it('goes to a short path when its own is too long, and notes it down', async () => {
    const dir = await dataDir('d'.repeat(120));
    const server = build(dir);
    await start(server);
    expect(Buffer.byteLength(server.address)).toBeLessThan(104);
    expect(await readFile(join(dir, 'run', 'socket'), 'utf8')).toBe(`${server.address}\n`);
    expect(await mode(join(server.address, '..'))).toBe(0o700);
    expect(await socketAddress(dir)).toBe(server.address);
    await connectGateway(dir).then((client) => client.close());
    await server.stop();
    await expect(stat(join(server.address, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends a client that sends a line without end', async () => {
    const dir = await dataDir();
    const server = build(dir);
    await start(server);
    const { socket, ended } = raw(server.address);
    socket.write(await readFile(tokenPath(dir), 'utf8'));
    await expect.poll(() => server.attached.length).toBe(1);
    const chunk = Buffer.alloc(1_000_000, 'x');
    for (let i = 0; i < 8; i += 1) socket.write(chunk);
    await ended;
    await server.attached[0]?.closed;
  });

  it('hears nobody who does not show the token first, and tells them nothing', async () => {
    const dir = await dataDir();
    const server = build(dir);
    await start(server);
    const token = await readFile(tokenPath(dir), 'utf8');
    expect(await mode(tokenPath(dir))).toBe(0o600);
    expect(token).toMatch(/^[0-9a-f]{64}\n$/);
    for (const text of ['{"t":"hello","protocol":1}\n', `${'0'.repeat(64)}\n`, `${token.trim()}x\n`, token.slice(0, 20), '\n']) {
      const { socket, heard, ended } = raw(server.address);
      socket.write(text);
      await ended;
      expect(heard()).toBe('');
    }
    expect(server.attached).toEqual([]);
    const { socket } = raw(server.address);
    socket.write(`${token}{"t":"beat"}\n`);
    await expect.poll(() => server.attached.length).toBe(1);
    const frame = new Promise((resolve) => server.attached[0]?.onFrame(resolve));
    expect(await frame).toEqual({ t: 'beat' });
  });

  it('has a new token with each start, and takes only its own away', async () => {
    const dir = await dataDir();
    const first = build(dir);
    await start(first);
    const token = await readFile(tokenPath(dir), 'utf8');
    await expect(start(build(dir))).rejects.toMatchObject({ code: 'gateway/already-running' });
    expect(await readFile(tokenPath(dir), 'utf8')).toBe(token);
    await first.stop();
    await expect(stat(tokenPath(dir))).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(tokenPath(dir), token, { mode: 0o644 });
    await start(build(dir));
    expect(await readFile(tokenPath(dir), 'utf8')).not.toBe(token);
    expect(await mode(tokenPath(dir))).toBe(0o600);
  });

  it('fails with a plain fault where it may not write, and stops in any state', async () => {
    const dir = await dataDir();
    await writeFile(join(dir, 'run'), '');
    const server = build(dir);
    await expect(start(server)).rejects.toMatchObject({ code: 'api/listen-failed' });
    await server.stop();
    await build(dir).stop();
  });
});

describe('socket place', () => {
  it('is a pipe on Windows, the same for the same folder', () => {
    const place = socketPlace('/data/A', {}, 'win32');
    expect(place.address).toMatch(/^\\\\\.\\pipe\\gatehouse-[0-9a-f]{32}$/);
    expect(socketPlace('/data/a', {}, 'win32').address).toBe(place.address);
    expect(socketPlace('/data/b', {}, 'win32').address).not.toBe(place.address);
  });
});

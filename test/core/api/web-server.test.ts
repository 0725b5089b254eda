import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { safePath } from '../../../core/api/frames/static-files.ts';
import type { ServerTransport } from '../../../core/api/server.ts';
import { createWebServer, type WebServer } from '../../../core/api/web-server.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

let folder = '';
let web: WebServer;
let attached: ServerTransport[] = [];
let isReady = false;
const clock = createManualClock();
const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });

function build(options: { port?: number; host?: string } = {}): WebServer {
  return createWebServer(
    {
      attach: (transport) => attached.push(transport),
      health: () => ({ ready: isReady, status: isReady ? 'ok' : 'starting', version: '1.2.3', uptimeS: 7 }),
      metrics: () => '# TYPE a counter\na_total 1\n',
      clock,
      log: logs.logger('web'),
    },
    { port: 0, host: '127.0.0.1', rendererDir: join(folder, 'renderer'), maxClients: 2, ...options },
  );
}
const start = (server: WebServer): Promise<void> => server.start(new AbortController().signal);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-web-'));
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(folder, 'renderer', 'index.html'), '<title>console</title>');
  await writeFile(join(folder, 'renderer', 'assets', 'index-B1x9_Qa2.js'), 'let a;');
  await writeFile(join(folder, 'renderer', 'notes.db'), 'not for the console');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(folder, 'renderer', 'link.txt'));
  attached = [];
  isReady = true;
  web = build();
  await start(web);
});
afterEach(async () => {
  await web.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}
/** A request whose path and headers go out as they are given. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: web.port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

/** `open`, or the status of the refusal. */
function openSocket(headers: Record<string, string>, path = '/api'): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${web.port}${path}`, { headers });
    socket.on('open', () => resolve('open'));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => {});
  });
}

describe('web server', () => {
  it('serves the console: the page is never kept, hashed files for ever, all under a strict policy', async () => {
    const page = await get('/');
    expect([page.status, page.body, page.headers['cache-control']]).toEqual([200, '<title>console</title>', 'no-store']);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const script = await get('/assets/index-B1x9_Qa2.js?x=1');
    expect([script.status, script.body]).toEqual([200, 'let a;']);
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.headers['content-type']).toContain('text/javascript');
    expect((await get('/devices/meter')).body).toBe('<title>console</title>');
    const head = await get('/', {}, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '22']);
  });

  it('gives nothing outside the folder, and nothing in it that is not part of a console', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/..\\..\\secret.txt',
      '/%5c..%5csecret.txt',
      '//secret.txt',
      '/link.txt',
      '/notes.db',
      '/index.html%00.js',
      '/%ff',
      '/assets/gone-12345678.js',
      `${folder}/secret.txt`,
    ]) {
      const answer = await get(path);
      expect([path, answer.status, answer.body.includes('secret')]).toEqual([path, 404, false]);
    }
  });

  it('has no path that leaves the folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('..', '.', '%2e', '%2f', '/', '\\', 'a', '%00', '%5c', ':', 'C:'), { maxLength: 8 }),
        (parts) => {
          const path = safePath(parts.join(''));
          if (path !== null) expect(path).toMatch(/^([^/.\\:\0][^/\\:\0]*(\/|$))*$/);
          expect(path ?? '').not.toContain('..');
        },
      ),
    );
  });

  it('tells its health and its figures', async () => {
    const health = await get('/healthz');
    expect([health.status, JSON.parse(health.body)]).toEqual([200, { status: 'ok', version: '1.2.3', uptimeS: 7 }]);
    isReady = false;
    expect((await get('/healthz')).status).toBe(503);
    const metrics = await get('/metrics');
    expect([metrics.body, metrics.headers['content-type']]).toEqual([
      '# TYPE a counter\na_total 1\n',
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
  });

  it('refuses foreign pages and re-pointed names, on every address, and logs why', async () => {
    const own = `127.0.0.1:${web.port}`;
    for (const path of ['/', '/healthz', '/metrics', '/api']) {
      expect((await get(path, { origin: 'http://evil.example' })).status).toBe(403);
      expect((await get(path, { host: `evil.example:${web.port}` })).status).toBe(403);
      expect((await get(path, { host: '127.0.0.1:1' })).status).toBe(403);
      expect((await get(path, { origin: 'null' })).status).toBe(403);
    }
    expect((await get('/', { host: `localhost:${web.port}`, origin: `http://localhost:${web.port}` })).status).toBe(200);
    expect((await get('/', { origin: `https://${own}` })).status).toBe(403);
    expect(await openSocket({ origin: 'http://evil.example' })).toBe(403);
    expect(await openSocket({ host: `evil.example:${web.port}` })).toBe(403);
    expect(await openSocket({ origin: `http://127.0.0.1:1` })).toBe(403);
    expect(attached).toHaveLength(0);
    expect(logs.recent().at(-1)?.message).toMatch(/a request from the page http:\/\/127.0.0.1:1 to \/api was refused/);
    expect(await openSocket({ origin: `http://${own}` })).toBe('open');
    expect(await openSocket({})).toBe('open');
    expect(attached).toHaveLength(2);
  });

  it('lets WebSockets in at /api only, and not more than the bound', async () => {
    expect(await openSocket({}, '/other')).toBe(404);
    expect((await get('/api')).status).toBe(426);
    expect([await openSocket({}), await openSocket({}), await openSocket({})]).toEqual(['open', 'open', 503]);
  });

  it('allows GET and HEAD only', async () => {
    const answer = await get('/', {}, 'POST');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await get('/healthz', {}, 'DELETE')).status).toBe(405);
  });

  it('ends a client that sends too much in one frame, or that answers no ping', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${web.port}/api`, { autoPong: false });
    await new Promise((resolve) => socket.once('open', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await clock.advance(40_000);
    await ended;
    const big = new WebSocket(`ws://127.0.0.1:${web.port}/api`);
    await new Promise((resolve) => big.once('open', resolve));
    const code = new Promise((resolve) => big.once('close', resolve));
    big.send('x'.repeat(7_000_000));
    expect(await code).toBe(1009);
  });

  it('says which command builds the console when it is not there', async () => {
    await rm(join(folder, 'renderer'), { recursive: true });
    const page = await get('/');
    expect([page.status, page.body.includes('npm run build')]).toEqual([503, true]);
  });

  it('refuses an address that others can reach, and names a port that is taken', async () => {
    await expect(start(build({ host: '0.0.0.0' }))).rejects.toMatchObject({ code: 'api/not-loopback' });
    const second = build({ port: web.port });
    await expect(start(second)).rejects.toMatchObject({
      code: 'api/port-in-use',
      message: `port ${web.port} is in use by another program`,
      remedy: expect.stringContaining('--port'),
    });
    await second.stop();
  });

  it('stops with clients and half-sent requests open', async () => {
    expect(await openSocket({})).toBe('open');
    const half = connect(web.port, '127.0.0.1');
    await new Promise<void>((resolve) => half.write('GET / HTTP/1.1\r\nHost:', () => resolve()));
    half.on('error', () => {});
    await web.stop();
    await web.stop();
    await attached[0]?.closed;
    expect(clock.pending).toBe(0);
    half.destroy();
  });
});

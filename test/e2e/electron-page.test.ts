import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf, projectRoot } from '../../build/layout.ts';
import { preloadConfig } from '../../build/vite.node.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';
import { findChromium } from './electron-chromium.ts';
import { type ElectronPage, openElectronPage } from './electron-page.ts';

type Ours = Transport<ServerFrame, ClientFrame>;

describe.skipIf(findChromium() === undefined && process.env['CI'] !== 'true')('the built preload (needs Chromium)', () => {
  let dist: string;
  let open: ElectronPage | undefined;
  let connections: Ours[];
  let got: ClientFrame[];
  beforeAll(async () => {
    dist = mkdtempSync(join(tmpdir(), 'gatehouse-page-'));
    mkdirSync(join(dist, 'renderer'));
    cpSync(fileURLToPath(new URL('fixtures/electron-page', import.meta.url)), join(dist, 'renderer'), { recursive: true });
    await build({ ...preloadConfig(layoutOf(projectRoot, dist)), logLevel: 'warn' });
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  afterAll(() => rmSync(dist, { recursive: true, force: true }));

  async function start(kiosk = false): Promise<ElectronPage> {
    connections = [];
    got = [];
    open = await openElectronPage({
      dist,
      kiosk,
      attach(transport) {
        connections.push(transport);
        transport.send({ t: 'hello', protocol: 1, version: 'test' });
        transport.onFrame((frame) => {
          got.push(frame);
          if (frame.t === 'call')
            transport.send({
              t: 'ok',
              id: frame.id,
              output: { when: new Date(5), bytes: new Uint8Array([1, 255]), none: undefined, max: Infinity },
            });
        });
      },
    });
    await open.page.locator('#log', { hasText: 'hello ok' }).waitFor();
    return open;
  }

  it('joins page and core, from the first frame on, with the types that structured clone keeps', async () => {
    const { page, problems } = await start();
    expect(got).toEqual([{ t: 'call', id: 1, method: 'gateway.status', input: { when: 1 } }]);
    expect(
      await page.evaluate(() => {
        const [, { output }] = Reflect.get(window, 'frames_');
        return [output.when instanceof Date, output.bytes instanceof Uint8Array, [...output.bytes], 'none' in output, output.max];
      }),
    ).toEqual([true, true, [1, 255], true, Infinity]);
    expect(problems).toEqual([]);
  });

  it('gives the page three members and nothing of Electron, Node or the preload’s world', async () => {
    const { page } = await start();
    const seen = await page.evaluate(() => {
      const api = Reflect.get(window, 'gatehouse' as string);
      const names = ['require', 'process', 'module', 'ipcRenderer', 'electronIpc', 'electronDeliver', 'Buffer'];
      return {
        members: Object.keys(api).sort(),
        frozen: Object.isFrozen(api),
        kiosk: api.kiosk,
        leaked: names.filter((name) => name in window),
      };
    });
    expect(seen).toEqual({ members: ['kiosk', 'onFrame', 'send'], frozen: true, kiosk: false, leaked: [] });
  });

  it('tells the page that it is a kiosk', async () => {
    const { page } = await start(true);
    expect(await page.evaluate(() => Reflect.get(window, 'gatehouse' as string).kiosk)).toBe(true);
  });

  it('refuses at the sender what cannot be cloned, and drops what is no frame', async () => {
    const { page, records } = await start();
    const error = await page.evaluate(() => {
      try {
        Reflect.get(window, 'gatehouse' as string).send({ t: 'call', id: 2, method: 'x', input: { run: () => 1 } });
        return 'sent';
      } catch (cause) {
        return String(cause);
      }
    });
    expect(error).toContain('An object could not be cloned.');
    await page.evaluate(() => Reflect.get(window, 'gatehouse' as string).send({ t: 'eval', code: '1' }));
    await page.evaluate(() => Reflect.get(window, 'gatehouse' as string).send({ t: 'beat' }));
    await expect.poll(() => got.at(-1)).toEqual({ t: 'beat' });
    expect(got).toHaveLength(2);
    expect(records.map((record) => record.data['why'])).toEqual(['not a frame']);
  });

  it('stops giving frames to a listener that was taken off', async () => {
    const { page } = await start();
    await page.evaluate(() => {
      const other: string[] = [];
      Reflect.set(window, 'other', other);
      Reflect.get(window, 'gatehouse' as string).onFrame((frame: { t: string }) => other.push(frame.t));
      Reflect.get(window, 'stopListening')();
    });
    connections[0]?.send({ t: 'beat' });
    await page.waitForFunction(() => Reflect.get(window, 'other').length === 1);
    expect(await page.evaluate(() => Reflect.get(window, 'frames_').length)).toBe(2);
  });

  it('opens a new connection when the page listens anew, as after a lost line', async () => {
    const { page } = await start();
    await page.evaluate(() => {
      Reflect.get(window, 'stopListening')();
      const again: string[] = [];
      Reflect.set(window, 'again', again);
      Reflect.get(window, 'gatehouse' as string).onFrame((frame: { t: string }) => again.push(frame.t));
    });
    await page.waitForFunction(() => Reflect.get(window, 'again').includes('hello'));
    expect(connections).toHaveLength(2);
    await connections[0]?.closed;
  });

  it('makes a new connection when the page is loaded again, and ends the one before', async () => {
    const { page, problems } = await start();
    await page.reload();
    await page.locator('#log', { hasText: 'hello ok' }).waitFor();
    expect(connections).toHaveLength(2);
    await connections[0]?.closed;
    connections[0]?.send({ t: 'beat' });
    connections[1]?.send({ t: 'event', id: 9, event: null });
    await page.locator('#log', { hasText: 'event' }).waitFor();
    expect(await page.locator('#log').textContent()).toBe('hello ok event');
    expect(problems).toEqual([]);
  });

  it('runs no inline script and loads nothing from elsewhere', async () => {
    const { page, problems } = await start();
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const other = await fetch('https://example.com/').then(
        () => 'loaded',
        () => 'refused',
      );
      return [Reflect.get(window, 'ran'), other];
    });
    expect(ran).toEqual([undefined, 'refused']);
    expect(problems.join('\n')).toMatch(/Content Security Policy/);
  });
});

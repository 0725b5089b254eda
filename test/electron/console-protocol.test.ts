import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogHub } from '../../core/base/log.ts';
import { consoleHandler } from '../../electron/console-protocol.ts';
import { isOurs } from '../../electron/origin.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

describe('the console’s own scheme', () => {
  let folder: string;
  const get = (url: string, method = 'GET'): Promise<Response> =>
    consoleHandler(
      join(folder, 'renderer'),
      createLogHub({ clock: createManualClock() }, { keep: 1, level: 'error' }).logger('shell'),
    )({ url, method });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-console-'));
    mkdirSync(join(folder, 'renderer/assets'), { recursive: true });
    writeFileSync(join(folder, 'renderer/index.html'), '<p>console</p>');
    writeFileSync(join(folder, 'renderer/assets/app.js'), 'ready()');
    writeFileSync(join(folder, 'renderer/secret.key'), 'secret');
    writeFileSync(join(folder, 'outside.js'), 'secret');
    symlinkSync(join(folder, 'outside.js'), join(folder, 'renderer/link.js'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('serves the page, its files, and the page for every address of the console', async () => {
    for (const path of ['', 'index.html', 'devices/meter-1', '?page=2', '#/alarms']) {
      expect(await (await get(`gatehouse://console/${path}`)).text()).toBe('<p>console</p>');
    }
    const script = await get('gatehouse://console/assets/app.js');
    expect(await script.text()).toBe('ready()');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await (await get('gatehouse://console/assets/app.js', 'HEAD')).text()).toBe('');
  });

  it('sends the strict policy with every answer, errors included', async () => {
    for (const url of ['gatehouse://console/', 'gatehouse://console/assets/app.js', 'gatehouse://console/gone.js']) {
      const { headers } = await get(url);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each([
    'gatehouse://console/../outside.js',
    'gatehouse://console/assets/../../outside.js',
    'gatehouse://console/%2e%2e/outside.js',
    'gatehouse://console/..%2foutside.js',
    'gatehouse://console/..%5coutside.js',
    'gatehouse://console/assets/%2e%2e%2f%2e%2e%2foutside.js',
    'gatehouse://console//etc/passwd.js',
    'gatehouse://console/%00.js',
    'gatehouse://console/%ff.js',
    'gatehouse://console/link.js',
    'gatehouse://console/secret.key',
    'gatehouse://console/gone.js',
    'gatehouse://other/index.html',
    'file:///etc/passwd.js',
  ])('serves nothing for %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it('is read only', async () => {
    expect((await get('gatehouse://console/', 'POST')).status).toBe(405);
  });
});

describe('our address', () => {
  it.each([
    ['gatehouse://console/', true],
    ['gatehouse://console/devices?x=1#y', true],
    ['gatehouse://console.evil/', false],
    ['gatehouse://console:80/', false],
    ['gatehouse://user@console/', false],
    ['https://console/', false],
    ['nonsense', false],
  ])('%s: %s', (address, ours) => {
    expect(isOurs(address)).toBe(ours);
  });
});

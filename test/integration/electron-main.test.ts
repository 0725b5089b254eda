import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, isStale } from '../../build/bundle.ts';
import { layoutOf, projectRoot } from '../../build/layout.ts';

interface Run {
  readonly code: number;
  readonly said: Readonly<Record<string, unknown>>[];
  readonly log: string;
}

/** The built main.js in a Node process of its own; only the module `electron` is replaced, by a stand-in that records. */
describe('the built main process', () => {
  const layout = layoutOf(projectRoot);
  const standIn = pathToFileURL(fileURLToPath(new URL('../electron/stand-in-module.ts', import.meta.url))).href;
  let folder: string;
  beforeAll(async () => {
    if (isStale(layout, 'node')) await bundle(layout, 'node');
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-main-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: string[]): Promise<Run> {
    const all = ['--import', standIn, join(layout.dist, 'electron/main.js'), ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, all, { cwd: folder, timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, log) => {
        const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
        resolve({
          code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
          said: lines.map((line) => JSON.parse(line)),
          log,
        });
      });
    });
  }

  it('starts core, opens one sandboxed kiosk window, answers a call over IPC, and stops in order', async () => {
    const { code, said, log } = await run('--kiosk', '--data', join(folder, 'data'), '--port', '0', '--mqtt-port', '0');
    expect(code, log).toBe(0);
    const kinds = said.map((entry) => Object.keys(entry)[0]);
    expect(kinds.slice(0, 6)).toEqual(['sandbox', 'schemes', 'menu', 'protocol', 'window', 'load']);
    expect(said[4]?.['window']).toMatchObject({
      kiosk: true,
      webPreferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        preload: join(layout.dist, 'electron/preload.cjs'),
      },
    });
    expect(said).toContainEqual({ load: 'gatehouse://console/' });
    const frames = said.map((entry) => Object(entry['frame']));
    expect(frames.find((frame) => frame.t === 'hello')).toMatchObject({ protocol: 1 });
    expect(frames.find((frame) => frame.t === 'ok')).toMatchObject({ id: 1 });
    expect(said.at(-1)).toEqual({ exit: 0 });
  });

  it('says which switch is wrong, and ends', async () => {
    const { code, log } = await run('--port', 'abc');
    expect(code).toBe(2);
    expect(log).toContain('--port needs a port');
  });
});

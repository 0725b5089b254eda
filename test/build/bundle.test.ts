import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, isStale } from '../../build/bundle.ts';
import { placeOfFile } from '../../build/node-workers.ts';
import { type StandIn, standInSources } from './stand-in-sources.ts';

const run = (path: string): unknown => JSON.parse(execFileSync(process.execPath, [path], { encoding: 'utf8', timeout: 10_000 }));

describe('the build', () => {
  let source: StandIn;
  const dist = (path: string): string => join(source.layout.dist, path);
  beforeAll(async () => {
    source = standInSources();
    await Promise.all([bundle(source.layout, 'node'), bundle(source.layout, 'renderer')]);
  });
  afterAll(() => source.remove());

  it('runs the headless bundle with its thread, its lazy chunk and its files in their new places', () => {
    expect(run(dist('core/headless.js'))).toEqual({
      headless: {
        sum: 42,
        code: 'export const handler = () => 42;',
        version: '9.8.7',
        page: `${dist('renderer')}/`,
        late: 7,
        Fault: 'Fault',
      },
    });
  });

  it('needs no package at run time but those with native code', () => {
    const away = mkdtempSync(join(tmpdir(), 'gatehouse-away-'));
    try {
      cpSync(source.layout.dist, join(away, 'dist'), { recursive: true });
      expect(run(join(away, 'dist/core/headless.js'))).toMatchObject({ headless: { sum: 42, late: 7 } });
    } finally {
      rmSync(away, { recursive: true });
    }
  });

  it('starts only the entry point that was asked for, also when it shares code and through a link', () => {
    symlinkSync(dist('core/cli.js'), join(source.layout.root, 'gatehouse'));
    expect(run(join(source.layout.root, 'gatehouse'))).toEqual({ cli: 'function' });
    expect(run(dist('electron/main.js'))).toMatchObject({ electron: { sum: 42 }, same: 'Fault' });
  });

  it('keeps one copy of core in a flat folder', () => {
    const code = readdirSync(dist('core')).filter((name) => name.endsWith('.js'));
    const holders = code.filter((name) => readFileSync(dist(`core/${name}`), 'utf8').includes('Fault = class'));
    expect(code).toEqual(expect.arrayContaining(['headless.js', 'cli.js', 'sum.worker.js']));
    expect(holders).toHaveLength(1);
    expect(
      readdirSync(dist('electron'))
        .filter((name) => !name.endsWith('.map'))
        .sort(),
    ).toEqual(['main.js', 'preload.cjs']);
    expect(existsSync(dist('core/demo/site/handler.mjs'))).toBe(true);
  });

  it('leaves demo code out of the start, as a chunk of its own', () => {
    expect(readFileSync(dist('core/headless.js'), 'utf8')).not.toContain('handler.mjs');
  });

  it('makes the preload a CommonJS file that requires nothing but electron', () => {
    const code = readFileSync(dist('electron/preload.cjs'), 'utf8');
    expect([...code.matchAll(/require\(["']([^"']+)["']\)/g)].map((match) => match[1])).toEqual(['electron']);
    expect(code).not.toMatch(/^(import|export) /m);
  });

  it('makes a page without inline scripts, styles or data addresses', () => {
    const page = readFileSync(dist('renderer/index.html'), 'utf8');
    expect(page).not.toMatch(/<style|style=|<script(?![^>]* src=)/);
    const assets = readdirSync(dist('renderer/assets')).map((name) => readFileSync(dist(`renderer/assets/${name}`), 'utf8'));
    expect(assets.join('')).not.toContain('url(data:');
  });

  it('knows when it is stale', () => {
    expect(isStale(source.layout, 'node')).toBe(false);
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(source.layout.root, 'core/work/pool.ts'), later, later);
    expect(isStale(source.layout, 'node')).toBe(true);
    expect(isStale(source.layout, 'renderer')).toBe(false);
  });
});

describe('the build refuses', () => {
  async function failure(extra: Readonly<Record<string, string>>): Promise<string> {
    const source = standInSources(extra);
    try {
      return await bundle(source.layout, 'node').then(
        () => 'built',
        (error: unknown) => String(error),
      );
    } finally {
      expect(existsSync(join(source.layout.dist, 'core'))).toBe(false);
      source.remove();
    }
  }
  const main = (line: string): Readonly<Record<string, string>> => ({
    'core/main.ts': `${line}\nexport const startGateway = async () => x;`,
  });

  it.each([
    [
      'a thread entry that it could not rewrite',
      "const name = './work/sum.worker.ts'; const x = new URL(name, import.meta.url);",
      /still names a thread entry/,
    ],
    ['a thread entry that does not exist', "const x = new URL('./gone.worker.ts', import.meta.url);", /does not exist/],
    ['a source file as an address', "const x = new URL('./work/pool.ts', import.meta.url);", /thread entries end in .worker.ts/],
    [
      'a package that it would leave out',
      "import { createRequire } from 'node:module'; const x = createRequire(import.meta.url)('yaml');",
      /uses createRequire in another way/,
    ],
    ['a file that an installed gateway lacks', "const x = new URL('../README.md', import.meta.url);", /outside core and dist/],
  ])('%s', async (_what, line, words) => {
    expect(await failure(main(line))).toMatch(words);
  });

  it('two thread entries of one name', async () => {
    const extra = {
      ...main("const x = [new URL('./work/sum.worker.ts', import.meta.url), new URL('./other/sum.worker.ts', import.meta.url)];"),
      'core/other/sum.worker.ts': 'export {};',
    };
    expect(await failure(extra)).toMatch(/Two thread entries have the name sum.worker.js/);
  });
});

describe('the place of a file that code names', () => {
  const layout = { root: '/p', dist: '/p/dist' };
  it.each([
    ['/p/core/demo/site', './demo/site'],
    ['/p/dist/renderer', '../renderer'],
    ['/p/package.json', '../package.json'],
    ['/p/renderer/index.html', undefined],
    ['/p/corex/a', undefined],
  ])('%s is %s', (target, place) => {
    expect(placeOfFile(layout, target)).toBe(place);
  });
});

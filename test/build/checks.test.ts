import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cycles } from '../../build/checks/cycles.ts';
import { readSources, type SourceFile } from '../../build/checks/imports.ts';
import { layerFaults } from '../../build/checks/layers.ts';
import { sizeFaults } from '../../build/checks/sizes.ts';

const file = (path: string, ...imports: string[]): SourceFile => ({ path, lines: 10, imports });

describe('readSources', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gh-checks-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  it('finds every kind of import, relative ones as paths from the root', () => {
    write(
      'core/a/one.ts',
      [
        "import { b } from './b.ts';",
        "import type { c } from '../c/c.ts';",
        "import 'side-effect';",
        'import {',
        '  many,',
        '  lines,',
        "} from '@scope/name/deep';",
        "export { d } from './d.ts';",
        "export * from './e.ts';",
        "const later = await import('../../renderer/f.ts');",
        'const text = "import x from y";',
      ].join('\n'),
    );
    write('core/a/notes.md', "import x from 'not-a-source';");
    write('core/a/page.tsx', "import React from 'react';");
    const sources = readSources(root, ['core']);
    expect(sources.map((one) => [one.path, one.imports])).toEqual(
      expect.arrayContaining([
        [
          'core/a/one.ts',
          ['core/a/b.ts', 'core/c/c.ts', 'side-effect', '@scope/name/deep', 'core/a/d.ts', 'core/a/e.ts', 'renderer/f.ts'],
        ],
        ['core/a/page.tsx', ['react']],
      ]),
    );
    expect(sources).toHaveLength(2);
  });
});

describe('layers', () => {
  it.each([
    ['core/router/a.ts', 'core/base/clock.ts'],
    ['core/router/a.ts', 'core/router/b.ts'],
    ['core/gateway/gateway.ts', 'core/api/hub.ts'],
    ['core/main.ts', 'core/gateway/gateway.ts'],
    ['core/base/log.ts', 'node:fs'],
    ['renderer/app.tsx', 'core/contract/api.ts'],
    ['renderer/app.tsx', 'core/base/errors.ts'],
    ['renderer/app.tsx', 'react'],
    ['electron/main.ts', 'electron'],
    ['electron/main.ts', 'core/main.ts'],
    ['core/store/sqlite/engine.ts', 'better-sqlite3'],
    ['test/core/x.test.ts', 'core/base/log.ts'],
  ])('allow %s to import %s', (from, to) => {
    expect(layerFaults([file(from, to)])).toEqual([]);
  });

  it.each([
    ['core/base/log.ts', 'core/contract/api.ts', 'stands before or beside'],
    ['core/router/a.ts', 'core/store/spool.ts', 'stands before or beside'],
    ['core/api/hub.ts', 'core/gateway/gateway.ts', 'stands before or beside'],
    ['core/router/a.ts', 'core/novel/b.ts', 'core/novel stands in no level'],
    ['core/router/a.ts', 'renderer/app.tsx', 'core must not know renderer'],
    ['core/router/a.ts', 'test/fakes/x.ts', 'core must not know test'],
    ['core/router/a.ts', 'electron', 'only ^electron'],
    ['renderer/app.tsx', 'core/router/router.ts', 'the renderer knows only'],
    ['renderer/app.tsx', 'electron/preload.ts', 'the renderer knows only'],
    ['electron/main.ts', 'renderer/app.tsx', 'electron must not know renderer'],
    ['core/api/hub.ts', 'react-dom/client', 'may import react-dom'],
    ['core/store/memory-spool.ts', 'better-sqlite3', 'may import better-sqlite3'],
    ['core/cloud/a.ts', 'serialport', 'may import serialport'],
  ])('forbid %s to import %s', (from, to, words) => {
    const faults = layerFaults([file(from, to)]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${from} imports ${to}`);
    expect(faults[0]).toContain(words);
  });
});

describe('cycles', () => {
  it('are found, also through several files and of one file with itself', () => {
    const files = [file('a', 'b', 'lib'), file('b', 'c'), file('c', 'a', 'd'), file('d'), file('e', 'e')];
    expect(cycles(files)).toEqual(['cycle: a -> b -> c -> a', 'cycle: e -> e']);
  });

  it('are not seen where two ways lead to one file', () => {
    expect(cycles([file('a', 'b', 'c'), file('b', 'd'), file('c', 'd'), file('d')])).toEqual([]);
  });
});

describe('sizes', () => {
  it('name the file and the limit', () => {
    const files = [
      { ...file('small'), lines: 400 },
      { ...file('large'), lines: 402 },
    ];
    expect(sizeFaults(files)).toEqual([expect.stringMatching(/^large has 402 lines.*400/)]);
  });
});

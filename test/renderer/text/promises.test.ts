import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { promises } from '../../../renderer/text/promises.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** As it can be compared: without capitals, full stop and curly quotes. */
const bare = (text: string): string => text.trim().toLowerCase().replaceAll('’', "'").replace(/\.$/, '');

/** The cells of the README's table of promises, row by row. */
function readmeRows(): string[][] {
  const [, part = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## What is promised\n');
  const rows =
    part
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ')) ?? [];
  return rows.slice(1).map((line) => line.split('|').slice(1, -1));
}

describe('the table of promises', () => {
  const rows = readmeRows();

  it('says the same in the README and in the console', () => {
    const inConsole = promises.rows.map(({ fault, holds, tested }) => [fault, holds, tested].map(bare));
    const inReadme = rows.map(([fault = '', holds = '', tested = '']) => [fault, holds, tested.split(/: `/)[0] ?? ''].map(bare));
    expect(inReadme).toEqual(inConsole);
  });

  it('names tests that are there', () => {
    const files = readdirSync(join(ROOT, 'test'), { recursive: true }).map(
      (file) => `test/${String(file).replaceAll('\\', '/')}`,
    );
    const named = rows.flatMap(([, , tested = '']) => [...tested.matchAll(/`([\w./-]+)`/g)].map(([, name = '']) => name));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !files.some((file) => file.includes(`/${name}.`) || file === name))).toEqual([]);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SocketGateway, startSocketGateway } from '../../fakes/socket-gateway.ts';
import { createCommand } from './run-command.ts';

const command = createCommand();
let gateway: SocketGateway;
let folder = '';

beforeAll(async () => {
  gateway = await startSocketGateway();
  folder = await mkdtemp(join(tmpdir(), 'gh-report-'));
});
afterEach(command.endAll);
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const one = command.run(['--data', gateway.dataDir, 'report', ...args], { cwd: folder });
  return { code: await one.code, out: one.out(), err: one.err() };
}

describe('gatehouse report', { timeout: 60_000 }, () => {
  it('writes a PDF under the name that the gateway gives it, and not over another file', async () => {
    const file = join(folder, 'acceptance.pdf');
    expect(await run('--by', 'Kim', '--company', 'Pumps & Sons', '--device', 'meter', 'gps')).toMatchObject({
      code: 0,
      out: `Written to ${file} (8 B).\n`,
    });
    expect(await readFile(file, 'utf8')).toBe('%PDF-1.7');
    expect(gateway.fake.asked.find(({ method }) => method === 'report.make')?.input).toEqual({
      format: 'pdf',
      by: 'Kim',
      company: 'Pumps & Sons',
      note: '',
      devices: ['meter', 'gps'],
    });
    const again = await run('--by', 'Kim');
    expect(again.code).toBe(2);
    expect(again.err).toContain(`the file ${file} is there already\nRemove it, or name another file with --out.`);
  });

  it('writes a page to a file of any name, also over an older one', async () => {
    const file = join(folder, 'page.html');
    for (const _turn of [1, 2]) {
      const { code, out } = await run('--by', 'Kim', '--format', 'html', '--out', file, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual({ file, bytes: 45 });
    }
    expect(await readFile(file, 'utf8')).toContain('Site acceptance');
  });

  it('wants to know who accepts, and a folder that is there', async () => {
    expect((await run()).err).toContain('by');
    expect((await run()).code).toBe(2);
    const nowhere = await run('--by', 'Kim', '--out', join(folder, 'no/such/file.pdf'));
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain('cannot be written');
  });
});

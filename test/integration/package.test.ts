import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, isStale } from '../../build/bundle.ts';
import { checkPackage } from '../../build/check-package.ts';
import { layoutOf, projectRoot } from '../../build/layout.ts';
import { packageLinux } from '../../build/package.ts';
import { writeStandInElectron } from '../build/stand-in-electron.ts';

const ELECTRON_VERSION = '45.4.1';
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe.skipIf(process.platform !== 'linux')('the package (Linux, against a stand-in for Electron’s files)', () => {
  let folder: string;
  let app: string;
  beforeAll(async () => {
    const layout = layoutOf(projectRoot);
    for (const part of ['node', 'renderer'] as const) if (isStale(layout, part)) await bundle(layout, part);
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'));
    const electronDist = join(folder, 'electron');
    writeStandInElectron(electronDist, ELECTRON_VERSION);
    app = await packageLinux({ project: projectRoot, output: join(folder, 'out'), dir: true, electronDist, arch });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has all it needs, nothing it does not, checksums, and the fuses as wanted', async () => {
    expect(await checkPackage(app, `linux-${arch}`)).toEqual([]);
  });

  it('ships the service units', () => {
    expect(readFileSync(join(app, 'resources/service/gatehouse-headless.service'), 'utf8')).toContain('NoNewPrivileges=true');
  });

  it('is found faulty when a fuse is wrong, a file is lost or the platform is another', async () => {
    const damaged = join(folder, 'damaged');
    cpSync(app, damaged, { recursive: true });
    await flipFuses(join(damaged, 'gatehouse'), { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: true });
    rmSync(join(damaged, 'resources/app.asar.unpacked/dist/core/cli.js'));
    const faults = await checkPackage(damaged, 'linux-riscv64');
    expect(faults).toContain('the fuse runAsNode is not off');
    expect(faults).toContain('dist/core/cli.js is not on the disk');
    expect(faults.join('\n')).toMatch(/better-sqlite3.*is for another platform/);
  });

  it('runs under plain Node away from the sources: demo site, threads, native code, console, and an orderly stop', async () => {
    const away = join(folder, 'away');
    mkdirSync(away);
    cpSync(join(app, 'resources/app.asar.unpacked'), join(away, 'app'), { recursive: true });
    const cli = (...args: string[]): string[] => [join(away, 'app/dist/core/cli.js'), ...args, '--data', join(away, 'data')];
    const port = await freePort();
    let said = '';
    const child: ChildProcess = spawn(process.execPath, cli('start', '--headless', '--port', String(port), '--mqtt-port', '0'), {
      cwd: away,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const hear = (text: unknown): void => {
        said += String(text);
      };
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
      const devices = (): string =>
        execFileSync(process.execPath, cli('devices', '--json'), { cwd: away, encoding: 'utf8', timeout: 20_000, stdio: 'pipe' });
      await expect
        .poll(
          () => {
            try {
              return devices();
            } catch (error) {
              return `${said}\n${String(error)}`;
            }
          },
          { timeout: 30_000, interval: 500 },
        )
        .toMatch(/"good"|"ok"|online/);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<script type="module"');
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

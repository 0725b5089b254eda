import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe, GatewayError } from '../core/base/errors.ts';
import { checkPackage } from './check-package.ts';
import { packagerConfig } from './electron-builder.ts';
import { projectRoot } from './layout.ts';

export interface PackageOptions {
  /** The folder with package.json, dist and node_modules. */
  readonly project: string;
  readonly output: string;
  /** Only the unpacked folder, no installer. */
  readonly dir: boolean;
  readonly electronDist?: string;
  readonly arch: 'x64' | 'arm64';
}

/** Packages for Linux what has been built, and checks the result. Returns the unpacked folder. */
export async function packageLinux(options: PackageOptions): Promise<string> {
  if (!existsSync(join(options.project, 'dist/electron/main.js'))) {
    throw new GatewayError('document/unreadable', 'dist/electron/main.js does not exist.', {
      remedy: 'Run npm run build first.',
    });
  }
  const { Arch, build, Platform } = await import('electron-builder');
  const arch = options.arch === 'x64' ? Arch.x64 : Arch.arm64;
  const { output, electronDist } = options;
  await build({
    projectDir: options.project,
    targets: Platform.LINUX.createTarget(options.dir ? ['dir'] : ['deb', 'AppImage'], arch),
    config: packagerConfig({ output, ...(electronDist === undefined ? {} : { electronDist }) }),
    publish: 'never',
  });
  const folder = join(options.output, options.arch === 'x64' ? 'linux-unpacked' : 'linux-arm64-unpacked');
  const faults = await checkPackage(folder, `linux-${options.arch}`);
  if (faults.length > 0) throw new GatewayError('gateway/internal', `The package has faults:\n  ${faults.join('\n  ')}`);
  return folder;
}

async function packageWindows(output: string, dir: boolean, electronDist: string | undefined): Promise<void> {
  const { Arch, build, Platform } = await import('electron-builder');
  await build({
    projectDir: projectRoot,
    targets: Platform.WINDOWS.createTarget([dir ? 'dir' : 'nsis'], Arch.x64),
    config: packagerConfig({ output, ...(electronDist === undefined ? {} : { electronDist }) }),
    publish: 'never',
  });
}

/** `npm run package -- [--dir] [--arch x64|arm64]`; ELECTRON_DIST names an Electron folder or zip where there is no download. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { dir: { type: 'boolean' }, arch: { type: 'string' } } });
  const electronDist = process.env['ELECTRON_DIST'];
  const output = join(projectRoot, 'release');
  if (process.platform === 'win32') return await packageWindows(output, values.dir === true, electronDist);
  const arch = (values.arch ?? process.arch) === 'arm64' ? 'arm64' : 'x64';
  const known = electronDist === undefined ? {} : { electronDist };
  const folder = await packageLinux({ project: projectRoot, output, dir: values.dir === true, arch, ...known });
  console.log(`package: ${folder} is complete`);
}

if (import.meta.main) {
  main().catch((cause: unknown) => {
    console.error(`package: ${describe(cause)}`);
    process.exitCode = 1;
  });
}

import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { getRawHeader } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FUSES, SHIPPED_FONTS } from './electron-builder.ts';

const FUSE_NAMES: Readonly<Record<keyof typeof FUSES, FuseV1Options>> = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
};

const FONTS = 'node_modules/dejavu-fonts-ttf/ttf';

const NEEDED = [
  'package.json',
  'dist/package.json',
  'dist/electron/main.js',
  'dist/electron/preload.cjs',
  'dist/core/headless.js',
  'dist/core/cli.js',
  'dist/renderer/index.html',
  'dist/core/report.worker.js',
  'node_modules/dejavu-fonts-ttf/LICENSE',
  ...SHIPPED_FONTS.map((name) => `${FONTS}/${name}`),
];

interface Entry {
  readonly path: string;
  readonly unpacked: boolean;
  readonly hashed: boolean;
}

interface Node {
  readonly files?: Readonly<Record<string, Node>>;
  readonly unpacked?: boolean;
  readonly integrity?: unknown;
}

function entriesOf(node: Node, path = ''): Entry[] {
  return Object.entries(node.files ?? {}).flatMap(([name, child]) => {
    const inner = path === '' ? name : `${path}/${name}`;
    if (child.files) return entriesOf(child, inner);
    return [{ path: inner, unpacked: child.unpacked === true, hashed: child.integrity !== undefined }];
  });
}

function archiveFaults(entries: readonly Entry[]): string[] {
  const faults: string[] = [];
  const paths = new Set(entries.map((entry) => entry.path));
  for (const path of NEEDED) if (!paths.has(path)) faults.push(`${path} is missing`);
  for (const { path, unpacked, hashed } of entries) {
    if (/\.(node|ttf)$|^dist\//.test(path) && !unpacked)
      faults.push(`${path} is inside the archive, where threads cannot read it`);
    if (!hashed) faults.push(`${path} has no checksum`);
    if (/\.(ts|tsx|map|c|cc|cpp|h|hpp)$/.test(path)) faults.push(`${path} is source and should not be shipped`);
    if (/^node_modules\/(node-(linux|win|darwin)|electron|vite|typescript)/.test(path))
      faults.push(`${path} is not part of the gateway`);
    if (path.endsWith('.ttf') && !NEEDED.includes(path)) faults.push(`${path} is a font that nothing is written in`);
  }
  return faults;
}

/** `linux-x64` for both ways in which the packages name their binaries. */
function nativeFaults(entries: readonly Entry[], platform: string): string[] {
  const natives = entries.filter((entry) => entry.path.endsWith('.node')).map((entry) => entry.path);
  const foreign = natives.filter((path) => !path.includes(`prebuilds/${platform}`));
  const missing = ['better-sqlite3', '@serialport/bindings-cpp'].filter(
    (name) => !natives.some((path) => path.startsWith(`node_modules/${name}/`)),
  );
  return [
    ...foreign.map((path) => `${path} is for another platform`),
    ...missing.map((name) => `the native code of ${name} for ${platform} is missing`),
  ];
}

async function fuseFaults(program: string): Promise<string[]> {
  const wire = await getCurrentFuseWire(program);
  return Object.entries(FUSES).flatMap(([name, wanted]) => {
    const state = wire[FUSE_NAMES[name as keyof typeof FUSES]];
    return state === (wanted ? FuseState.ENABLE : FuseState.DISABLE) ? [] : [`the fuse ${name} is not ${wanted ? 'on' : 'off'}`];
  });
}

/**
 * Reads the archive's header and the program's fuses and names everything that is wrong; empty when all is well.
 * @param folder the unpacked app
 * @param platform such as `linux-x64`
 */
export async function checkPackage(folder: string, platform: string): Promise<string[]> {
  const archive = join(folder, 'resources', 'app.asar');
  if (!existsSync(archive)) return ['resources/app.asar is missing'];
  const entries = entriesOf(getRawHeader(archive).header);
  const beside = `${archive}.unpacked`;
  const onDisk = new Set(readdirSync(beside, { recursive: true, encoding: 'utf8' }).map((path) => path.split(sep).join('/')));
  const lost = entries
    .filter((entry) => entry.unpacked && !onDisk.has(entry.path))
    .map((entry) => `${entry.path} is not on the disk`);
  const service = existsSync(join(folder, 'resources/service/gatehouse-headless.service'))
    ? []
    : ['the service units are missing'];
  const program = join(folder, platform.startsWith('win') ? 'gatehouse.exe' : 'gatehouse');
  return [...archiveFaults(entries), ...nativeFaults(entries, platform), ...lost, ...service, ...(await fuseFaults(program))];
}

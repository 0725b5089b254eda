import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Linux kernel with its modules and a first RAM disk, for a machine that can be cut from its power. */
export interface Kernel {
  readonly image: string;
  readonly ramDisk: string;
}

const TOOLS = ['qemu-system-x86_64', 'kmod', 'cpio', 'mkfs.ext4', 'dpkg-deb'];
const PACKAGES = ['qemu-system-x86', 'kmod', 'cpio', 'e2fsprogs', 'dpkg'];
/** What the first RAM disk must load to find the host's root. */
const EARLY_MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];
const APPLETS = ['sh', 'mount', 'mkdir', 'insmod', 'switch_root', 'cat'];

const run = (command: string, args: readonly string[], cwd?: string): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...(cwd ? { cwd } : {}) });

function installTools(): void {
  const missing = TOOLS.filter((tool) => {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES]);
}

/** The guest's root is this machine's own, read-only, with a layer of RAM over it: it has the same Node and the same project. */
const initScript = (modules: string): string => `#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read m; do insmod /m/$m; done < /mods
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /lo
mkdir /up; mount -t tmpfs tmpfs /up; mkdir /up/u /up/w; mount -t overlay -o lowerdir=/lo,upperdir=/up/u,workdir=/up/w overlay /nr
S=$(cat /proc/cmdline); S=\${S##*guest=}; S=\${S%% *}
mkdir -p /nr/lib/modules; mount -o bind /lo${modules} /nr/lib/modules
for d in proc sys dev; do mount -o move /$d /nr/$d; done
mkdir -p /nr/dev/pts /nr/dev/shm; mount -t devpts devpts /nr/dev/pts; mount -t tmpfs tmpfs /nr/dev/shm; mount -t tmpfs tmpfs /nr/run
exec switch_root /nr /bin/bash -c ". $S; echo o > /proc/sysrq-trigger; while :; do :; done"
`;

function makeRamDisk(folder: string, root: string, version: string): string {
  const tree = join(folder, 'ram');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'nr', 'lo', 'm']) mkdirSync(join(tree, name), { recursive: true });
  cpSync(join(root, 'bin/busybox'), join(tree, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(tree, 'bin', applet));
  const files: string[] = [];
  for (const name of EARLY_MODULES) {
    const lines = run('modprobe', ['-d', root, '-S', version, '--show-depends', name]).split('\n');
    for (const line of lines) {
      const file = /^insmod (\S+)/.exec(line)?.[1];
      if (file && !files.includes(file)) files.push(file);
    }
  }
  for (const file of files) cpSync(file, join(tree, 'm', file.slice(file.lastIndexOf('/') + 1)));
  writeFileSync(join(tree, 'mods'), files.map((file) => `${file.slice(file.lastIndexOf('/') + 1)}\n`).join(''));
  writeFileSync(join(tree, 'init'), initScript(join(root, 'lib/modules')));
  chmodSync(join(tree, 'init'), 0o755);
  const disk = join(folder, 'ram.gz');
  run('sh', ['-c', `find . | cpio -o -H newc --quiet | gzip -1 > "${disk}"`], tree);
  return disk;
}

/** Brings Debian's kernel into `folder`, once; later calls find it there. Needs root, Debian and its package mirror. */
export function prepareKernel(folder: string): Kernel {
  const done = join(folder, 'ready');
  const root = join(folder, 'root');
  if (!existsSync(done)) {
    installTools();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    const depends = run('apt-cache', ['depends', 'linux-image-amd64']);
    const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
    if (!kernel) throw new Error('Debian does not name its kernel package: run apt-get update');
    run('apt-get', ['download', kernel, 'busybox-static'], folder);
    for (const file of readdirSync(folder)) if (file.endsWith('.deb')) run('dpkg-deb', ['-x', join(folder, file), root]);
    const [version] = readdirSync(join(root, 'lib/modules'));
    if (!version) throw new Error('the kernel package holds no modules');
    run('depmod', ['-b', root, version]);
    makeRamDisk(folder, root, version);
    renameSync(join(root, 'boot', `vmlinuz-${version}`), join(folder, 'vmlinuz'));
    writeFileSync(done, version);
  }
  return { image: join(folder, 'vmlinuz'), ramDisk: join(folder, 'ram.gz') };
}

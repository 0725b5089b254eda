import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Everything that is tested, in one command: installs the Debian packages that the tests use as peers (only what is missing), builds,
 * checks types, lint and layers, and runs every suite. The last line is `N passed, N failed`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

/** A program (or file) that shows that a package is there. */
const PEERS: readonly { readonly has: string; readonly packages: readonly string[] }[] = [
  { has: 'command -v socat', packages: ['socat'] },
  { has: 'command -v mosquitto || test -x /usr/sbin/mosquitto', packages: ['mosquitto'] },
  { has: 'command -v mosquitto_pub', packages: ['mosquitto-clients'] },
  { has: 'command -v chromium', packages: ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji'] },
  {
    has: '/usr/bin/python3 -c "import pymodbus, serial"',
    packages: ['python3', 'python3-pymodbus', 'python3-serial', 'python3-serial-asyncio'],
  },
  { has: 'command -v mbpoll', packages: ['mbpoll'] },
  {
    has: 'command -v gcc && command -v pkg-config && pkg-config --exists libmodbus',
    packages: ['gcc', 'libc6-dev', 'pkg-config', 'libmodbus-dev'],
  },
  { has: 'command -v openssl', packages: ['openssl'] },
  { has: 'command -v flock && command -v mount', packages: ['util-linux', 'mount'] },
  { has: 'command -v strace', packages: ['strace'] },
  { has: 'command -v faketime', packages: ['faketime'] },
  { has: 'command -v udevadm', packages: ['udev'] },
  { has: '/usr/bin/python3 -c "import dbus, gi.repository.GLib"', packages: ['python3-dbus', 'python3-gi', 'gir1.2-glib-2.0'] },
  { has: 'command -v dbus-daemon', packages: ['dbus'] },
  { has: 'command -v ser2net', packages: ['ser2net'] },
  { has: 'command -v xz', packages: ['xz-utils'] },
  { has: 'command -v pdftotext', packages: ['poppler-utils'] },
];

const shell = (command: string): boolean => spawnSync('sh', ['-c', command], { stdio: 'ignore' }).status === 0;

function installPeers(): void {
  if (process.platform !== 'linux') {
    console.log('Peers are installed on Debian only; tests that need one are skipped here.');
    return;
  }
  const missing = PEERS.filter((peer) => !shell(peer.has)).flatMap((peer) => peer.packages);
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? '' : shell('sudo -n true') ? 'sudo -n ' : null;
  if (!shell('command -v apt-get') || sudo === null) {
    console.log(
      `Missing and not installable here (needs Debian, and root or sudo): ${missing.join(' ')}. Tests that need them are skipped.`,
    );
    return;
  }
  console.log(`Installing for the tests: ${missing.join(' ')}`);
  const install = `${sudo}apt-get update -qq && ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${missing.join(' ')}`;
  spawnSync('sh', ['-c', `(${install}) >/dev/null`], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Recordings of real receivers with gpsd's own decoding beside them stand only in its source package. A test that needs them says so. */
function fetchRecordings(): void {
  const folder = `${root}.cache/gpsd`;
  if (process.platform !== 'linux' || shell(`test -d '${folder}/test/daemon'`) || !shell('command -v apt-get')) return;
  console.log('Fetching the recordings of receivers from the source package of gpsd.');
  const places = '-o Dir::Etc::SourceList=./src.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=./lists';
  const script = `set -e; mkdir -p '${folder}/lists/partial'; cd '${folder}'; . /etc/os-release
    printf 'deb-src http://deb.debian.org/debian %s main\\n' "$VERSION_CODENAME" > src.list
    apt-get ${places} update -qq; apt-get ${places} source -qq --download-only gpsd
    tar xJf gpsd_*.orig.tar.xz --strip-components=1 --wildcards '*/test/daemon' '*/COPYING'`;
  spawnSync('sh', ['-c', `(${script}) >/dev/null 2>&1`], { stdio: 'ignore' });
}

function step(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  console.log(`\n== ${name}`);
  return spawnSync(process.execPath, [...args], { cwd: root, stdio: 'inherit', env }).status === 0;
}

installPeers();
fetchRecordings();
const failed = [...(step('build', ['build/build.ts']) ? [] : ['build']), ...(step('check', ['build/check.ts']) ? [] : ['check'])];
const env = { ...process.env, GATEHOUSE_FAILED_STEPS: failed.join(',') };
const tested = step(
  'tests',
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'build/vitest.config.ts', ...process.argv.slice(2)],
  env,
);
process.exit(tested && failed.length === 0 ? 0 : 1);

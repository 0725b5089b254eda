import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from '../bench/peers.ts';
import { prepareKernel } from '../faults/power/kernel.ts';
import { serveControl } from './control.ts';
import { startMachine } from './machine.ts';

/**
 * The gateway with real USB serial adapters, by hand and not among the tests:
 *
 *     node test/guest/usb.ts [--scenes list,plug,...] [--cycles 60] [--kernel <folder>] [--verbose]
 *
 * An emulated machine (QEMU without KVM) runs Debian's kernel with the real driver ftdi_sio and the real udevd on this machine's own root,
 * read-only with a layer of RAM over it. Adapters are plugged in and out by QEMU's monitor while the gateway runs inside; the devices
 * behind them run out here. Needs root, Debian and its package mirror (72 MB at the first time, kept in `.cache/power`), 3 GB of memory.
 * Takes about 8 minutes with 60 cycles on two cores. Ends with 0 where every check held.
 */
const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const ADAPTERS = ['a', 'b', 'c', 'd', 'e'];
const LIMIT_MS = 30 * 60_000;

const { values } = parseArgs({
  options: {
    scenes: { type: 'string', default: '' },
    cycles: { type: 'string', default: '60' },
    kernel: { type: 'string', default: join(ROOT, '.cache/power') },
    verbose: { type: 'boolean', default: false },
  },
});

const script = (cli: string): string => `
export HOME=/root PATH=${join(ROOT, 'node_modules/.bin')}:/usr/sbin:/usr/bin:/sbin:/bin UV_THREADPOOL_SIZE=8
modprobe -a virtio_console xhci_pci usbserial ftdi_sio
ip link set lo up
mkdir -p /run/udev; /lib/systemd/systemd-udevd --daemon
udevadm trigger; udevadm settle
cd /root
node ${join(ROOT, 'test/guest/inside.ts')} --cli ${cli} --cycles ${Number(values.cycles)} --scenes '${values.scenes.replaceAll(/[^a-z,]/g, '')}' 2>&1
`;

async function main(): Promise<number> {
  const kernel = prepareKernel(resolve(values.kernel));
  // below the project, so that the copy of the bundle finds its packages
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/guest-'));
  chmodSync(folder, 0o755); // one scene runs it as another user
  const file = join(folder, 'guest.sh');
  cpSync(dirname(bundled()), join(folder, 'core'), { recursive: true });
  writeFileSync(file, script(join(folder, 'core/cli.js')));
  const lines: string[] = [];
  const note = (line: string): void => {
    lines.push(line);
    if (values.verbose) console.log(`  | ${line}`);
  };
  const machine = await startMachine(kernel, file, folder, ADAPTERS, note);
  const late = setTimeout(() => void machine.stop(), LIMIT_MS);
  try {
    const { failed } = await serveControl(machine, ADAPTERS, (text) => console.log(text));
    return failed;
  } catch (cause) {
    console.error(`${String(cause)}\n${lines.slice(-40).join('\n')}`);
    return 1;
  } finally {
    clearTimeout(late);
    await machine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const failed = await main();
console.log(failed === 0 ? 'every check held' : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;

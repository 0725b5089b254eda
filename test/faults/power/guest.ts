import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Kernel } from './kernel.ts';

/** An emulated machine that runs one script on a disk of its own. */
export interface Guest {
  /** Resolves when the emulator has ended. */
  readonly ended: Promise<void>;
  /** Pulls the plug: what the guest's memory held and its disk had not got is gone. */
  cut(): Promise<void>;
}

/** Starts it; `onLine` hears every line that the script prints. The disk is `/dev/vda` in the guest. */
export function startGuest(kernel: Kernel, script: string, disk: string, onLine: (line: string) => void): Guest {
  const child: ChildProcess = spawn(
    'qemu-system-x86_64',
    [
      ...[
        '-accel',
        'tcg,thread=multi',
        '-cpu',
        'max',
        '-m',
        '2048',
        '-smp',
        '2',
        '-nodefaults',
        '-display',
        'none',
        '-no-reboot',
      ],
      ...['-serial', 'stdio', '-kernel', kernel.image, '-initrd', kernel.ramDisk],
      ...['-append', `console=ttyS0 quiet loglevel=1 panic=-1 guest=${script}`],
      // without multidevs=remap mounts below the root would vanish in the guest
      ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
      ...['-device', 'virtio-9p-pci,fsdev=root,mount_tag=host'],
      ...['-drive', `file=${disk},format=raw,if=virtio,cache=writeback`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine(line.trimEnd()));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL') onLine(`the emulator ended with ${code ?? signal}`);
      resolve();
    });
  });
  return {
    ended,
    async cut() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

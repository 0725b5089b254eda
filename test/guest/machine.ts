import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Kernel } from '../faults/power/kernel.ts';

/** An emulated machine with a USB controller, into which serial adapters are plugged while it runs. */
export interface Machine {
  /** The line to the program that runs inside. */
  readonly control: Socket;
  /** What comes out of adapter `name` on the other side, and goes into it; open as long as the machine runs. */
  readonly wire: (name: string) => Socket;
  /** An adapter of the kind FTDI FT232 (0403:6001). An empty serial number: it has none. */
  plug(name: string, socket: number, serial: string): Promise<void>;
  unplug(name: string): Promise<void>;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const Answer = z.union([
  z.object({ error: z.object({ desc: z.string() }) }),
  z.object({ return: z.unknown().refine((value) => value !== undefined) }),
]);
type Answer = z.infer<typeof Answer>;

async function reach(path: string, limitMs: number): Promise<Socket> {
  const until = performance.now() + limitMs;
  for (;;) {
    const socket = connect(path);
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (open) {
      socket.on('error', () => {}); // the emulator has ended
      return socket;
    }
    if (performance.now() > until) throw new Error(`the emulator does not open ${path}`);
    await sleep(50);
  }
}

/** QEMU's machine protocol: one command at a time, events between them are skipped. */
async function openMonitor(path: string): Promise<(execute: string, args?: object) => Promise<Answer>> {
  const socket = await reach(path, 20_000);
  const waiting: ((answer: Answer) => void)[] = [];
  const lines = createInterface({ input: socket });
  lines.on('error', () => {}); // the emulator has ended
  lines.on('line', (line) => {
    const said = Answer.safeParse(JSON.parse(line)); // an event is neither
    if (said.success) waiting.shift()?.(said.data);
  });
  const ask = (execute: string, args?: object): Promise<Answer> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  await ask('qmp_capabilities');
  return ask;
}

function launch(kernel: Kernel, script: string, folder: string, adapters: readonly string[], onLine: (line: string) => void) {
  const socketAt = (id: string): string => `socket,id=${id},path=${join(folder, `${id}.sock`)},server=on,wait=off`;
  const child: ChildProcess = spawn(
    'qemu-system-x86_64',
    [
      ...[
        '-accel',
        'tcg,thread=multi',
        '-cpu',
        'max',
        '-m',
        '2560',
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
      ...['-qmp', `unix:${join(folder, 'qmp.sock')},server=on,wait=off`],
      ...['-device', 'qemu-xhci,id=usb,p2=8,p3=8', '-device', 'virtio-serial-pci'],
      ...['-chardev', socketAt('control'), '-device', 'virtserialport,chardev=control,name=control'],
      ...adapters.flatMap((name) => ['-chardev', socketAt(name)]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine(line.trimEnd()));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  return { child, ended };
}

/** Starts it with nothing plugged in. `onLine` hears what it prints on its console. */
export async function startMachine(
  kernel: Kernel,
  script: string,
  folder: string,
  adapters: readonly string[],
  onLine: (line: string) => void,
): Promise<Machine> {
  const { child, ended } = launch(kernel, script, folder, adapters, onLine);
  try {
    const ask = await openMonitor(join(folder, 'qmp.sock'));
    const control = await reach(join(folder, 'control.sock'), 20_000);
    const wires = new Map<string, Socket>();
    for (const name of adapters) wires.set(name, await reach(join(folder, `${name}.sock`), 20_000));
    async function done(execute: string, args: object): Promise<void> {
      let why = '';
      // a wire is free again only a moment after its adapter went
      for (let tries = 0; tries < 50; tries += 1) {
        const answer = await ask(execute, args);
        if (!('error' in answer)) return;
        why = answer.error.desc;
        await sleep(20);
      }
      throw new Error(`${execute} ${JSON.stringify(args)}: ${why}`);
    }
    return {
      control,
      wire(name) {
        const wire = wires.get(name);
        if (!wire) throw new Error(`there is no wire ${name}`);
        return wire;
      },
      plug: (name, socket, serial) =>
        done('device_add', {
          driver: 'usb-serial',
          id: `adapter-${name}`,
          chardev: name,
          serial,
          bus: 'usb.0',
          port: String(socket),
          'always-plugged': true,
        }),
      unplug: (name) => done('device_del', { id: `adapter-${name}` }),
      ended,
      async stop() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  } catch (cause) {
    child.kill('SIGKILL');
    throw cause;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import type { InstanceData } from '../protocol.ts';
import type { Carrier, CarrierListener, CarrierOptions, MemorySample, StartCarrier } from './carrier.ts';
import { type CellFile, openCellFile } from './file-cell.ts';
import { frameOf } from './frames.ts';
import { memoryOfProcess } from './memory-of-process.ts';
import { permissionFlags } from './permission-flags.ts';
import { type WatchedProcess, watchProcess } from './process-watch.ts';
import { createWarden } from './warden.ts';

const MB = 1024 * 1024;
/** Place of the cell's descriptor in the child: after standard input, output, error and the line. */
const CELL_DESCRIPTOR = 4;
/** What a process says of its own memory counts for so long; it says it each second, unless it hangs. */
const FRESH_MS = 2000;
/** Memory that a process of Node has to itself before it does anything. */
const BARE_BYTES = 20 * MB;

export interface ProcessCarrierDeps {
  readonly clock: Clock;
  /** A plain Node of this gateway's version. */
  readonly nodePath: string;
  /** Makes the name of the cell's file. */
  newId(): string;
}

/** The gateway's own code, which the child must be able to read: `core` in the source tree, `dist/core` and its manifest when bundled. */
function homeOf(entry: string): readonly string[] {
  const folder = dirname(entry);
  return entry.endsWith('.ts') ? [dirname(folder)] : [folder, join(dirname(folder), 'package.json')];
}

/** Without what would give Node flags that undo ours. */
const harmless = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.toUpperCase() !== 'NODE_OPTIONS'));

function startChild(deps: ProcessCarrierDeps, options: CarrierOptions, cellFile: CellFile): ChildProcess {
  const entry = fileURLToPath(new URL('../function.child.ts', import.meta.url));
  const { directory } = options.data;
  return spawn(deps.nodePath, [...permissionFlags(options, homeOf(entry)), entry], {
    cwd: directory,
    env: harmless(options.env),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', cellFile.descriptor],
  });
}

/** Function instances in processes of their own, under Node's permission model. */
export function createProcessCarrier(deps: ProcessCarrierDeps): StartCarrier {
  const { clock } = deps;
  const warden = createWarden();
  return (options, listener): Carrier => {
    let cellFile: CellFile | undefined;
    let child: ChildProcess | undefined;
    let watched: WatchedProcess | undefined;
    let over = false;
    let asked = false;
    let said: { readonly heapBytes: number; readonly externalBytes: number; readonly at: number } | undefined;
    const ears: CarrierListener = {
      onMessage(message) {
        if (message.t === 'memory') said = { ...message, at: clock.monotonic() };
        else listener.onMessage(message);
      },
      onOutput: listener.onOutput,
      onEnd(end) {
        over = true;
        cellFile?.close();
        listener.onEnd(end);
      },
    };
    try {
      cellFile = openCellFile(`gatehouse-cell-${deps.newId()}`);
      child = startChild(deps, options, cellFile);
      warden.watch(child);
      watched = watchProcess(child, { clock, listener: ears, asked: () => asked });
      const data: InstanceData = { ...options.data, cell: CELL_DESCRIPTOR };
      watched.write(frameOf(data));
    } catch (cause) {
      queueMicrotask(() => ears.onEnd({ exitCode: null, outOfMemory: false, cause }));
    }
    /** The heap has a limit of its own: what is over it is surely buffers, also while the process hangs and says nothing. */
    async function sample(pid: number): Promise<MemorySample> {
      const use = await memoryOfProcess(pid);
      const fresh = said && clock.monotonic() - said.at < FRESH_MS ? said : undefined;
      const heapLimit = options.heapLimitMb * MB;
      const extra = cellFile?.extraBytes() ?? 0;
      const used = Math.max(0, (use?.privateBytes ?? 0) - BARE_BYTES) + extra;
      const cpuMs = use?.cpuMs ?? null;
      if (fresh)
        return { heapBytes: fresh.heapBytes, externalBytes: Math.max(fresh.externalBytes + extra, used - heapLimit), cpuMs };
      return { heapBytes: Math.min(used, heapLimit), externalBytes: Math.max(0, used - heapLimit), cpuMs };
    }
    return {
      isolation: 'process',
      cell: cellFile?.cell ?? { load: () => 0, store() {} },
      pid: child?.pid ?? null,
      send(message) {
        watched?.write(frameOf(message));
      },
      sample: async () => (over || child?.pid === undefined ? null : sample(child.pid)),
      terminate() {
        asked = true;
        if (!over) child?.kill('SIGKILL');
      },
    };
  };
}

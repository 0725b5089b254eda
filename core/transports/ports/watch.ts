import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';

const POLL_MS = 1000;
const DEBOUNCE_MS = 30;
const RETRY = { firstMs: 5000, maxMs: 300_000 };

export interface PortWatch {
  stop(): void;
}

/** Says that a folder changed. A folder that is not there, or goes, is tried again with every `renew`. */
function watchFolder(folder: string, interesting: RegExp, hint: () => void): { renew(): void; stop(): void } {
  let watcher: FSWatcher | undefined;
  const drop = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  return {
    renew() {
      if (watcher) return;
      try {
        watcher = watch(folder, { persistent: false }, (_, name) => {
          if (name === folder.slice(folder.lastIndexOf('/') + 1)) drop(); // the folder itself went
          if (name === null || interesting.test(name)) hint();
        });
        watcher.on('error', drop);
      } catch {
        watcher = undefined; // not there yet
      }
    },
    stop: drop,
  };
}

/**
 * Runs udevadm for as long as its standard input is open, so that it ends with this process however that ends. It has no such option, and
 * while no port comes or goes it would not notice that nobody reads what it says.
 */
const LISTEN = `
command -v udevadm >/dev/null || exit 127
exec 3<&0
udevadm monitor --kernel --subsystem-match=tty &
monitor=$!
{ read -r _ <&3; kill "$monitor"; } &
reader=$!
wait "$monitor"
kill "$reader"
`;
const NO_PROGRAM = 127;

/** Listens to the kernel's events by udevadm. Where there is none, nothing happens; where it ends, it is started again after a while. */
function watchKernel(clock: Clock, hint: () => void): () => void {
  let child: ChildProcess | undefined;
  let stopped = false;
  let cancel = (): void => {};
  const backoff = createBackoff(RETRY);
  function launch(): void {
    const one = spawn('sh', ['-c', LISTEN], { stdio: ['pipe', 'pipe', 'ignore'] });
    child = one;
    let missing = false;
    one.unref();
    for (const pipe of [one.stdin, one.stdout]) if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
    one.stdin.on('error', () => {}); // it has ended by itself
    one.stdout.on('data', hint);
    one.on('error', () => {
      missing = true; // no shell: looking once a second goes on
    });
    one.on('close', (code) => {
      child = undefined;
      if (!stopped && !missing && code !== NO_PROGRAM) cancel = clock.after(backoff.next(), launch);
    });
  }
  launch();
  return () => {
    stopped = true;
    cancel();
    child?.stdin?.end();
  };
}

/**
 * Calls `look` when ports may have changed: after the kernel's events where udevadm is there (`system`), after changes below `dev`, and
 * once a second in any case. `look` never runs twice at once.
 */
export function watchPorts(
  roots: { readonly dev: string; readonly system: boolean },
  clock: Clock,
  look: () => Promise<void>,
): PortWatch {
  let soon: (() => void) | undefined;
  let stopped = false;
  function hint(): void {
    if (stopped) return;
    soon ??= clock.after(DEBOUNCE_MS, () => {
      soon = undefined;
      void look();
    });
  }
  const folders = [
    watchFolder(roots.dev, /^(tty|serial|rfcomm)/, hint),
    watchFolder(`${roots.dev}/serial`, /./, hint),
    watchFolder(`${roots.dev}/serial/by-id`, /./, hint),
  ];
  const renew = (): void => {
    for (const folder of folders) folder.renew();
  };
  renew();
  const stopKernel = roots.system && process.platform === 'linux' ? watchKernel(clock, hint) : () => {};
  const stopPoll = clock.every(POLL_MS, () => {
    renew();
    void look();
  });
  return {
    stop() {
      stopped = true;
      soon?.();
      stopPoll();
      stopKernel();
      for (const folder of folders) folder.stop();
    },
  };
}

import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../base/clock.ts';
import { isFromInstance } from '../protocol-guard.ts';
import type { CarrierEnd, CarrierListener } from './carrier.ts';

/** What has arrived is read within milliseconds; a process that the function started may keep the output open for ever. */
const DRAIN_MS = 1000;
/** V8's last words fit into this, in characters. */
const TAIL = 4096;
const HEAP_FULL = /JavaScript heap out of memory|Allocation failed - process out of memory/;

export interface ProcessWatchDeps {
  readonly clock: Clock;
  readonly listener: CarrierListener;
  /** Whether the gateway itself has ended it. */
  asked(): boolean;
}

/**
 * Tells what a process says, and of its end once. The exit may be seen before the last messages and the last output: the end is told
 * when all of it has been read.
 */
export function watchProcess(child: ChildProcess, { clock, listener, asked }: ProcessWatchDeps): void {
  let tail = '';
  let exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  let told = false;
  let cancelDrain: (() => void) | undefined;
  /** The message channel, and both outputs. */
  let open = 3;

  function endOf(): CarrierEnd {
    const { code = null, signal = null } = exit ?? {};
    const outOfMemory = signal === 'SIGABRT' && HEAP_FULL.test(tail);
    if (signal === null || outOfMemory || asked()) return { exitCode: code, outOfMemory };
    return { exitCode: code, outOfMemory, cause: new Error(`something outside of it ended it with ${signal}`) };
  }
  function tell(end: CarrierEnd): void {
    if (told) return;
    told = true;
    cancelDrain?.();
    listener.onEnd(end);
  }
  function look(): void {
    if (exit && open === 0) tell(endOf());
  }
  function closed(): void {
    open -= 1;
    look();
  }
  child.on('message', (value: unknown) => {
    if (!told && isFromInstance(value)) listener.onMessage(value);
  });
  child.once('disconnect', closed);
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    if (!stream) closed();
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      if (name === 'stderr') tail = (tail + text).slice(-TAIL);
      if (!told) listener.onOutput(name, text);
    });
    stream?.once('close', closed);
  }
  child.once('exit', (code, signal) => {
    exit = { code, signal };
    look();
    if (!told) cancelDrain = clock.after(DRAIN_MS, () => tell(endOf()));
  });
  child.on('error', (cause) => {
    if (child.pid === undefined) tell({ exitCode: null, outOfMemory: false, cause }); // it never began
  });
}

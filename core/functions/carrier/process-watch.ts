import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { isFromInstance } from '../protocol-guard.ts';
import type { CarrierEnd, CarrierListener } from './carrier.ts';
import { createFrameReader, LINE_DESCRIPTOR } from './frames.ts';

/** What has arrived is read within milliseconds; a process that the function started may keep the output open for ever. */
const DRAIN_MS = 1000;
/** V8's last words fit into this, in characters. */
const TAIL = 4096;
/** The largest result or group of publishes is far smaller; who announces more is not let fill the gateway's memory. */
const MOST_SAID = 64 * 1024 * 1024;
/** Nor is one that asks and asks and does not read the answers. */
const MOST_UNREAD = 128 * 1024 * 1024;
const HEAP_FULL = /JavaScript heap out of memory|Allocation failed - process out of memory/;

export interface ProcessWatchDeps {
  readonly clock: Clock;
  readonly listener: CarrierListener;
  /** Whether the gateway itself has ended it. */
  asked(): boolean;
}

export interface WatchedProcess {
  /** Sends it a frame; nothing happens where it has ended. */
  write(frame: Buffer): void;
}

/**
 * Tells what a process says, and of its end once. The exit may be seen before the last messages and the last output: the end is told
 * when all of it has been read. What does not speak
 * as instances do, or does not listen, is ended.
 */
export function watchProcess(child: ChildProcess, { clock, listener, asked }: ProcessWatchDeps): WatchedProcess {
  let tail = '';
  let exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  let told = false;
  let broken: Error | undefined;
  let cancelDrain: (() => void) | undefined;
  /** The line, and both outputs. */
  let open = 3;

  function endOf(): CarrierEnd {
    const { code = null, signal = null } = exit ?? {};
    if (broken) return { exitCode: code, outOfMemory: false, cause: broken };
    const outOfMemory = signal === 'SIGABRT' && HEAP_FULL.test(tail);
    if (signal === null || outOfMemory || asked()) return { exitCode: code, outOfMemory };
    return { exitCode: code, outOfMemory, cause: new Error(`something outside of it ended it with ${signal}`) };
  }
  function tell(end: CarrierEnd): void {
    if (told) return;
    told = true;
    cancelDrain?.();
    for (const stream of child.stdio) stream?.destroy(); // a process that it started may hold its end open for ever
    listener.onEnd(end);
  }
  function look(): void {
    if (exit && open === 0) tell(endOf());
  }
  function closed(): void {
    open -= 1;
    look();
  }
  function breakOff(cause: Error): void {
    broken ??= cause;
    child.kill('SIGKILL');
  }
  const far = child.stdio[LINE_DESCRIPTOR];
  const line = far instanceof Socket ? far : undefined;
  const take = createFrameReader(
    {
      onMessage(value) {
        if (!told && isFromInstance(value)) listener.onMessage(value);
      },
      onBroken: breakOff,
    },
    MOST_SAID,
  );
  line?.on('data', take);
  line?.on('error', () => {}); // the end of the process follows
  if (line) line.once('close', closed);
  else closed();
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
  return {
    write(frame) {
      if (told || !line?.writable) return;
      line.write(frame);
      if (line.writableLength > MOST_UNREAD) breakOff(new Error('it does not read what it is sent'));
    },
  };
}

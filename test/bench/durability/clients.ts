import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuMs } from '../machine.ts';
import type { AckFigures, AckJob, AckSaid } from './ack-client.ts';
import type { CountFigures, CountJob, CountSaid } from './count-client.ts';

const PATIENCE_MS = 120_000;

export interface AckRun extends AckFigures {
  /** CPU time of the peer for one message. */
  readonly cpuUs: number;
}

const spawn = (name: string) =>
  fork(fileURLToPath(new URL(name, import.meta.url)), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

/** One run of publishing clients against a peer. */
export function publish(pids: readonly number[], job: AckJob): Promise<AckRun> {
  const child = spawn('./ack-client.ts');
  const used = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  let before = 0;
  let cpu = 0;
  return new Promise<AckRun>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`publishing to port ${job.port}: no end`)),
      job.warmMs + job.measureMs + PATIENCE_MS,
    );
    child.once('exit', () => reject(new Error('the publishing clients ended')));
    child.on('message', (said: AckSaid) => {
      if (said.said === 'begin') before = used();
      else if (said.said === 'end') cpu = used() - before;
      else {
        clearTimeout(late);
        if (said.said === 'failed') return reject(new Error(said.why));
        const messages = job.total ?? Math.max(1, (said.figures.perS * job.measureMs) / 1000);
        resolve({ ...said.figures, cpuUs: (cpu * 1000) / messages });
      }
    });
    child.send(job);
  }).finally(() => child.kill());
}

/** A subscriber that begins at once; `done` resolves with its figures. */
export function count(job: CountJob): { readonly connected: Promise<void>; readonly done: Promise<CountFigures> } {
  const child = spawn('./count-client.ts');
  const connected = Promise.withResolvers<void>();
  const done = new Promise<CountFigures>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the counting client ended')));
    child.on('message', (said: CountSaid) => {
      if (said.said === 'connected') connected.resolve();
      else resolve(said.figures);
    });
    child.send(job);
  }).finally(() => child.kill());
  return { connected: connected.promise, done };
}

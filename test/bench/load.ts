import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figures, Job, Said } from './load-client.ts';
import { cpuMs } from './machine.ts';
import type { Peer } from './peers.ts';

export interface Run extends Figures {
  /** CPU time of the peer's processes for one message. */
  readonly cpuUs: number;
}
export interface Load {
  run(peer: Pick<Peer, 'port' | 'processes'>, job: Omit<Job, 'port'>): Promise<Run>;
  end(): void;
}

const PATIENCE_MS = 30_000;

/** The load generator's process; one job at a time. */
export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./load-client.ts', import.meta.url)), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    run(peer, job) {
      const used = (): number => peer.processes.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
      let before = 0;
      let cpu = 0;
      return new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error('the load generator ended'));
        const late = setTimeout(
          () => reject(new Error(`load on port ${peer.port}: no end`)),
          job.warmMs + job.measureMs + PATIENCE_MS,
        );
        const onSaid = (said: Said): void => {
          if (said.said === 'begin') before = used();
          else if (said.said === 'end') cpu = used() - before;
          else {
            child.off('message', onSaid);
            child.off('exit', onExit);
            clearTimeout(late);
            if (said.said === 'failed') reject(new Error(`load on port ${peer.port}: ${said.why}`));
            else {
              const messages = Math.max(1, (said.figures.perS * job.measureMs) / 1000);
              resolve({ ...said.figures, cpuUs: (cpu * 1000) / messages });
            }
          }
        };
        child.on('message', onSaid);
        child.once('exit', onExit);
        child.send({ ...job, port: peer.port });
      });
    },
    end: () => void child.kill(),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** The median of each figure on its own; what was lost is added up. */
export function medianRun(runs: readonly Run[]): Run {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  return {
    perS: of((run) => run.perS),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    cpuUs: of((run) => run.cpuUs),
    lost: runs.reduce((sum, run) => sum + run.lost, 0),
    sent: runs.reduce((sum, run) => sum + run.sent, 0),
  };
}

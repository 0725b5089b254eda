import type { Running } from '../machine.ts';

/** What the programs under test are asked, one line of JSON on their standard input; they answer with one line on standard output. */
export type Job =
  | {
      /** Messages from a source through functions to a sink, as many as come through. */
      readonly kind: 'warm';
      readonly functions: number;
      readonly payload: string;
      /** Under way at once for each function. */
      readonly window: number;
      readonly warmMs: number;
      readonly measureMs: number;
    }
  | {
      /** Bare workers that are sent packed buffers of 64, two in flight; `json`: with the work that a function's event needs. */
      readonly kind: 'floor';
      readonly workers: number;
      readonly json: boolean;
      readonly warmMs: number;
      readonly measureMs: number;
    }
  | {
      /** Starts so many, one after the other, and leaves them idle. */
      readonly kind: 'start';
      readonly what: 'bare' | 'thread' | 'process';
      readonly count: number;
    };
export interface WarmFigures {
  readonly perS: number;
  /** Sent, and not there two seconds after the last one came. */
  readonly lost: number;
  /** CPU time of the whole process for a message, us. */
  readonly cpuUs: number;
  /** Of it, that of the main thread: what bounds the throughput. */
  readonly mainUs: number;
}
export interface StartFigures {
  /** Of each one. */
  readonly ms: readonly number[];
  /** Memory that each one adds: resident, of a process of its own proportional. */
  readonly mbEach: number;
}

/** Stands before an answer, so that it is told from what the program says otherwise. */
export const ANSWER = 'bench-answer ';
const PATIENCE_MS = 60_000;

const PAYLOAD_BYTES = 200;
const filler = 'x'.repeat(PAYLOAD_BYTES - '{"q":0,"text":""}'.length);
export const PAYLOAD = `{"q":0,"text":"${filler}"}`;

/** Gives a program a job and waits for its answer. Rejects when it ends, or after a minute. */
export function ask<T>(running: Running, job: Job): Promise<T> {
  const { child } = running;
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (): void => {
      clearTimeout(late);
      child.stdout?.off('data', hear);
      child.off('exit', gone);
    };
    const gone = (): void => {
      end();
      reject(new Error(`it ended while it was asked for ${job.kind}:\n${running.said()}`));
    };
    const late = setTimeout(() => {
      end();
      reject(new Error(`no answer to ${job.kind}:\n${running.said()}`));
    }, PATIENCE_MS);
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      const from = text.indexOf(ANSWER);
      const to = text.indexOf('\n', from);
      if (from < 0 || to < 0) return;
      end();
      const answer: T & { readonly fault?: string } = JSON.parse(text.slice(from + ANSWER.length, to));
      if (answer.fault === undefined) resolve(answer);
      else reject(new Error(`${job.kind}: ${answer.fault}`));
    };
    child.stdout?.on('data', hear);
    child.once('exit', gone);
    child.stdin?.write(`${JSON.stringify(job)}\n`);
  });
}

/** The other side: does the jobs that come, one at a time. */
export function serveJobs(work: (job: Job) => Promise<unknown>): void {
  let text = '';
  let line = Promise.resolve();
  const one = async (asked: string): Promise<void> => {
    const job: Job = JSON.parse(asked);
    const answer = await work(job).catch((cause: unknown) => ({ fault: String(cause instanceof Error ? cause.stack : cause) }));
    process.stdout.write(`${ANSWER}${JSON.stringify(answer)}\n`);
  };
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const asked of lines) line = line.then(() => one(asked));
  });
  // Nobody is there any more who could ask.
  process.stdin.once('end', () => process.exit());
}

/** Keeps a window under way and counts what comes back; `send` is given how many more it may send. */
export function createPump(windowSize: number, send: (count: number) => void) {
  let underWay = 0;
  let back = 0;
  let pumping = false;
  const fill = (): void => {
    if (!pumping || underWay > windowSize / 2) return;
    const count = windowSize - underWay;
    underWay += count;
    send(count);
  };
  const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
  return {
    came(count: number): void {
      underWay -= count;
      back += count;
      fill();
    },
    async run(warmMs: number, measureMs: number): Promise<WarmFigures> {
      pumping = true;
      underWay = 0;
      fill();
      await wait(warmMs);
      const [from, began, cpu, main] = [back, performance.now(), process.cpuUsage(), process.threadCpuUsage()];
      await wait(measureMs);
      const perS = ((back - from) * 1000) / (performance.now() - began);
      const [all, own] = [process.cpuUsage(cpu), process.threadCpuUsage(main)];
      const each = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / Math.max(1, back - from);
      pumping = false;
      for (let seen = -1; underWay > 0 && seen !== back; await wait(2000)) seen = back;
      return { perS, lost: underWay, cpuUs: each(all), mainUs: each(own) };
    },
  };
}

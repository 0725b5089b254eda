import { describe } from '../base/errors.ts';
import type { Isolation } from './carrier/carrier.ts';
import type { InstanceEnd } from './instance-seam.ts';
import type { Job } from './invocation.ts';
import type { ThrownText } from './protocol.ts';

/** What the main thread found, in the order in which it came to know. */
export interface Verdict {
  readonly kind:
    | 'stopped'
    | 'load-failed'
    | 'load-timeout'
    | 'timeout'
    | 'stuck'
    | 'uncaught'
    | 'heap-full'
    | 'buffers-full'
    | 'scratch-full'
    | 'broken'
    | 'exited';
  readonly thrown?: ThrownText;
  readonly cause?: unknown;
  /** The event that was handled, as in `CELL.running`, where it is not to be read when the instance has ended. */
  readonly runningCell?: number;
}

export interface EndFacts {
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly exitCode: number | null;
  readonly last: Job | undefined;
  readonly options: {
    readonly name: string;
    readonly timeoutMs: number;
    readonly memoryMb: number;
    readonly isolation: Isolation;
  };
}

export function endOf(verdict: Verdict, facts: EndFacts): InstanceEnd {
  const { exitCode, last } = facts;
  const found = { ...explain(verdict, facts), exitCode, ...(verdict.thrown ? { thrown: verdict.thrown } : {}) };
  if (verdict.kind === 'stopped' || (verdict.kind === 'exited' && facts.stopping)) return { ...found, kind: 'stopped', last };
  if (facts.ready) return { ...found, last };
  const code = found.code === 'function/out-of-memory' ? found.code : 'function/load-failed';
  return { ...found, kind: 'load', code, last: undefined };
}

type Explained = Pick<InstanceEnd, 'kind' | 'code' | 'message' | 'stack'>;

function explain({ kind, thrown, cause }: Verdict, { options, exitCode, ready }: EndFacts): Explained {
  const { name, isolation } = options;
  const when = ready ? '' : ' while it was loaded';
  const stack = thrown?.stack ?? '';
  switch (kind) {
    case 'stopped':
      return { kind: 'stopped', code: 'gateway/stopping', message: `function "${name}" was stopped`, stack };
    case 'load-failed':
      return { kind: 'load', code: 'function/load-failed', message: thrown?.message ?? 'it could not be loaded', stack };
    case 'load-timeout':
      return { kind: 'load', code: 'function/load-failed', message: `function "${name}" was not loaded after 10 s`, stack };
    case 'timeout': {
      const message = `function "${name}" did not finish within ${options.timeoutMs} ms`;
      return { kind: 'timeout', code: 'function/timeout', message, stack };
    }
    case 'stuck': {
      const message = `function "${name}" takes no events any more: something that an earlier event left running blocks its ${isolation}`;
      return { kind: 'timeout', code: 'function/timeout', message, stack };
    }
    case 'uncaught':
      return { kind: 'crash', code: 'function/failed', message: `nobody caught this${when}: ${thrown?.message ?? ''}`, stack };
    case 'heap-full': {
      const message = `function "${name}" used more than ${options.memoryMb} MB of memory${when}`;
      return { kind: 'crash', code: 'function/out-of-memory', message, stack };
    }
    case 'buffers-full': {
      const message = `function "${name}" used more than ${options.memoryMb} MB of memory in buffers`;
      return { kind: 'crash', code: 'function/out-of-memory', message, stack };
    }
    case 'scratch-full': {
      const message = `function "${name}" holds more scratch space than allowed`;
      return { kind: 'crash', code: 'function/scratch-full', message, stack };
    }
    case 'broken':
      return {
        kind: 'crash',
        code: 'function/failed',
        message: `the ${isolation} of function "${name}" broke${when}: ${describe(cause)}`,
        stack,
      };
    case 'exited':
      return {
        kind: 'crash',
        code: 'function/exited',
        message: `function "${name}" ended its own ${isolation} with code ${exitCode}${when}`,
        stack,
      };
  }
}

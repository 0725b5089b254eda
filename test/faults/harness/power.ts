import { type GatewayOptions, type Life, startLife } from './gateway.ts';
import type { FindingKind } from './verdict.ts';

/** The gateway over all its lives. */
export interface Power {
  /** Starts it and waits until it is ready; tries again when it ends by itself (which is noted). */
  up(): Promise<void>;
  /** Starts it and does not wait. With `mayEnd` it is no finding when it ends by itself. */
  begin(mayEnd?: boolean): Life;
  kill(phase: string): Promise<void>;
  /** As an operator does it; the exit code. */
  stop(): Promise<number | null>;
  /** Of the process that runs, or null. */
  readonly pid: number | null;
  readonly consoleUrl: string;
  readonly killsByPhase: ReadonlyMap<string, number>;
  readonly kills: number;
  /** ms from the start of the process to the console's address. */
  readonly startsMs: readonly number[];
}

const ATTEMPTS = 3;
const READY_MS = 40_000;
const TEXT_CHARS = 600;

export interface PowerDeps {
  /** Asked at every start: the document changes at the end. */
  options(): GatewayOptions;
  note(kind: FindingKind, text: string): void;
}

export function createPower({ options, note }: PowerDeps): Power {
  const killsByPhase = new Map<string, number>();
  const startsMs: number[] = [];
  let life: Life | null = null;
  let consoleUrl = '';
  let stopping = false;

  function begin(mayEnd = false): Life {
    const own = startLife(options());
    life = own;
    stopping = false;
    void own.ended.then(({ killed, code, text }) => {
      if (life === own) life = null;
      if (!killed && !stopping && !mayEnd) note('gateway', `it ended by itself (${code}): ${text.slice(-TEXT_CHARS)}`);
    });
    return own;
  }
  async function up(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const own = begin();
      const late = setTimeout(() => void own.kill(), READY_MS);
      const ready = await own.ready;
      clearTimeout(late);
      if (ready === null) continue;
      consoleUrl = ready.consoleUrl;
      startsMs.push(ready.tookMs);
      return;
    }
    throw new Error(`the gateway did not start in ${ATTEMPTS} attempts`);
  }
  return {
    up,
    begin,
    async kill(phase) {
      killsByPhase.set(phase, (killsByPhase.get(phase) ?? 0) + 1);
      await life?.kill();
    },
    async stop() {
      stopping = true;
      return life === null ? null : await life.stop();
    },
    get pid() {
      return life?.pid ?? null;
    },
    get consoleUrl() {
      return consoleUrl;
    },
    killsByPhase,
    get kills() {
      return [...killsByPhase.values()].reduce((sum, one) => sum + one, 0);
    },
    startsMs,
  };
}

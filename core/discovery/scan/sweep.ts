import { encodeRead } from '../../adapters/modbus/codec.ts';
import type { LineTry } from '../../contract/commission-views.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import { type Asker, type Outcome, outcomeWords } from '../modbus/asker.ts';
import { linkFor } from '../modbus/line-words.ts';
import { exchangeMs, openAsker } from '../modbus/open-asker.ts';
import type { ListenDeps } from './listen.ts';
import type { Pass } from './plan.ts';

/** A unit that answered. */
export interface Hit {
  readonly unit: number;
  readonly line: LineTry;
  readonly responseMs: number;
  readonly evidence: string;
}

export interface SweepWatcher {
  /** Before each question. */
  asking(unit: number, line: LineTry): void;
  /** `noisy`: bytes came, but no sound answer. */
  asked(noisy: boolean): void;
  /** `ask` is for what is asked of it beyond this, on the same open line. */
  found(hit: Hit, asker: Asker): Promise<void>;
}

export interface Sweep {
  readonly link: LinkConfig;
  readonly claim: Claim;
  readonly lines: readonly LineTry[];
  readonly passes: readonly Pass[];
  readonly timeoutMs: number;
  readonly stopAtFirst: boolean;
}

/** So many neighbours answering at once over TCP, and it is one device that answers for every unit. */
const EVERY_UNIT = 4;

/** How a sweep ended: everything was asked, the first unit was enough, or one device answers for every unit. */
export type SweepEnd = 'asked-all' | 'stopped' | 'one-for-all';

function inARow(units: ReadonlySet<number>): boolean {
  const sorted = [...units].sort((a, b) => a - b);
  return sorted.every((unit, i) => i === 0 || unit === (sorted[i - 1] ?? 0) + 1);
}

/** A sound answer, whatever it says, proves a unit at these settings. */
const answered = (outcome: Outcome): boolean => outcome.kind === 'data' || outcome.kind === 'exception';

/**
 * Asks every unit at every way of talking for one register, never writes. Once a unit has answered, its settings are the line's: the other
 * settings are not tried any more, only the other units. Rejects with `link/*`, or the signal's reason.
 */
export async function sweep(deps: ListenDeps, plan: Sweep, watcher: SweepWatcher, signal: AbortSignal): Promise<SweepEnd> {
  const bus: { line: LineTry | null } = { line: null };
  const known = new Set<number>();
  const lateUnits = new Set<number>();

  async function probe(asker: Asker, line: LineTry, unit: number, functionCode: 3 | 4): Promise<void> {
    watcher.asking(unit, line);
    const pdu = encodeRead(functionCode === 3 ? 'holding' : 'input', 0, 1);
    const timeoutMs = plan.timeoutMs + exchangeMs(linkFor(plan.link, line), line.framing, 1);
    let outcome = await asker.ask(unit, pdu, timeoutMs, signal);
    // Half an answer: damaged once, it may be sound the next time.
    if (outcome.kind === 'garbage' && bus.line !== null) outcome = await asker.ask(unit, pdu, timeoutMs * 2, signal);
    watcher.asked(outcome.kind === 'garbage');
    for (const other of outcome.others) if (other > 0) lateUnits.add(other);
    if (!answered(outcome)) return;
    bus.line = line;
    known.add(unit);
    await watcher.found(
      { unit, line, responseMs: Math.round(outcome.tookMs), evidence: outcomeWords(outcome, functionCode) },
      asker,
    );
  }

  /** Units that answered when another one was asked are slow: they get their time. */
  async function askLate(asker: Asker, line: LineTry, functionCode: 3 | 4): Promise<void> {
    for (const unit of lateUnits) {
      if (known.has(unit)) continue;
      const pdu = encodeRead(functionCode === 3 ? 'holding' : 'input', 0, 1);
      const outcome = await asker.ask(unit, pdu, plan.timeoutMs * 5, signal);
      if (!answered(outcome)) continue;
      bus.line = line;
      known.add(unit);
      const evidence = `${outcomeWords(outcome, functionCode)}, but late`;
      await watcher.found({ unit, line, responseMs: Math.round(outcome.tookMs), evidence }, asker);
    }
    lateUnits.clear();
  }

  const answersForAll = (line: LineTry): boolean => line.framing === 'tcp' && known.size >= EVERY_UNIT && inARow(known);
  const isOver = (line: LineTry): boolean => known.size > 0 && (plan.stopAtFirst || answersForAll(line));

  for (const pass of plan.passes) {
    for (const line of plan.lines) {
      if (bus.line !== null && line !== bus.line) continue;
      const asker = await openAsker(deps, { link: linkFor(plan.link, line), framing: line.framing, claim: plan.claim }, signal);
      try {
        for (const unit of pass.units) {
          if (known.has(unit)) watcher.asked(false);
          else await probe(asker, line, unit, pass.functionCode);
          if (isOver(line)) return answersForAll(line) ? 'one-for-all' : 'stopped';
        }
        await askLate(asker, line, pass.functionCode);
        if (isOver(line)) return 'stopped';
      } finally {
        await asker.close();
      }
    }
  }
  return 'asked-all';
}

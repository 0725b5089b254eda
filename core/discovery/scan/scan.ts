import { GatewayError } from '../../base/errors.ts';
import { duration } from '../../base/words.ts';
import type { Input } from '../../contract/api.ts';
import type { LineTry, ScanView } from '../../contract/commission-views.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import type { DiscoveryDeps, HeldSession } from '../deps.ts';
import type { Asker } from '../modbus/asker.ts';
import { ADAPTER_OF, lineName, linkFor, tryWords } from '../modbus/line-words.ts';
import { identifyUnit, profileOf } from './identify-unit.ts';
import { listenFirst, type Overheard } from './listen.ts';
import { linesToTry, passesOver } from './plan.ts';
import { type Hit, type SweepEnd, sweep } from './sweep.ts';

type Found = ScanView['found'][number];

/** A guided scan: listen, sweep, identify. */
export interface Scan {
  view(): ScanView;
  /** Never rejects; the line is closed when it resolves. */
  run(signal: AbortSignal): Promise<void>;
}

const IDENTIFY_EXTRA_MS = 250;

export function createScan(
  deps: Pick<DiscoveryDeps, 'clock' | 'lines' | 'profiles' | 'log'>,
  session: HeldSession,
  claim: Claim,
  wish: Input<'scan.start'>,
  onFound: (found: Found) => void,
): Scan {
  const { clock } = deps;
  const { link } = wish;
  const lines = linesToTry(wish);
  const passes = passesOver(wish.units.from, wish.units.to);
  const perLine = passes.reduce((sum, { units }) => sum + units.length, 0);
  const startedAt = clock.monotonic();
  let sweptSince = startedAt;
  let settled = false;
  let noises = 0;
  let view: ScanView = {
    id: session.id,
    line: lineName(link),
    link,
    by: wish.by,
    state: 'listening',
    step: 'Listens without sending.',
    progress: 0,
    probes: 0,
    probesPlanned: lines.length * perLine,
    startedAt: clock.now(),
    leftMs: null,
    trying: null,
    heard: null,
    pauses: [...claim.pauses],
    found: [],
    fault: null,
  };
  const set = (change: Partial<ScanView>): void => {
    view = { ...view, ...change };
  };
  const trying = (line: LineTry): LineTry | null => (line.baudRate > 0 ? line : null);

  function addFound(hit: Hit, identification: Found['identification']): void {
    const profile = profileOf(
      deps.profiles.list().map((one) => one.profile),
      identification,
    );
    const { unit, line, responseMs, evidence } = hit;
    const found: Found = {
      unit,
      line,
      responseMs,
      evidence,
      identification,
      profile: profile?.id ?? null,
      link: linkFor(link, line),
      adapter: ADAPTER_OF[line.framing],
    };
    set({ found: [...view.found, found] });
    onFound(found);
  }

  async function onHit(hit: Hit, asker: Asker, signal: AbortSignal): Promise<void> {
    if (!settled) {
      settled = true;
      // The settings are known: what is left is the rest of the units with these.
      const left = passes.reduce((sum, { units }) => sum + units.length, 0);
      set({ probesPlanned: Math.max(view.probes, Math.min(view.probesPlanned, view.probes + left)) });
    }
    set({ state: 'identifying', step: `Asks unit ${hit.unit} who it is.` });
    addFound(hit, await identifyUnit(asker, hit.unit, wish.timeoutMs + hit.responseMs + IDENTIFY_EXTRA_MS, signal));
    set({ state: 'sweeping' });
  }

  function count(noisy: boolean): void {
    if (noisy) noises += 1;
    const probes = view.probes + 1;
    const share = Math.min(1, probes / Math.max(probes, view.probesPlanned));
    const spent = clock.monotonic() - sweptSince;
    set({ probes, progress: share, leftMs: Math.round((spent / probes) * (view.probesPlanned - probes)) });
  }

  function endWords(heard: Overheard, end: SweepEnd): string {
    const took = duration(clock.monotonic() - startedAt);
    const units = view.found.length;
    if (end === 'one-for-all') {
      return `One device answers for every unit: with Modbus TCP its address alone counts. Unit ${view.found[0]?.unit} is kept.`;
    }
    if (heard.master) return `${heard.words} Nothing was sent: two masters on one line disturb each other.`;
    if (units === 0 && noises > 0) {
      return `Bytes came after ${noises} of ${view.probes} questions, but never a sound answer. Try other speeds and parities; if it is the same at all of them, look for an echo, noise or a missing termination.`;
    }
    if (units === 0) {
      return `Nothing answered ${view.probes} questions in ${took}. Check power, the two wires (swap A and B), and the range of units.`;
    }
    const settings = view.found[0] ? ` ${tryWords(view.found[0].line, link)}` : '';
    return `Found ${units === 1 ? '1 unit' : `${units} units`}${settings} in ${took}.`;
  }

  async function work(signal: AbortSignal): Promise<string> {
    const on = (line: LineTry): void => set({ trying: trying(line), step: `Listens ${tryWords(line, link)}.` });
    const heard = await listenFirst(deps, { link, claim, lines, listenMs: wish.listenMs }, on, signal);
    set({ heard: { bytes: heard.bytes, frames: heard.frames, words: heard.words } });
    if (heard.master && heard.line) {
      for (const unit of heard.units) {
        addFound({ unit, line: heard.line, responseMs: 0, evidence: 'answered another master' }, null);
      }
      return endWords(heard, 'asked-all');
    }
    sweptSince = clock.monotonic();
    set({ state: 'sweeping' });
    const plan = {
      link,
      claim,
      lines: heard.line ? [heard.line] : lines,
      passes,
      timeoutMs: wish.timeoutMs,
      stopAtFirst: wish.stopAtFirst,
    };
    const watcher = {
      asking: (unit: number, line: LineTry): void =>
        set({ trying: trying(line), step: `Asks unit ${unit} ${tryWords(line, link)}.` }),
      asked: count,
      found: (hit: Hit, asker: Asker) => onHit(hit, asker, signal),
    };
    const end = await sweep(deps, plan, watcher, signal);
    if (end === 'one-for-all') {
      set({ found: view.found.slice(0, 1) });
      for (const one of view.found) onFound(one); // all of them were one row of the inbox, which had the last
    }
    return endWords(heard, end);
  }

  return {
    view: () => view,
    async run(signal) {
      try {
        const step = await work(signal);
        set({ state: 'done', progress: 1, leftMs: null, trying: null, step });
      } catch (cause) {
        const rest = { leftMs: null, trying: null } as const;
        if (signal.aborted) {
          set({ ...rest, state: 'stopped', step: `Stopped after ${view.probes} of ${view.probesPlanned} questions.` });
          return;
        }
        deps.log.warn('scan.failed', { line: view.line, cause });
        const fault = cause instanceof GatewayError ? cause : new GatewayError('gateway/internal', 'The scan failed.', { cause });
        set({ ...rest, state: 'failed', step: 'The line was lost.', fault: faultView(fault, clock.now()) });
      }
    },
  };
}

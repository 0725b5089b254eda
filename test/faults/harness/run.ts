import { hasMosquitto } from '../../fakes/mosquitto.ts';
import { whyNoStrace } from './calls.ts';
import { type EpisodeResult, runEpisode } from './episode.ts';
import { faketimeLibrary, whyNoDisk } from './machine.ts';
import type { OpenSite } from './open-site.ts';
import {
  concerns,
  EPISODE_TEXT,
  EPISODES,
  type EpisodeName,
  FAULT_KINDS,
  type FaultKind,
  needsStrace,
  roundOf,
  type Step,
  stepsOf,
} from './plan.ts';

export interface RunOptions {
  readonly seed: number;
  readonly faults: ReadonlySet<FaultKind>;
  /** The program under test. */
  readonly cli: string;
  /** How long: minutes of all episodes together, or kills. Every fault comes about once in any case. */
  readonly budget: { readonly minutes: number } | { readonly kills: number };
  /** Check the custody numbers. */
  readonly custody: boolean;
  readonly keep: boolean;
  say(text: string): void;
  /** Once a minute: how far it has come. */
  progress(text: string): void;
  /** Aborted: no further faults; what was begun is compared. */
  readonly stop: AbortSignal;
}

export interface RunResult {
  readonly options: RunOptions;
  readonly episodes: readonly EpisodeResult[];
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
  /** What ended an episode before its comparison. */
  readonly broken: readonly string[];
  readonly tookMs: number;
  /** It was stopped, or ended in the middle: not all that was asked for has been tried. */
  readonly partial: boolean;
}

export interface Run {
  readonly done: Promise<RunResult>;
  /** What there is already. What an episode under way has found is not in it. */
  soFar(): RunResult;
}

const PROGRESS_MS = 60_000;

/** Parts of the time or of the kills. */
const SHARE: Readonly<Record<EpisodeName, number>> = { own: 0.5, mosquitto: 0.15, disk: 0.15, clock: 0.1, pages: 0.1 };
/** With a number of kills: so many kills for each site whose pages are overwritten. */
const KILLS_PER_PAGES = 25;

/** How far it is, in one line. */
function progressText({ episodes, broken, tookMs }: RunResult, live: OpenSite | null): string {
  const findings = episodes.reduce((sum, one) => sum + one.verdict.findings.length, broken.length);
  const kills = episodes.reduce((sum, one) => sum + one.kills, live?.rig.power.kills ?? 0);
  const acknowledged = episodes.reduce((sum, one) => sum + one.verdict.tally.acknowledged, live?.promises.count ?? 0);
  const arrived = episodes.reduce((sum, one) => sum + one.verdict.tally.received, live?.rig.farEnd.arrivals.length ?? 0);
  const minutes = Math.round(tookMs / 60_000);
  return `after ${minutes} min: ${kills} kills, ${acknowledged} acknowledged, ${arrived} arrived; ${episodes.length} sites compared, ${findings} findings`;
}

/** Why an episode cannot be on this machine, or null. */
function whyNot(name: EpisodeName): string | null {
  if (name === 'disk') return whyNoDisk();
  if (name === 'clock' && faketimeLibrary() === null) return 'libfaketime is not installed (Debian: apt-get install libfaketime)';
  if (name === 'mosquitto' && !hasMosquitto()) return 'mosquitto is not installed (Debian: apt-get install mosquitto)';
  return null;
}

/** All episodes that the faults ask for and the machine allows, one after the other. */
export function startRun(options: RunOptions): Run {
  const began = performance.now();
  const skipped: { what: string; why: string }[] = [];
  const broken: string[] = [];
  const episodes: EpisodeResult[] = [];
  for (const kind of FAULT_KINDS) if (!options.faults.has(kind)) skipped.push({ what: kind, why: 'not asked for' });
  const wanted = EPISODES.filter((name) => concerns(name, options.faults));
  const names = wanted.filter((name) => {
    const why = whyNot(name);
    if (why !== null) skipped.push({ what: EPISODE_TEXT[name], why });
    return why === null;
  });
  const whyNoCalls = names.includes('disk') ? whyNoStrace() : null;
  if (whyNoCalls !== null) skipped.push({ what: 'disk calls that fail while the gateway runs', why: whyNoCalls });
  const allowed = (step: Step): boolean => options.faults.has(step.kind) && (whyNoCalls === null || !needsStrace(step));
  const shares = names.reduce((sum, name) => sum + SHARE[name], 0);
  const { budget, stop } = options;
  let finished = false;
  let live: OpenSite | null = null;

  async function episode(
    name: EpisodeName,
    steps: Iterable<Step>,
    more: (done: { faults: number; kills: number }) => boolean,
  ): Promise<void> {
    const { seed, cli, custody, keep, say } = options;
    const opened = (site: OpenSite): void => {
      live = site;
    };
    try {
      episodes.push(await runEpisode({ name, seed, steps, cli, more, custody, keep, say, opened }));
    } catch (cause) {
      broken.push(cause instanceof Error ? cause.message : String(cause));
    }
    live = null;
  }
  async function run(name: EpisodeName): Promise<void> {
    const part = SHARE[name] / shares;
    // The sites whose pages are overwritten kill little: the others share all the kills that were asked for.
    const killers = names.length > 1 && names.includes('pages') ? shares - SHARE.pages : shares;
    const killPart = name === 'pages' ? part : SHARE[name] / killers;
    const round = roundOf(name, allowed);
    const steps = stepsOf(options.seed, name, allowed);
    const start = performance.now();
    const goesOn = (faults: number, kills: number): boolean =>
      !stop.aborted &&
      (faults < round ||
        ('kills' in budget ? kills < budget.kills * killPart : performance.now() - start < budget.minutes * 60_000 * part));
    if (name !== 'pages') await episode(name, steps, (so) => goesOn(so.faults, so.kills));
    else {
      // Damage is done once to a data directory, so that what is lost can be told from what is reported.
      for (let done = 0; goesOn(done, done * KILLS_PER_PAGES); done += 1) await episode(name, [steps.next().value], () => true);
    }
  }
  const soFar = (): RunResult => ({
    options,
    episodes,
    skipped,
    broken,
    tookMs: performance.now() - began,
    partial: !finished || stop.aborted,
  });
  async function all(): Promise<RunResult> {
    const timer = setInterval(() => options.progress(progressText(soFar(), live)), PROGRESS_MS);
    try {
      for (const name of names) if (!stop.aborted) await run(name);
    } finally {
      clearInterval(timer);
    }
    finished = true;
    return soFar();
  }
  return { done: all(), soFar };
}

/** True when nothing that was acknowledged was lost and nothing else was found. */
export const sound = ({ episodes, broken }: RunResult): boolean =>
  broken.length === 0 && episodes.every(({ verdict }) => verdict.findings.length === 0);

/** True when all was tried and nothing found. */
export const passed = (run: RunResult): boolean => sound(run) && !run.partial;

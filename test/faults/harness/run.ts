import { hasMosquitto } from '../../fakes/mosquitto.ts';
import { type EpisodeResult, runEpisode } from './episode.ts';
import { faketimeLibrary, whyNoDisk } from './machine.ts';
import {
  concerns,
  EPISODE_TEXT,
  EPISODES,
  type EpisodeName,
  FAULT_KINDS,
  type FaultKind,
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
}

export interface RunResult {
  readonly options: RunOptions;
  readonly episodes: readonly EpisodeResult[];
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
  /** What ended an episode before its comparison. */
  readonly broken: readonly string[];
  readonly tookMs: number;
}

/** Parts of the time or of the kills. */
const SHARE: Readonly<Record<EpisodeName, number>> = { own: 0.5, mosquitto: 0.15, disk: 0.15, clock: 0.1, pages: 0.1 };
/** With a number of kills: so many kills for each site whose pages are overwritten. */
const KILLS_PER_PAGES = 25;

/** Why an episode cannot be on this machine, or null. */
function whyNot(name: EpisodeName): string | null {
  if (name === 'disk') return whyNoDisk();
  if (name === 'clock' && faketimeLibrary() === null) return 'libfaketime is not installed (Debian: apt-get install libfaketime)';
  if (name === 'mosquitto' && !hasMosquitto()) return 'mosquitto is not installed (Debian: apt-get install mosquitto)';
  return null;
}

/** All episodes that the faults ask for and the machine allows, one after the other. */
export async function runAll(options: RunOptions): Promise<RunResult> {
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
  const shares = names.reduce((sum, name) => sum + SHARE[name], 0);
  const { budget } = options;

  async function episode(
    name: EpisodeName,
    steps: Iterable<Step>,
    more: (done: { faults: number; kills: number }) => boolean,
  ): Promise<void> {
    const { seed, cli, custody, keep, say } = options;
    try {
      episodes.push(await runEpisode({ name, seed, steps, cli, more, custody, keep, say }));
    } catch (cause) {
      broken.push(cause instanceof Error ? cause.message : String(cause));
    }
  }
  for (const name of names) {
    const part = SHARE[name] / shares;
    const round = roundOf(name, options.faults);
    const steps = stepsOf(options.seed, name, options.faults);
    const start = performance.now();
    const goesOn = (faults: number, kills: number): boolean =>
      faults < round ||
      ('kills' in budget ? kills < budget.kills * part : performance.now() - start < budget.minutes * 60_000 * part);
    if (name !== 'pages') await episode(name, steps, (so) => goesOn(so.faults, so.kills));
    else {
      // Damage is done once to a data directory, so that what is lost can be told from what is reported.
      for (let done = 0; goesOn(done, done * KILLS_PER_PAGES); done += 1) await episode(name, [steps.next().value], () => true);
    }
  }
  return { options, episodes, skipped, broken, tookMs: performance.now() - began };
}

/** True when nothing that was acknowledged was lost and nothing else was found. */
export const passed = ({ episodes, broken }: RunResult): boolean =>
  broken.length === 0 && episodes.every(({ verdict }) => verdict.findings.length === 0);

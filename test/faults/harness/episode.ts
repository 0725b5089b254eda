import { finish } from './finish.ts';
import { injectKill } from './kills.ts';
import { injectBroker, injectLine } from './lines.ts';
import { injectClock, injectDisk } from './machine.ts';
import { type OpenSite, openSite } from './open-site.ts';
import { injectPages } from './pages.ts';
import { type EpisodeName, type Step, stepText } from './plan.ts';
import { pause, type Rig } from './rig.ts';
import type { ReportedLoss, Verdict } from './verdict.ts';

export interface EpisodeOptions {
  readonly name: EpisodeName;
  readonly seed: number;
  readonly steps: Iterable<Step>;
  readonly cli: string;
  /** Goes on while this says so; asked before every fault. */
  more(done: { readonly faults: number; readonly kills: number }): boolean;
  readonly custody: boolean;
  readonly keep: boolean;
  say(text: string): void;
  /** Its site runs. */
  opened(site: OpenSite): void;
}

export interface EpisodeResult {
  readonly name: EpisodeName;
  readonly seed: number;
  readonly verdict: Verdict;
  /** Where pages were overwritten: the loss that the gateway reports. */
  readonly owned: ReportedLoss | null;
  /** Faults by kind and manner, `kill drain`. */
  readonly injected: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly killsByPhase: ReadonlyMap<string, number>;
  readonly startsMs: readonly number[];
  /** The longest time in which no client was acknowledged, and in which nothing arrived, in ms. */
  readonly silentMs: { readonly clients: number; readonly farEnd: number };
  readonly tookMs: number;
  /** Where its files are, if they were kept. */
  readonly folder: string | null;
}

const INJECT: { readonly [K in Step['kind']]: (rig: Rig, step: Extract<Step, { kind: K }>) => Promise<void> } = {
  kill: injectKill,
  line: injectLine,
  broker: injectBroker,
  disk: injectDisk,
  clock: injectClock,
  pages: injectPages,
};

async function inject(rig: Rig, step: Step): Promise<void> {
  const act: (rig: Rig, step: never) => Promise<void> = INJECT[step.kind];
  await act(rig, step as never);
}

/** An ordinary moment between two faults. */
const BETWEEN_MS = 50;

/** One site and data directory from its first start to the comparison of the ledgers. */
export async function runEpisode(options: EpisodeOptions): Promise<EpisodeResult> {
  const began = performance.now();
  const { name, seed } = options;
  const site = await openSite({ episode: name, seed, cli: options.cli, outbox: options.custody });
  const { rig } = site;
  options.opened(site);
  const injected = new Map<string, number>();
  let faults = 0;
  let keep = options.keep;
  try {
    for (const step of options.steps) {
      if (!options.more({ faults, kills: rig.power.kills })) break;
      faults += 1;
      options.say(`${name} ${faults}: ${stepText(step)}`);
      const key = `${step.kind} ${step.how}`;
      injected.set(key, (injected.get(key) ?? 0) + 1);
      await inject(rig, step);
      await pause(BETWEEN_MS);
    }
    const { verdict, owned } = await finish(site, { custody: options.custody, lossAllowed: name === 'pages' });
    keep ||= verdict.findings.length > 0;
    return {
      name,
      seed,
      verdict,
      owned,
      injected,
      kills: rig.power.kills,
      killsByPhase: new Map(rig.power.killsByPhase),
      startsMs: rig.power.startsMs,
      silentMs: { clients: rig.generator.longestSilenceMs, farEnd: rig.farEnd.longestSilenceMs },
      tookMs: performance.now() - began,
      folder: keep ? site.folder : null,
    };
  } catch (cause) {
    keep = true;
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)} (files in ${site.folder})`, { cause });
  } finally {
    await site.close(keep);
  }
}

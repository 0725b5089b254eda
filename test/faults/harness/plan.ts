import { type Chance, createChance } from './chance.ts';

/** What `--faults` chooses from. */
export const FAULT_KINDS = ['kill', 'line', 'disk', 'clock', 'pages', 'broker'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What the gateway is doing when it is killed. */
export const PHASES = ['accept', 'commit', 'acknowledge', 'removal', 'drain', 'checkpoint', 'start', 'chance'] as const;
export type Phase = (typeof PHASES)[number];

export type Step =
  | { readonly kind: 'kill'; readonly how: Phase; readonly nth: number; readonly delayMs: number }
  | { readonly kind: 'line'; readonly how: 'reset' | 'blackhole' | 'refused' | 'slow' | 'narrow'; readonly holdMs: number }
  | {
      readonly kind: 'broker';
      readonly how: 'missing' | 'doubled' | 'refused' | 'declined' | 'closes' | 'turned-away' | 'restart';
      readonly count: number;
      readonly holdMs: number;
    }
  | {
      readonly kind: 'disk';
      readonly how: 'full' | 'full-and-killed' | 'read-only';
      readonly holdMs: number;
      /** The line comes back while the disk is still full. */
      readonly online: boolean;
    }
  | { readonly kind: 'clock'; readonly how: 'forward' | 'back'; readonly seconds: number; readonly holdMs: number }
  | {
      readonly kind: 'pages';
      readonly how: 'noise' | 'zeros' | 'noise-and-killed';
      readonly pages: number;
      readonly delayMs: number;
    };

/** A site of its own with a data directory of its own, and the faults that are done to it. */
export const EPISODES = ['own', 'mosquitto', 'disk', 'clock', 'pages'] as const;
export type EpisodeName = (typeof EPISODES)[number];

export const EPISODE_TEXT: Readonly<Record<EpisodeName, string>> = {
  own: 'far end of the harness',
  mosquitto: 'mosquitto as the far end',
  disk: 'data on a small disk',
  clock: 'wall clock that jumps',
  pages: 'pages of the database overwritten',
};

const MINUTE = 60;
const DAY = 86_400;
const JUMPS: readonly [number, ...number[]] = [90, 30 * MINUTE, DAY, 30 * DAY, 366 * DAY];

type Make = (chance: Chance) => Step;
const kill =
  (how: Phase): Make =>
  (chance) => ({ kind: 'kill', how, nth: chance.int(1, 40), delayMs: chance.pick([0, 0, 1, 2, chance.int(0, 300)]) });
const line =
  (how: Extract<Step, { kind: 'line' }>['how']): Make =>
  (chance) => ({ kind: 'line', how, holdMs: chance.int(100, how === 'blackhole' ? 2500 : 1200) });
const broker =
  (how: Extract<Step, { kind: 'broker' }>['how']): Make =>
  (chance) => ({ kind: 'broker', how, count: chance.int(1, 5), holdMs: chance.int(50, 500) });
const disk =
  (how: Extract<Step, { kind: 'disk' }>['how']): Make =>
  (chance) => ({ kind: 'disk', how, holdMs: chance.int(500, 2000), online: chance.next() < 0.5 });
const clock =
  (how: 'forward' | 'back'): Make =>
  (chance) => ({ kind: 'clock', how, seconds: chance.pick(JUMPS), holdMs: chance.int(100, 800) });
const pages =
  (how: Extract<Step, { kind: 'pages' }>['how']): Make =>
  (chance) => ({ kind: 'pages', how, pages: chance.int(1, 4), delayMs: chance.int(0, 60) });

const KILLS = PHASES.map(kill);

/** Each deck is dealt out whole, shuffled, again and again: so every fault comes about once a round. */
const DECKS: Readonly<Record<EpisodeName, readonly Make[]>> = {
  own: [
    ...KILLS,
    ...(['reset', 'blackhole', 'refused', 'slow', 'narrow'] as const).map(line),
    ...(['missing', 'doubled', 'refused', 'declined', 'closes', 'turned-away'] as const).map(broker),
  ],
  mosquitto: [
    kill('drain'),
    kill('removal'),
    kill('commit'),
    kill('chance'),
    line('reset'),
    line('blackhole'),
    broker('restart'),
  ],
  disk: [disk('full'), disk('full-and-killed'), kill('commit'), disk('read-only'), kill('drain'), line('reset')],
  clock: [clock('forward'), clock('back'), kill('drain'), clock('back'), kill('chance'), clock('forward'), line('reset')],
  pages: [pages('noise'), pages('noise-and-killed'), pages('zeros')],
};
/** The fault without which an episode has no point. */
const CORE: Readonly<Partial<Record<EpisodeName, FaultKind>>> = { disk: 'disk', clock: 'clock', pages: 'pages' };

/** Whether the episode has anything to do with these faults. */
export function concerns(episode: EpisodeName, faults: ReadonlySet<FaultKind>): boolean {
  const core = CORE[episode];
  return core ? faults.has(core) : faults.has('kill') || faults.has('line') || faults.has('broker');
}

/** How many faults an episode has before they begin again. */
export const roundOf = (episode: EpisodeName, faults: ReadonlySet<FaultKind>): number =>
  DECKS[episode].filter((make) => faults.has(make(createChance(0)).kind)).length;

/** The faults of an episode, without end, the same for the same seed. */
export function* stepsOf(seed: number, episode: EpisodeName, faults: ReadonlySet<FaultKind>): Generator<Step, never> {
  const chance = createChance(seed).fork(episode);
  while (true) {
    for (const make of chance.shuffled(DECKS[episode])) {
      const step = make(chance);
      if (faults.has(step.kind)) yield step;
    }
  }
}

const DETAIL: { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string } = {
  kill: (step) => `at ${step.nth}, +${step.delayMs} ms`,
  line: (step) => `for ${step.holdMs} ms`,
  broker: (step) => `${step.count} times, ${step.holdMs} ms`,
  disk: (step) => `for ${step.holdMs} ms${step.online ? ', line back before' : ''}`,
  clock: (step) => `by ${step.seconds} s`,
  pages: (step) => `${step.pages} pages, +${step.delayMs} ms`,
};

/** One line of the plan. */
export function stepText(step: Step): string {
  const detail: (step: never) => string = DETAIL[step.kind];
  return `${step.kind} ${step.how} ${detail(step as never)}`;
}

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
      readonly how: 'missing' | 'doubled' | 'refused' | 'too-large' | 'declined' | 'closes' | 'turned-away' | 'restart';
      readonly count: number;
      readonly holdMs: number;
      /** With `refused`: the reason of the PUBACK. */
      readonly reason: number;
    }
  | {
      readonly kind: 'disk';
      /** `read-only` is so at a start; `turns-read-only` and `call-fails` happen to a gateway that runs, and need strace. */
      readonly how: 'full' | 'full-and-killed' | 'read-only' | 'turns-read-only' | 'call-fails';
      readonly holdMs: number;
      /** The line comes back while the disk is still full. */
      readonly online: boolean;
      /** Left free on a full disk: so another call is the first that fails. */
      readonly roomBytes: number;
      /** With `call-fails`: system calls, from the `nth` of a thread on, and what they answer. */
      readonly calls: string;
      readonly error: string;
      readonly nth: number;
    }
  | { readonly kind: 'clock'; readonly how: 'forward' | 'back'; readonly seconds: number; readonly holdMs: number }
  | {
      readonly kind: 'pages';
      /** `log`: bits or blocks of the write-ahead log. */
      readonly how: 'noise' | 'zeros' | 'noise-and-killed' | 'bits' | 'log-bits' | 'log-noise';
      /** Pages, blocks or bits. */
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
  pages: 'damaged database',
};

const MINUTE = 60;
const DAY = 86_400;
const JUMPS: readonly [number, ...number[]] = [90, 30 * MINUTE, DAY, 30 * DAY, 366 * DAY];

/** PUBACK reasons that are for good: not authorised, topic, format of the payload (MQTT 5 section 3.4.2.1). */
const FINAL: readonly [number, ...number[]] = [0x87, 0x90, 0x99];
/** What a disk can fail at. */
const CALLS: readonly [string, ...string[]] = ['pwrite64', 'fsync,fdatasync'];

type Make = (chance: Chance) => Step;
const kill =
  (how: Phase): Make =>
  (chance) => ({ kind: 'kill', how, nth: chance.int(1, 40), delayMs: chance.pick([0, 0, 1, 2, chance.int(0, 300)]) });
const line =
  (how: Extract<Step, { kind: 'line' }>['how']): Make =>
  (chance) => ({ kind: 'line', how, holdMs: chance.int(100, how === 'blackhole' ? 2500 : 1200) });
const broker =
  (how: Extract<Step, { kind: 'broker' }>['how']): Make =>
  (chance) => ({ kind: 'broker', how, count: chance.int(1, 5), holdMs: chance.int(50, 500), reason: chance.pick(FINAL) });
const disk =
  (how: Extract<Step, { kind: 'disk' }>['how']): Make =>
  (chance) => ({
    kind: 'disk',
    how,
    holdMs: chance.int(500, 2000),
    online: chance.next() < 0.5,
    roomBytes: chance.pick([0, chance.int(1, 64_000), chance.int(64_000, 2_000_000)]),
    calls: chance.pick(CALLS),
    error: chance.pick(['ENOSPC', 'ENOSPC', 'EIO']),
    nth: chance.int(1, 60),
  });
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
    ...(['missing', 'doubled', 'refused', 'too-large', 'declined', 'closes', 'turned-away'] as const).map(broker),
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
  disk: [
    ...(['full', 'full-and-killed', 'read-only', 'turns-read-only', 'call-fails', 'call-fails'] as const).map(disk),
    kill('commit'),
    kill('drain'),
    line('reset'),
  ],
  clock: [clock('forward'), clock('back'), kill('drain'), clock('back'), kill('chance'), clock('forward'), line('reset')],
  pages: (['noise', 'noise-and-killed', 'zeros', 'bits', 'log-bits', 'log-noise'] as const).map(pages),
};
/** The fault without which an episode has no point. */
const CORE: Readonly<Partial<Record<EpisodeName, FaultKind>>> = { disk: 'disk', clock: 'clock', pages: 'pages' };

/** Whether the episode has anything to do with these faults. */
export function concerns(episode: EpisodeName, faults: ReadonlySet<FaultKind>): boolean {
  const core = CORE[episode];
  return core ? faults.has(core) : faults.has('kill') || faults.has('line') || faults.has('broker');
}

/** Whether a fault is done to a system call of a gateway that runs. */
export const needsStrace = (step: Step): boolean =>
  step.kind === 'disk' && (step.how === 'turns-read-only' || step.how === 'call-fails');

/** How many of the faults that are `wanted` an episode has before they begin again. */
export const roundOf = (episode: EpisodeName, wanted: (step: Step) => boolean): number =>
  DECKS[episode].filter((make) => wanted(make(createChance(0)))).length;

/** The faults of an episode that are `wanted`, without end, the same for the same seed. */
export function* stepsOf(seed: number, episode: EpisodeName, wanted: (step: Step) => boolean): Generator<Step, never> {
  const chance = createChance(seed).fork(episode);
  while (true) {
    for (const make of chance.shuffled(DECKS[episode])) {
      const step = make(chance);
      if (wanted(step)) yield step;
    }
  }
}

function diskDetail({ how, holdMs, online, roomBytes, calls, error, nth }: Extract<Step, { kind: 'disk' }>): string {
  if (how === 'call-fails') return `${error} from ${calls} number ${nth} on, for ${holdMs} ms`;
  if (how !== 'full' && how !== 'full-and-killed') return `for ${holdMs} ms`;
  return `but ${roomBytes} bytes for ${holdMs} ms${online ? ', line back before' : ''}`;
}

const DETAIL: { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string } = {
  kill: (step) => `at ${step.nth}, +${step.delayMs} ms`,
  line: (step) => `for ${step.holdMs} ms`,
  broker: (step) => `${step.count} times, ${step.holdMs} ms${step.how === 'refused' ? `, reason ${step.reason}` : ''}`,
  disk: diskDetail,
  clock: (step) => `by ${step.seconds} s`,
  pages: (step) => `${step.pages} ${step.how.endsWith('bits') ? 'bits' : 'pages'}, +${step.delayMs} ms`,
};

/** One line of the plan. */
export function stepText(step: Step): string {
  const detail: (step: never) => string = DETAIL[step.kind];
  return `${step.kind} ${step.how} ${detail(step as never)}`;
}

import { z } from 'zod';
import { GatewayError } from '../../base/errors.ts';
import type { ScheduleView } from '../../contract/function-views.ts';
import type { FunctionState } from '../../store/function-state.ts';
import { BOOK_OWNER } from './schedule-book.ts';
import { isRefusal, scheduleSubject, type TriggerDeps } from './schedule-entry.ts';

/** The invocations that functions have set for themselves. */
export interface OneShots {
  load(): Promise<void>;
  /** Rejects with `function/state-full` for the 1,001st of a function and for a payload of more than 48 KB. */
  at(name: string, id: string, wallMs: number, payload: Uint8Array): Promise<void>;
  cancel(name: string, id: string): Promise<boolean>;
  look(): void;
  dueIn(): number | null;
  views(): readonly ScheduleView[];
  settle(): Promise<void>;
}

export interface OneShotDeps extends TriggerDeps {
  readonly state: FunctionState;
}

const Kept = z.object({
  at: z.number(),
  /** Set while the clock was not trusted: then it goes by steady time, for what was meant is so long from then. */
  steadyAt: z.number().nullable(),
  /** base64 */
  payload: z.string(),
});

interface Shot extends z.infer<typeof Kept> {
  readonly name: string;
  readonly id: string;
  /** Monotonic ms before which a refused one is not tried again. */
  readonly notBefore: number;
  readonly refused: boolean;
}

const MOST = 1000;
const MOST_FUNCTIONS = 10_000;
const AGAIN_MS = 60_000;

/** Each function's own, so that the limits of the function state hold for each. */
const ownerOf = (name: string): string => `$at/${name}`;
const markOf = (name: string): string => `at/${name}`;

function parse(name: string, id: string, json: string): Shot | null {
  try {
    return { ...Kept.parse(JSON.parse(json)), name, id, notBefore: 0, refused: false };
  } catch {
    return null;
  }
}

/** A one-shot is removed from the disk before it runs: a crash may lose it and never doubles it. */
export function createOneShots(deps: OneShotDeps): OneShots {
  const { clock, log, time, state } = deps;
  const functions = new Map<string, Map<string, Shot>>();
  const working = new Set<Promise<void>>();
  const shotsOf = (name: string): Map<string, Shot> => functions.get(name) ?? new Map();
  const keep = ({ name, id, at, steadyAt, payload }: Shot): Promise<number | null> =>
    state.set(ownerOf(name), id, JSON.stringify({ at, steadyAt, payload }), null);
  function hold(shot: Shot): void {
    const shots = shotsOf(shot.name);
    shots.set(shot.id, shot);
    functions.set(shot.name, shots);
  }
  /** Ms until it is due; null while the clock is not trusted. */
  function dueInOf(shot: Shot): number | null {
    const again = shot.notBefore - clock.monotonic();
    if (shot.steadyAt !== null) return Math.max(shot.steadyAt - time.steady(), again);
    return time.trust() === 'never' ? null : Math.max(shot.at - clock.now(), again);
  }
  async function run(shot: Shot): Promise<void> {
    const { name, id } = shot;
    try {
      await state.set(ownerOf(name), id, null, null);
    } catch (cause) {
      log.warn('schedule.not-kept', { schedule: `${name}/at:${id}`, cause });
    }
    try {
      await deps.invokeLater(name, {
        payload: Buffer.from(shot.payload, 'base64'),
        by: { kind: 'schedule', id },
        subject: scheduleSubject(name, id),
        hops: 0,
        observe: false,
      });
    } catch (cause) {
      log.warn('schedule.not-run', { schedule: `${name}/at:${id}`, cause });
      if (!isRefusal(cause) || shotsOf(name).has(id)) return;
      const again = { ...shot, notBefore: clock.monotonic() + AGAIN_MS, refused: true };
      hold(again);
      await keep(again).catch((fault: unknown) => log.warn('schedule.not-kept', { schedule: `${name}/at:${id}`, cause: fault }));
    }
  }
  return {
    async load() {
      for (const mark of await state.keys(BOOK_OWNER, markOf(''), MOST_FUNCTIONS)) {
        const name = mark.slice(markOf('').length);
        functions.set(name, new Map());
        for (const id of await state.keys(ownerOf(name), '', MOST)) {
          const found = await state.get(ownerOf(name), id);
          const shot = found && parse(name, id, found.json);
          if (shot) hold(shot);
          else log.warn('schedule.unreadable', { schedule: `${name}/at:${id}` });
        }
      }
    },
    async at(name, id, wallMs, payload) {
      const shots = shotsOf(name);
      if (shots.size >= MOST && !shots.has(id)) {
        const text = `${name} has set ${shots.size} times already; at most ${MOST} wait.`;
        throw new GatewayError('function/state-full', text, { details: { function: name } });
      }
      const steadyAt = time.trust() === 'never' ? time.steady() + wallMs - clock.now() : null;
      const shot = {
        name,
        id,
        at: wallMs,
        steadyAt,
        payload: Buffer.from(payload).toString('base64'),
        notBefore: 0,
        refused: false,
      };
      if (!functions.has(name)) await state.set(BOOK_OWNER, markOf(name), 'true', null);
      await keep(shot);
      hold(shot);
    },
    async cancel(name, id) {
      const found = shotsOf(name).delete(id);
      if (found) await state.set(ownerOf(name), id, null, null);
      return found;
    },
    look() {
      for (const shots of functions.values()) {
        for (const shot of shots.values()) {
          const dueIn = dueInOf(shot);
          if (dueIn === null || dueIn > 0) continue;
          shots.delete(shot.id);
          const work = run(shot).finally(() => working.delete(work));
          working.add(work);
        }
      }
    },
    dueIn() {
      let least: number | null = null;
      for (const shots of functions.values()) {
        for (const shot of shots.values()) {
          const dueIn = dueInOf(shot);
          if (dueIn !== null && (least === null || dueIn < least)) least = dueIn;
        }
      }
      return least;
    },
    views: () =>
      [...functions.values()].flatMap((shots) =>
        [...shots.values()].map((shot) => ({
          id: `${shot.name}/at:${shot.id}`,
          function: shot.name,
          rule: 'once',
          nextAt: shot.at,
          lastAt: null,
          lastResult: shot.refused ? ('refused' as const) : null,
          runs: 0,
          missed: 0,
          waitsFor: dueInOf(shot) === null ? ('clock' as const) : null,
        })),
      ),
    settle: async () => {
      await Promise.all(working);
    },
  };
}

import { describe, expect, it } from 'vitest';
import { budgetOf } from '../../../../core/adapters/modbus/budget.ts';
import { createUnitFigures } from '../../../../core/adapters/modbus/unit-figures.ts';
import { busVerdict, type UnitFacts, unitState, unitVerdict } from '../../../../core/adapters/modbus/verdict.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

type Figures = ReturnType<typeof createUnitFigures>;

/** Facts as they follow from what happened. */
function facts(unit: number, happen: (figures: Figures) => void, more: Partial<UnitFacts> = {}): UnitFacts {
  const figures = createUnitFigures(createManualClock());
  happen(figures);
  const recent = { requests: 0, timeouts: 0, crcErrors: 0, framingErrors: 0, lateAnswers: 0 };
  for (const one of figures.minutes()) for (const key of Object.keys(recent) as (keyof typeof recent)[]) recent[key] += one[key];
  return { unit, snapshot: figures.snapshot(), recent, wantedPerS: 1, load: 0.1, timeoutMs: 300, maxProbeMs: 30_000, ...more };
}
const answers = (figures: Figures, times: number, ms = 12): void => {
  for (let i = 0; i < times; i += 1) {
    figures.asked();
    figures.answered(ms);
  }
};
/** One after the other. */
const all =
  (...steps: ((figures: Figures) => void)[]) =>
  (figures: Figures): void => {
    for (const step of steps) step(figures);
  };
const parked = (figures: Figures): void => figures.parked(true);
const misses = (figures: Figures, times: number, what: 'timeout' | 'crc' | 'framing' | 'wrong-unit' | 'late'): void => {
  for (let i = 0; i < times; i += 1) {
    figures.asked();
    figures.incident(what);
  }
};

describe('the verdict on a unit', () => {
  it.each<[string, (figures: Figures) => void, string, string]>([
    ['fine', (one) => answers(one, 100), 'ok', 'answers within'],
    ['never asked', () => {}, 'ok', 'not been asked'],
    ['never answered', all((one) => misses(one, 3, 'timeout'), parked), 'failure', 'has never answered. It is parked'],
    [
      'stopped',
      all(
        (one) => answers(one, 50),
        (one) => misses(one, 40, 'timeout'),
        parked,
      ),
      'failure',
      'has stopped answering',
    ],
    ['garbage', all((one) => misses(one, 5, 'crc'), parked), 'failure', 'nothing of it can be read'],
    ['another one answers', all((one) => misses(one, 5, 'wrong-unit'), parked), 'failure', 'Another unit answers'],
    ['too late', all((one) => misses(one, 5, 'late'), parked), 'failure', 'later than its timeout of 300 ms'],
    [
      'noise',
      all(
        (one) => answers(one, 100),
        (one) => misses(one, 3, 'crc'),
        (one) => answers(one, 20),
      ),
      'out-of-spec',
      'came damaged',
    ],
    [
      'now and then silent',
      all(
        (one) => answers(one, 100),
        (one) => misses(one, 4, 'timeout'),
        (one) => answers(one, 20),
      ),
      'maintenance',
      'unanswered',
    ],
    ['slow', (one) => answers(one, 100, 250), 'maintenance', 'answers late'],
    [
      'two of them',
      all(
        (one) => answers(one, 100),
        (one) => one.incident('duplicate'),
        (one) => one.incident('duplicate'),
      ),
      'out-of-spec',
      'answered twice',
    ],
    [
      'an echo',
      all(
        (one) => answers(one, 10),
        (one) => one.incident('echo'),
        (one) => one.incident('echo'),
      ),
      'maintenance',
      'gives back what it sends',
    ],
  ])('%s', (_what, happen, state, words) => {
    const verdict = unitVerdict(facts(7, happen));
    expect(verdict).toMatchObject({ state, finding: expect.stringContaining(words) });
    expect(verdict.remedy !== '').toBe(state !== 'ok');
  });
  it('names what is wanted and what is reached', () => {
    const full = facts(7, (one) => answers(one, 30), { wantedPerS: 50, load: 0.98 });
    const behind = { ...full, snapshot: { ...full.snapshot, answersPerS: 2, measuredMs: 20_000 } };
    expect(unitVerdict(behind).finding).toContain('50 are wanted');
    expect(unitVerdict({ ...behind, load: 0.03 }).state).toBe('ok');
    expect(unitVerdict({ ...behind, snapshot: { ...behind.snapshot, measuredMs: 2000 } }).state).toBe('ok');
  });
  it('does not hold against a unit what is long over', () => {
    const clock = createManualClock();
    const figures = createUnitFigures(clock);
    for (const what of ['wrong-unit', 'duplicate', 'echo'] as const) for (let i = 0; i < 5; i += 1) figures.incident(what);
    answers(figures, 50);
    const seen = facts(7, () => {}, { snapshot: figures.snapshot() });
    expect(unitVerdict(seen).state).not.toBe('ok');
    expect(
      unitVerdict({ ...seen, snapshot: { ...seen.snapshot, agoMs: { echo: 9e5, 'wrong-unit': 9e5, duplicate: 9e5 } } }).state,
    ).toBe('ok');
  });
  it('holds against a dead unit what was heard of it last, not what was before', async () => {
    const clock = createManualClock();
    const figures = createUnitFigures(clock);
    const finding = (): string => {
      const sums = { requests: 0, timeouts: 0, crcErrors: 0, framingErrors: 0, lateAnswers: 0 };
      for (const one of figures.minutes()) for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += one[key];
      return unitVerdict(facts(7, () => {}, { snapshot: figures.snapshot(), recent: sums })).finding;
    };
    answers(figures, 3);
    misses(figures, 20, 'crc');
    figures.parked(true);
    expect(finding()).toContain('nothing of it can be read');
    await clock.advance(1000);
    misses(figures, 2, 'late');
    expect(finding()).toContain('later than its timeout');
    await clock.advance(120_000);
    misses(figures, 2, 'timeout');
    expect(finding()).toContain('has stopped answering');
  });
  it('judges no unit that nobody asks now', () => {
    const left = facts(
      7,
      all((one) => misses(one, 5, 'late'), parked),
      { wantedPerS: 0, timeoutMs: Number.POSITIVE_INFINITY },
    );
    expect(unitVerdict(left)).toMatchObject({ state: 'ok', finding: 'Unit 7 is not asked in turn now.' });
  });
  it('says that exceptions are often one address off', () => {
    const refused = facts(7, (one) => {
      for (let i = 0; i < 40; i += 1) {
        one.asked();
        one.answered(5, true);
      }
    });
    expect(unitVerdict(refused).remedy).toContain('one off');
  });
  it('has a state for each', () => {
    expect(
      [facts(1, () => {}), facts(1, (one) => answers(one, 5)), facts(1, (one) => misses(one, 9, 'timeout'))].map(unitState),
    ).toEqual(['waiting', 'ok', 'failing']);
  });
});

describe('the verdict on a bus', () => {
  const verdictOn = (all: UnitFacts[], more: Partial<Parameters<typeof busVerdict>[0]> = {}) =>
    busVerdict({ facts: all, open: true, claimedBy: null, budget: '', ...more }).finding;
  const good = (unit: number) => facts(unit, (one) => answers(one, 50));
  const dead = (unit: number) =>
    facts(
      unit,
      all((one) => misses(one, 3, 'timeout'), parked),
    );
  const noisy = (unit: number) =>
    facts(
      unit,
      all(
        (one) => answers(one, 50),
        (one) => misses(one, 5, 'crc'),
        (one) => answers(one, 20),
      ),
    );
  it('names the dead ones', () =>
    expect(verdictOn([good(1), dead(2), dead(9)])).toBe('2 of 3 units give no usable answer: 2, 9.'));
  it('is that on its unit where there is but one', () => {
    expect(verdictOn([dead(5)])).toContain('Unit 5 has never answered');
  });
  it('tells a line on which all is damaged from one that is silent', () => {
    const garbled = (unit: number) =>
      facts(
        unit,
        all((one) => misses(one, 5, 'framing'), parked),
      );
    expect(verdictOn([garbled(1), garbled(2), dead(3)])).toContain('what comes is damaged');
    expect(verdictOn([garbled(1), dead(2), dead(3)])).toBe('No unit on this bus answers.');
  });
  it('suspects the line where all are dead, or all are damaged', () => {
    expect(verdictOn([dead(1), dead(2)])).toBe('No unit on this bus answers.');
    expect(verdictOn([noisy(1), noisy(2), noisy(3)])).toContain('3 of 3 units arrive damaged');
  });
  it('says who has it, that it is closed, that it is too slow', () => {
    expect(verdictOn([good(1)], { claimedBy: 'Ann (scan)' })).toContain('Ann (scan) has this line');
    expect(verdictOn([good(1)], { open: false })).toContain('not open');
    expect(verdictOn([good(1)], { budget: 'This bus needs 2 s a round; you asked for 1 s.' })).toContain('2 s a round');
    expect(verdictOn([good(1)])).toBe('All units answer.');
  });
});

describe('the budget of a bus', () => {
  const wanted = (unit: number, everyMs: number, bytesMs: number) => ({ unit, everyMs, bytesMs });
  it('is the time on the line of one round', () => {
    const budget = budgetOf([wanted(1, 1000, 600), wanted(2, 1000, 720)], () => 10);
    expect(budget).toEqual({ roundMs: 1340, wantedRoundMs: 1000, words: 'This bus needs 1.34 s a round; you asked for 1 s.' });
  });
  it('counts slower polls for their share, and parked units not at all', () => {
    const budget = budgetOf([wanted(1, 1000, 90), wanted(2, 10_000, 490), wanted(3, 1000, 5000)], (unit) =>
      unit === 3 ? undefined : 10,
    );
    expect(budget).toEqual({ roundMs: 150, wantedRoundMs: 1000, words: '' });
  });
});

import type { Clock } from '../../base/clock.ts';
import type { ModbusDeviceConfig } from '../../contract/document/devices.ts';
import type { BusUnitView, BusView } from '../../contract/field-views.ts';
import type { PortClaims } from '../../transports/ports/claims.ts';
import { type Budget, budgetOf, type Wanted, wantedOf } from './budget.ts';
import type { ModbusBus } from './bus.ts';
import { type BusFigures, createBusFigures } from './bus-figures.ts';
import { type Framing, framingOf } from './line-timing.ts';
import type { UnitSnapshot } from './unit-figures.ts';
import { busVerdict, RECENT_MS, type UnitFacts, unitState, unitVerdict } from './verdict.ts';

/** What is known of one bus, also while it is closed. */
export interface BusRecord {
  readonly key: string;
  readonly figures: BusFigures;
  /** A device polls here from now on; gives what to call when it no longer does. */
  add(config: ModbusDeviceConfig): () => void;
  opened(bus: ModbusBus, label: string): void;
  readonly bus: ModbusBus | undefined;
  view(): BusView;
  units(): readonly BusUnitView[];
}

interface Poller {
  readonly config: ModbusDeviceConfig;
  readonly wanted: readonly Wanted[];
}

/** What a request needs beyond its bytes until it was measured. */
const GUESS_MS = 10;

export function createBusRecord(deps: {
  readonly clock: Clock;
  readonly key: string;
  readonly first: ModbusDeviceConfig;
  readonly claims: Pick<PortClaims, 'of'>;
}): BusRecord {
  const { clock, key } = deps;
  let framing: Framing = framingOf(deps.first.adapter);
  const figures = createBusFigures(clock);
  const pollers = new Set<Poller>();
  let label = key;
  let bus: ModbusBus | undefined;

  function budget(): Budget {
    const snapshots = new Map([...figures.units()].map(([unit, one]) => [unit, one.snapshot()]));
    return budgetOf(
      [...pollers].flatMap(({ wanted }) => wanted),
      (unit) => (snapshots.get(unit)?.parked ? undefined : (snapshots.get(unit)?.heldMs ?? GUESS_MS)),
    );
  }
  function factsOf(unit: number, snapshot: UnitSnapshot): UnitFacts {
    const own = [...pollers].filter(({ config }) => config.unit === unit);
    const wantedPerS = own.flatMap(({ wanted }) => wanted).reduce((sum, { everyMs }) => sum + 1000 / everyMs, 0);
    return {
      unit,
      snapshot,
      recent: recentOf(figures.unit(unit).minutes(), clock.now()),
      wantedPerS,
      load: figures.load,
      timeoutMs: Math.min(...own.map(({ config }) => config.timeoutMs)),
      maxProbeMs: Math.max(0, ...own.map(({ config }) => config.breaker?.maxProbeMs ?? 30_000)),
    };
  }
  /** Units that a device polls, and those that were heard without being asked. */
  function allFacts(): UnitFacts[] {
    const numbers = new Set([...figures.units().keys(), ...[...pollers].map(({ config }) => config.unit)]);
    return [...numbers].sort((a, b) => a - b).map((unit) => factsOf(unit, figures.unit(unit).snapshot()));
  }
  function unitView(facts: UnitFacts): BusUnitView {
    const { unit, snapshot, wantedPerS } = facts;
    const { counts } = snapshot;
    const probe = bus?.breaker(unit).nextProbeAt;
    return {
      id: `${key} ${unit}`,
      bus: key,
      unit,
      devices: [...pollers].filter(({ config }) => config.unit === unit).map(({ config }) => config.id),
      state: unitState(facts),
      since: snapshot.since,
      nextProbeAt: probe === undefined ? null : Math.round(clock.now() + probe - clock.monotonic()),
      parkedTimes: snapshot.parkedTimes,
      wantedPerS: Number(wantedPerS.toFixed(2)),
      actualPerS: bus && wantedPerS > 0 ? snapshot.answersPerS : 0,
      requests: snapshot.requests,
      answers: snapshot.answers,
      timeouts: counts.timeout,
      crcErrors: counts.crc,
      framingErrors: counts.framing + counts.echo,
      lateAnswers: counts.late,
      duplicateAnswers: counts.duplicate,
      wrongUnit: counts['wrong-unit'],
      exceptions: counts.exception,
      histogram: [...snapshot.histogram],
      responseMs: { ...snapshot.responseMs },
      verdict: unitVerdict(facts),
    };
  }

  return {
    key,
    figures,
    add(config) {
      const poller: Poller = { config, wanted: wantedOf(config) };
      pollers.add(poller);
      framing = framingOf(config.adapter); // another document may have another one
      figures.unit(config.unit).begins();
      return () => void pollers.delete(poller);
    },
    opened(open, name) {
      bus = open;
      label = name;
      for (const one of figures.units().values()) one.begins();
      void open.closed.then(() => {
        if (bus !== open) return;
        bus = undefined;
        // Who is parked is the open line's knowledge: on the next one all are asked in turn again.
        for (const one of figures.units().values()) one.parked(false);
      });
    },
    get bus() {
      return bus;
    },
    view() {
      const facts = allFacts();
      const { roundMs, wantedRoundMs, words } = budget();
      const claimedBy = deps.claims.of(key)?.holder ?? null;
      return {
        id: key,
        label,
        framing,
        open: bus !== undefined,
        claimedBy,
        units: facts.length,
        parked: facts.filter(({ snapshot }) => snapshot.parked).length,
        requestsPerS: figures.requestsPerS,
        load: figures.load,
        roundMs,
        wantedRoundMs,
        budget: words,
        waiting: bus?.waiting ?? 0,
        verdict: busVerdict({ facts, open: bus !== undefined, claimedBy, budget: words, otherMaster: figures.otherMasterAsks }),
      };
    },
    units: () => allFacts().map(unitView),
  };
}

/** Sums of the newest minutes. */
function recentOf(
  minutes: readonly { readonly at: number }[] & ReturnType<BusFigures['minutes']>,
  now: number,
): UnitFacts['recent'] {
  const sum = { requests: 0, timeouts: 0, crcErrors: 0, framingErrors: 0, lateAnswers: 0 };
  for (const one of minutes) {
    if (one.at < now - RECENT_MS) continue;
    sum.requests += one.requests;
    sum.timeouts += one.timeouts;
    sum.crcErrors += one.crcErrors;
    sum.framingErrors += one.framingErrors;
    sum.lateAnswers += one.lateAnswers;
  }
  return sum;
}

import type { BusUnitView, VerdictView } from '../../contract/field-views.ts';
import type { Incident, UnitSnapshot } from './unit-figures.ts';

/** What a verdict on a unit rests on. */
export interface UnitFacts {
  readonly unit: number;
  readonly snapshot: UnitSnapshot;
  /** Sums of the newest `RECENT_MS`. */
  readonly recent: {
    readonly requests: number;
    readonly timeouts: number;
    readonly crcErrors: number;
    readonly framingErrors: number;
    readonly lateAnswers: number;
  };
  /** Of all devices that ask it now; 0: none does. */
  readonly wantedPerS: number;
  /** Share of the time in which the line was in use of late, 0..1. */
  readonly load: number;
  readonly timeoutMs: number;
  readonly maxProbeMs: number;
}

/** What was longer ago is over. */
export const RECENT_MS = 15 * 60_000;
/** From here on a share of all requests is worth a word. */
const NOTABLE = 0.01;
/** A unit that misses more than half of what it is asked is failing. */
const FAILING = 0.5;
/** An answer that needs so much of its timeout will miss it one day. */
const NEAR_TIMEOUT = 0.7;
/** Fewer requests than this say nothing. */
const ENOUGH = 20;
/** A dead unit that was not heard through so many probes is silent now. */
const SILENT_PROBES = 3;
const PROBE_AT_LEAST_MS = 10_000;
const BEHIND = 0.8;
/** A line with this much to do has little time left. */
const BUSY = 0.7;
/** A rate is judged after so long, and so many polls; one that is wanted less often than this is not. */
const JUDGED_AFTER_MS = 10_000;
const JUDGED_AFTER_POLLS = 5;
const JUDGED_FROM_PER_S = 0.1;

const verdict = (state: VerdictView['state'], finding: string, cause = '', remedy = ''): VerdictView => ({
  state,
  finding,
  cause,
  remedy,
});
const share = (count: number, all: number): string => `${Number(((count / Math.max(1, all)) * 100).toPrecision(2))} %`;

/** How often it was seen, if it still is. */
const stillSeen = ({ counts, agoMs }: UnitSnapshot, what: Incident): number =>
  (agoMs[what] ?? RECENT_MS) < RECENT_MS ? counts[what] : 0;

export function unitState({ snapshot, timeoutMs }: UnitFacts): BusUnitView['state'] {
  if (snapshot.requests === 0) return 'waiting';
  if (snapshot.parked) return 'parked';
  if (snapshot.missShare > FAILING || snapshot.answers === 0) return 'failing';
  return snapshot.responseMs.p95 > NEAR_TIMEOUT * timeoutMs ? 'slow' : 'ok';
}

/** What was heard of a dead unit last: that is its trouble now, whatever it was before. Nothing, where it has been silent since. */
function lastHeard({ snapshot, maxProbeMs }: UnitFacts): 'late' | 'wrong-unit' | 'broken' | undefined {
  const ago = (what: Incident): number => snapshot.agoMs[what] ?? Number.POSITIVE_INFINITY;
  const heard = [
    { what: 'late', agoMs: ago('late') },
    { what: 'wrong-unit', agoMs: ago('wrong-unit') },
    { what: 'broken', agoMs: Math.min(ago('crc'), ago('framing')) },
  ] as const;
  const [last] = [...heard].sort((a, b) => a.agoMs - b.agoMs);
  return last && last.agoMs < SILENT_PROBES * Math.max(PROBE_AT_LEAST_MS, maxProbeMs) ? last.what : undefined;
}

/** A unit of which nothing usable comes. */
function deadVerdict(facts: UnitFacts): VerdictView {
  const { unit, snapshot, timeoutMs, maxProbeMs } = facts;
  const parked = snapshot.parked ? ` It is parked and asked at most every ${Math.ceil(maxProbeMs / 1000)} s.` : '';
  const heard = lastHeard(facts);
  if (heard === 'late') {
    return verdict(
      'failure',
      `Unit ${unit} answers later than its timeout of ${timeoutMs} ms.${parked}`,
      'The device, or a converter before it, needs longer than it is given.',
      'Raise the timeout of this device.',
    );
  }
  if (heard === 'wrong-unit') {
    return verdict(
      'failure',
      `Another unit answers when unit ${unit} is asked.${parked}`,
      'Two devices share one unit id, or a converter answers in their name.',
      'Switch the devices off one by one and give each its own unit id.',
    );
  }
  if (heard === 'broken') {
    return verdict(
      'failure',
      `Unit ${unit} answers, but nothing of it can be read.${parked}`,
      'Two devices answer at once, the baud rate or parity differs, or the wiring is bad.',
      'Check unit id, baud rate and parity at the device; then A and B, shield and termination.',
    );
  }
  if (snapshot.answers === 0) {
    return verdict(
      'failure',
      `Unit ${unit} has never answered.${parked}`,
      'Its unit id or baud rate differs, it has no power, or A and B are swapped.',
      'Check the power, the unit id at the device, and the wiring.',
    );
  }
  return verdict(
    'failure',
    `Unit ${unit} has stopped answering.${parked}`,
    'It has no power, its cable is loose, or it hangs.',
    'Check its power and cable; switch it off and on.',
  );
}

/** A unit that answers, but not as it should: the worst finding first. */
function flawVerdict(facts: UnitFacts): VerdictView | undefined {
  const { unit, snapshot, recent, timeoutMs } = facts;
  const echoes = stillSeen(snapshot, 'echo');
  const others = stillSeen(snapshot, 'wrong-unit');
  const repeats = stillSeen(snapshot, 'duplicate');
  const notable = (count: number): boolean => count > 1 && count > NOTABLE * recent.requests;
  if (echoes > 1) {
    return verdict(
      'maintenance',
      `The adapter gives back what it sends (${echoes} times with unit ${unit}).`,
      'The RS-485 adapter listens while it sends.',
      'Switch its local echo off.',
    );
  }
  if (others > 1) {
    return verdict(
      'out-of-spec',
      `Another unit has answered ${others} times when unit ${unit} was asked.`,
      'Two devices share one unit id.',
      'Give each device its own unit id.',
    );
  }
  if (repeats > 1) {
    return verdict(
      'out-of-spec',
      `Unit ${unit} has answered twice ${repeats} times.`,
      'Two devices share this unit id, or a repeater sends everything twice.',
      'Switch one of them off and look whether it goes on.',
    );
  }
  if (notable(recent.crcErrors + recent.framingErrors)) {
    return verdict(
      'out-of-spec',
      `Of the last 15 minutes, ${share(recent.crcErrors + recent.framingErrors, recent.requests)} of what unit ${unit} has sent came damaged.`,
      'Noise on the line, missing termination, or a loose contact.',
      'Check shield, termination (120 Ω at both ends) and the contacts at this unit.',
    );
  }
  if (notable(recent.lateAnswers)) {
    return verdict(
      'maintenance',
      `${share(recent.lateAnswers, recent.requests)} of the answers of unit ${unit} come after its timeout of ${timeoutMs} ms.`,
      'The device needs longer than it is given.',
      'Raise the timeout of this device.',
    );
  }
  if (notable(recent.timeouts)) {
    return verdict(
      'maintenance',
      `Unit ${unit} has left ${share(recent.timeouts, recent.requests)} of its requests of the last 15 minutes unanswered.`,
      'A loose contact, or the device is busy with something else.',
      'Check the contacts; poll it less often, or give it a silence before each request.',
    );
  }
  return undefined;
}

/** It is read less often than it should be, and the line is the reason. */
function crowdedOut({ snapshot, wantedPerS, load }: UnitFacts): boolean {
  if (load < BUSY || snapshot.requests <= ENOUGH || wantedPerS < JUDGED_FROM_PER_S) return false;
  if (snapshot.measuredMs < Math.max(JUDGED_AFTER_MS, (JUDGED_AFTER_POLLS * 1000) / wantedPerS)) return false;
  return snapshot.answersPerS < BEHIND * wantedPerS;
}

/** A plain word about one unit, with the likely cause and what to do. */
export function unitVerdict(facts: UnitFacts): VerdictView {
  const { unit, snapshot, wantedPerS, timeoutMs } = facts;
  const state = unitState(facts);
  if (state === 'waiting') return verdict('ok', `Unit ${unit} has not been asked yet.`);
  if (wantedPerS === 0) return verdict('ok', `Unit ${unit} is not asked in turn now.`);
  if (state === 'parked' || state === 'failing') return deadVerdict(facts);
  const flaw = flawVerdict(facts);
  if (flaw) return flaw;
  const { p95 } = snapshot.responseMs;
  if (snapshot.exceptionShare > FAILING) {
    return verdict(
      'out-of-spec',
      `Unit ${unit} answers most requests with an exception.`,
      'A register that is asked for does not exist in this device.',
      'Compare the addresses with its manual: often they are one off.',
    );
  }
  if (state === 'slow') {
    return verdict(
      'maintenance',
      `Unit ${unit} answers late: ${p95} ms at the 95th percentile, of ${timeoutMs} ms.`,
      'The device is slow or overloaded.',
      'Raise the timeout, ask for fewer registers, or poll it less often.',
    );
  }
  if (crowdedOut(facts)) {
    return verdict(
      'maintenance',
      `Unit ${unit} is read ${snapshot.answersPerS} times a second; ${Number(wantedPerS.toFixed(2))} are wanted.`,
      'The bus has no time left for it.',
      'Poll the units of this bus less often, or raise the baud rate.',
    );
  }
  return verdict('ok', `Unit ${unit} answers within ${p95} ms (95th percentile).`);
}

const listed = (units: readonly number[]): string =>
  units.length <= 6 ? units.join(', ') : `${units.slice(0, 6).join(', ')} and ${units.length - 6} more`;

/** A plain word about a whole bus. */
export function busVerdict(bus: {
  readonly facts: readonly UnitFacts[];
  readonly open: boolean;
  readonly claimedBy: string | null;
  readonly budget: string;
  /** A request that the gateway has not sent, in words; undefined where nobody else asks. */
  readonly otherMaster?: string | undefined;
}): VerdictView {
  const { facts } = bus;
  if (bus.claimedBy !== null)
    return verdict('function-check', `${bus.claimedBy} has this line now.`, '', 'Close the tool to go on.');
  if (!bus.open) {
    return verdict(
      'failure',
      'The line is not open.',
      'The port or the address cannot be reached.',
      'Look at the devices on it.',
    );
  }
  if (bus.otherMaster !== undefined) {
    return verdict(
      'out-of-spec',
      `Another master asks on this line: requests were heard that the gateway has not sent, as "${bus.otherMaster}".`,
      'A PLC, a display or a second gateway asks the same devices; its requests and ours destroy each other.',
      'Let only one of them ask: switch the other one off, or let it read from this gateway by Modbus TCP.',
    );
  }
  const asked = facts.filter(({ snapshot }) => snapshot.requests > 0);
  const dead = asked.filter((one) => ['parked', 'failing'].includes(unitState(one)));
  const [only] = dead;
  if (only && asked.length === 1) return unitVerdict(only);
  if (dead.length > 0 && dead.length === asked.length) {
    if (dead.filter((one) => lastHeard(one) === 'broken').length * 2 > dead.length) {
      return verdict(
        'failure',
        'Of no unit on this bus can anything be read: what comes is damaged.',
        'Baud rate or parity differ, a device sends without pause, or there is noise on the whole line.',
        'Check the line’s settings first; then take the devices off one by one; then shield and termination (120 Ω at both ends).',
      );
    }
    return verdict(
      'failure',
      'No unit on this bus answers.',
      'Baud rate or parity differ, A and B are swapped, or the converter has no power.',
      'Check the line’s settings and the wiring at the converter first.',
    );
  }
  const damaged = asked.filter(({ recent }) => recent.crcErrors + recent.framingErrors > Math.max(1, NOTABLE * recent.requests));
  if (damaged.length > 2 && damaged.length * 2 > asked.length) {
    return verdict(
      'out-of-spec',
      `Answers of ${damaged.length} of ${asked.length} units arrive damaged.`,
      'Noise on the whole line, or missing termination.',
      'Check shield, earth and the termination (120 Ω at both ends).',
    );
  }
  if (dead.length > 0) {
    return verdict(
      'maintenance',
      `${dead.length} of ${asked.length} units ${dead.length === 1 ? 'gives' : 'give'} no usable answer: ${listed(dead.map(({ unit }) => unit))}.`,
      'They have no power, or another unit id or baud rate, or their wires are loose. The others keep their rate.',
      'Open each of these units below; it says what to check.',
    );
  }
  if (bus.budget !== '') {
    return verdict(
      'out-of-spec',
      bus.budget,
      'More is asked than the line can carry.',
      'Poll less often, or raise the baud rate.',
    );
  }
  const flawed = asked.filter((one) => unitVerdict(one).state !== 'ok').map(({ unit }) => unit);
  if (flawed.length > 0) return verdict('maintenance', `Look at unit ${listed(flawed)}.`, '', 'See what is said of each.');
  return verdict('ok', asked.length === 0 ? 'Nothing has been asked yet.' : 'All units answer.');
}

import type { Judgement, ReportDevice, ReportFacts, ReportPoint } from './facts.ts';

/** Name and text of one fact. */
export type Fact = readonly [name: string, text: string];

export interface PointWords {
  /** One for each of `COLUMNS`. */
  readonly cells: readonly string[];
  readonly judgement: Judgement;
}

export interface DeviceWords {
  readonly id: string;
  readonly name: string;
  readonly judgement: Judgement;
  readonly verdict: string;
  readonly facts: readonly Fact[];
  readonly points: readonly PointWords[];
}

/** All that stands in the report, in the order in which it stands there; HTML and PDF only lay it out. */
export interface ReportWords {
  readonly kind: string;
  readonly site: string;
  readonly title: string;
  readonly about: readonly Fact[];
  readonly result: string;
  readonly judgement: Judgement;
  /** May have several lines; empty: none. */
  readonly note: string;
  readonly devices: readonly DeviceWords[];
  /** Who signs, and the name where it is known. */
  readonly signatures: readonly { readonly line: string; readonly name: string }[];
}

/** Heads of the table of points. */
export const COLUMNS = ['Point', 'Value', 'Limits', 'Quality', 'Read at (UTC)', 'Result'] as const;
export const NO_POINTS = 'The device has no points.';

const NE107 = {
  ok: ['OK', 'no fault'],
  maintenance: ['M', 'maintenance required'],
  'out-of-spec': ['S', 'out of specification'],
  'function-check': ['C', 'function check'],
  failure: ['F', 'failure'],
} as const;

/** `2026-11-23 07:50` in UTC: the same in every place where the report is read. */
const minuteText = (at: number | null): string =>
  at === null ? 'never' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** With the name of its zone. */
export const timeText = (at: number | null): string => (at === null ? 'never' : `${minuteText(at)} UTC`);

export const verdictText = (judgement: Judgement): string => (judgement === 'passed' ? '✓ passed' : '✗ failed');

function valueText({ value, decimals, unit }: ReportPoint): string {
  if (value === null) return 'no value';
  const plain = typeof value === 'number' && decimals !== null ? value.toFixed(decimals) : String(value);
  return unit === '' ? plain : `${plain} ${unit}`;
}

function limitsText({ limits, unit }: ReportPoint): string {
  if (!limits) return 'none';
  const { lowLow, low, high, highHigh } = limits;
  const parts = [
    ['LL', lowLow],
    ['L', low],
    ['H', high],
    ['HH', highHigh],
  ] as const;
  const known = parts.flatMap(([name, limit]) => (limit === null ? [] : [`${name} ${limit}`]));
  return known.length === 0 ? 'none' : `${known.join(', ')}${unit === '' ? '' : ` ${unit}`}`;
}

function qualityText({ quality, judgement, why, note }: ReportPoint): string {
  const more = judgement === 'passed' ? (note ?? '') : why;
  return more === '' ? quality : `${quality}: ${more}`;
}

const pointWords = (point: ReportPoint): PointWords => ({
  cells: [
    point.label,
    valueText(point),
    limitsText(point),
    qualityText(point),
    minuteText(point.at),
    verdictText(point.judgement),
  ],
  judgement: point.judgement,
});

const known = (facts: readonly Fact[]): readonly Fact[] => facts.filter(([, text]) => text !== '');

function deviceWords(device: ReportDevice): DeviceWords {
  const { id, name, judgement } = device;
  const [letter, words] = NE107[device.ne107];
  const errors = Object.entries(device.errors).map(([code, count]) => `${code}: ${count}`);
  const facts = known([
    ['Connection', device.connection],
    ['Place', device.location],
    ['Identity', device.identity],
    ['Profile', device.profile],
    ['State (NE 107)', `${letter}, ${words}${device.ne107Why === '' ? '' : `: ${device.ne107Why}`}`],
    ['Last heard', timeText(device.lastSeenAt)],
    ['Readings since the start', String(device.readings)],
    ['Faults since the start', errors.length === 0 ? 'none' : errors.join(', ')],
  ]);
  return { id, name, judgement, verdict: verdictText(judgement), facts, points: device.points.map(pointWords) };
}

function resultText(passed: number, failed: number): string {
  const all = passed + failed;
  if (all === 0) return 'There are no devices.';
  return `${passed} of ${all === 1 ? '1 device' : `${all} devices`} passed, ${failed} failed.`;
}

/** The facts in the words of the report. */
export function reportWords(facts: ReportFacts): ReportWords {
  const { site, document, gateway, madeAt, by, company, note, passed, failed, devices } = facts;
  const kind = 'Site acceptance report';
  return {
    kind,
    site,
    title: `${kind}: ${site}`,
    about: known([
      ['Site', site],
      ['Company', company],
      ['Made by', by],
      ['Made at', timeText(madeAt)],
      ['Deployment', document ? `${document.name}, version ${document.version}` : 'none'],
      ['Gateway', `${gateway.name}, Gatehouse ${gateway.version}`],
    ]),
    result: resultText(passed, failed),
    judgement: failed === 0 && passed > 0 ? 'passed' : 'failed',
    note,
    devices: devices.map(deviceWords),
    signatures: [
      { line: 'For the installer: name, date, signature', name: by },
      { line: 'For the owner: name, date, signature', name: '' },
    ],
  };
}

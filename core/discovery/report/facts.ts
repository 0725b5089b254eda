import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { DeviceView, PointView } from '../../contract/views.ts';

export type Judgement = 'passed' | 'failed';

/** One reading of the report. */
export interface ReportPoint {
  readonly name: string;
  readonly label: string;
  readonly value: PointView['value'];
  /** Decimals of the screen; null: as it is. */
  readonly decimals: number | null;
  readonly unit: string;
  readonly quality: PointView['quality'];
  readonly note: string | null;
  /** Wall time in ms. */
  readonly at: number | null;
  readonly limits: PointView['limits'];
  readonly judgement: Judgement;
  /** Why it failed; empty where it passed. */
  readonly why: string;
}

export interface ReportDevice {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly connection: string;
  readonly adapter: string;
  readonly profile: string;
  readonly identity: string;
  readonly ne107: DeviceView['ne107']['state'];
  readonly ne107Why: string;
  readonly lastSeenAt: number | null;
  readonly readings: number;
  /** Counts by fault. */
  readonly errors: Readonly<Record<string, number>>;
  readonly points: readonly ReportPoint[];
  readonly judgement: Judgement;
}

/** All that a site acceptance report says. Its JSON is this as it is. */
export interface ReportFacts {
  readonly schema: 'gatehouse-report/1';
  readonly site: string;
  readonly document: { readonly name: string; readonly version: number } | null;
  readonly gateway: { readonly name: string; readonly version: string };
  /** Wall time in ms. */
  readonly madeAt: number;
  readonly by: string;
  readonly company: string;
  readonly note: string;
  readonly passed: number;
  readonly failed: number;
  readonly devices: readonly ReportDevice[];
}

const LIMIT_WORDS = {
  'low-low': 'below its lowest limit',
  low: 'below its low limit',
  high: 'above its high limit',
  'high-high': 'above its highest limit',
} as const;

function whyNot(point: PointView): string {
  if (point.quality !== 'good') return point.note || (point.at === null ? 'never read' : `its quality is ${point.quality}`);
  if (point.limit === null || point.limit === 'normal') return '';
  return LIMIT_WORDS[point.limit];
}

function pointOf(point: PointView): ReportPoint {
  const { name, label, value, decimals, unit, quality, note, at, limits } = point;
  const why = whyNot(point);
  return { name, label, value, decimals, unit, quality, note, at, limits, judgement: why === '' ? 'passed' : 'failed', why };
}

/** Maintenance and out-of-specification do not stop an acceptance by themselves; what they rest on does, where it is a reading. */
const STOPS: ReadonlySet<string> = new Set(['failure', 'function-check']);

/** A device in the report. `config`: what the document says of it; undefined where it has gone from there meanwhile. */
export function deviceFacts(view: DeviceView, config: DeviceConfig | undefined): ReportDevice {
  const points = view.points.map(pointOf);
  const isSound = !STOPS.has(view.ne107.state) && points.every(({ judgement }) => judgement === 'passed');
  return {
    id: view.id,
    name: view.name,
    location: config?.location ?? '',
    connection: view.connection,
    adapter: view.adapter,
    profile: view.profile ?? '',
    identity: config?.identity ?? '',
    ne107: view.ne107.state,
    ne107Why: view.ne107.why,
    lastSeenAt: view.lastSeenAt,
    readings: view.readings,
    errors: view.errors,
    points,
    judgement: isSound ? 'passed' : 'failed',
  };
}

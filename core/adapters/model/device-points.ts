import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { LimitsConfig } from '../../contract/document/points.ts';
import { isWritablePoint } from '../../contract/document/writable-point.ts';
import { limitWords } from '../../contract/limit-words.ts';
import type { Reading } from '../../contract/reading.ts';
import type { PointView } from '../../contract/views.ts';
import { limitBand } from './limits.ts';
import type { Sign } from './ne107.ts';

/** The newest value of every point, and what it says of the device. */
export interface DevicePoints {
  /** A reading of a point that is not of the document is left out. */
  take(reading: Reading, at: number): void;
  markStale(): void;
  views(): readonly PointView[];
  /** The first point whose newest reading is bad, in words; empty where there is none. */
  trouble(): string;
  /** What the values say of the device: limits, status values, an empty battery. */
  signs(): readonly Sign[];
}

type PointConfig = DeviceConfig['points'][number];

interface Held {
  readonly config: PointConfig;
  view: PointView;
}

/** Below that a battery is to be changed at the next visit. */
const BATTERY_LOW_PERCENT = 15;

const limitsView = ({ lowLow, low, high, highHigh }: LimitsConfig): PointView['limits'] => ({
  lowLow: lowLow ?? null,
  low: low ?? null,
  high: high ?? null,
  highHigh: highHigh ?? null,
});

const emptyView = (device: string, point: PointConfig): PointView => ({
  name: point.name,
  label: point.label ?? point.name,
  unit: point.unit ?? '',
  decimals: point.decimals ?? null,
  value: null,
  quality: 'bad',
  note: 'no reading yet',
  at: null,
  series: `devices/${device}/${point.name}`,
  writable: isWritablePoint(point),
  limits: point.limits ? limitsView(point.limits) : null,
  limit: null,
  deadband: point.deadband ?? null,
});

const isBattery = (point: PointConfig): boolean =>
  point.unit === '%' && (point.name === 'battery' || ('value' in point && point.value === 'battery'));

function stateSign({ config, view }: Held): Sign | undefined {
  if (!config.states || view.value === null) return undefined;
  const key = String(view.value);
  const state = Object.hasOwn(config.states, key) ? config.states[key] : undefined;
  return state === undefined || state === 'ok' ? undefined : { state, why: `${view.label}: ${key}` };
}

function limitSign({ view }: Held): Sign | undefined {
  const words = limitWords(view);
  if (words === '') return undefined;
  const now = view.value === null ? '' : `: ${String(view.value)}${view.unit === '' ? '' : ` ${view.unit}`}`;
  return { state: 'out-of-spec', why: words + now };
}

function batterySign({ config, view }: Held): Sign | undefined {
  if (!isBattery(config) || typeof view.value !== 'number' || view.value > BATTERY_LOW_PERCENT) return undefined;
  return { state: 'maintenance', why: `${view.label} is at ${view.value} %` };
}

const signsOf = (held: Held): readonly Sign[] =>
  [limitSign(held), stateSign(held), batterySign(held)].filter((sign): sign is Sign => sign !== undefined);

export function createDevicePoints(config: Pick<DeviceConfig, 'id' | 'points'>): DevicePoints {
  const points = new Map<string, Held>(
    config.points.map((point) => [point.name, { config: point, view: emptyView(config.id, point) }]),
  );

  /** Points whose newest reading is bad. */
  const bad = new Set<string>();

  /** A bad reading says nothing of the value: the band of before stays, so that an alarm neither ends nor comes anew by a fault. */
  function bandOf({ config: point, view }: Held, { value, quality }: Reading): PointView['limit'] {
    if (!point.limits || typeof value !== 'number' || quality !== 'good') return view.limit;
    return limitBand(point.limits, value, view.limit);
  }

  return {
    take(reading, at) {
      const held = points.get(reading.point);
      if (!held) return;
      if (reading.quality === 'bad') bad.add(reading.point);
      else bad.delete(reading.point);
      held.view = {
        ...held.view,
        value: reading.value,
        quality: reading.quality,
        note: reading.note ?? null,
        at,
        limit: bandOf(held, reading),
      };
    },
    markStale() {
      for (const held of points.values()) if (held.view.quality === 'good') held.view = { ...held.view, quality: 'stale' };
    },
    views: () => [...points.values()].map(({ view }) => view),
    trouble() {
      const [name] = bad;
      const view = name === undefined ? undefined : points.get(name)?.view;
      return view ? `${view.label}: ${view.note ?? 'bad'}` : '';
    },
    signs: () => [...points.values()].flatMap(signsOf),
  };
}

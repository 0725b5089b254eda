import { GatewayError } from '../../base/errors.ts';
import { CONFIRM_MS, type SparkplugDeviceConfig } from '../../contract/document/wireless-devices.ts';
import { tidy } from '../tidy.ts';
import type { NodeTracker } from './node-tracker.ts';
import { encodeCommand } from './payload.ts';
import { DATATYPES, encodeValue } from './values.ts';

type Point = SparkplugDeviceConfig['points'][number];
type Value = number | string | boolean;

export interface MetricWrite {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly point: Point;
  /** How long the device has to report the value, in ms; 0: it is not waited for. */
  readonly confirmMs: number;
  /** Half a step of what the metric can hold, in the point's unit; 0 where that is not known. */
  readonly resolution: number;
}

const isWhole = (datatype: number): boolean => datatype <= DATATYPES.UInt64;

/** The value as the device counts: without scale and offset, whole where its type is. */
function unscaled({ scale, offset }: Point, datatype: number, value: Value): Value {
  if (typeof value !== 'number') return value;
  const raw = tidy((value - offset) / scale);
  return isWhole(datatype) && Math.abs(raw - Math.round(raw)) < 1e-6 ? Math.round(raw) : raw;
}

function resolutionOf({ scale, decimals }: Point, datatype: number): number {
  return Math.max(isWhole(datatype) ? Math.abs(scale) : 0, decimals === undefined ? 0 : 10 ** -decimals) / 2;
}

/**
 * The command (NCMD, or DCMD for a device behind a node) that writes a value, in the datatype of its birth. `at` is wall time in ms.
 * Throws `adapter/unknown-point`, `adapter/not-writable`, `adapter/bad-value`; `adapter/away` where no birth was heard, or a death after it.
 */
export function encodeMetricWrite(
  config: SparkplugDeviceConfig,
  tracker: Pick<NodeTracker, 'isBorn' | 'metricOf'>,
  ask: { readonly name: string; readonly value: Value; readonly at: number; readonly awayBecause: string },
): MetricWrite {
  const { group, node, device } = config;
  const { name, value, at, awayBecause } = ask;
  const point = config.points.find((one) => one.name === name);
  if (!point) throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${name}"`);
  if (!point.writable) throw new GatewayError('adapter/not-writable', `${config.name}: "${name}" cannot be written`);
  if (!tracker.isBorn(device)) throw new GatewayError('adapter/away', `${config.name}: ${awayBecause}; nothing was sent`);
  const metric = tracker.metricOf(device, point.metric);
  if (!metric) {
    throw new GatewayError('adapter/unknown-point', `${config.name}: its birth message does not name "${point.metric}"`, {
      remedy: 'Write the name of the metric at the point as the birth message has it; Tools, MQTT explorer shows it.',
    });
  }
  const raw = encodeValue(metric.datatype, unscaled(point, metric.datatype, value));
  if (!raw) throw new GatewayError('adapter/bad-value', `${config.name}: ${String(value)} does not fit "${point.metric}"`);
  return {
    topic: `spBv1.0/${group}/${device === undefined ? 'NCMD' : 'DCMD'}/${node}${device === undefined ? '' : `/${device}`}`,
    payload: encodeCommand(metric, raw, at),
    point,
    confirmMs: point.confirmMs ?? CONFIRM_MS,
    resolution: resolutionOf(point, metric.datatype),
  };
}

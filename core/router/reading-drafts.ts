import type { DeviceConfig } from '../contract/document/devices.ts';
import type { Draft } from '../contract/message.ts';
import type { Reading, ReadingBatch } from '../contract/reading.ts';

type Shape = Pick<DeviceConfig, 'id' | 'publish'> & {
  readonly points: readonly { readonly name: string; readonly unit?: string | undefined }[];
};

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function record(readings: readonly Reading[], at: number): object {
  const bad = readings.filter((one) => one.quality !== 'good');
  const values = Object.fromEntries(readings.filter((one) => one.quality === 'good').map((one) => [one.point, one.value]));
  return bad.length === 0
    ? { at, values }
    : { at, values, bad: Object.fromEntries(bad.map((one) => [one.point, one.note ?? one.quality])) };
}

/**
 * The messages of one poll or frame of a device. `points`: one for each reading on `devices/<id>/<point>`,
 * `{"value", "unit", "quality", "at"}`. `record`: one on `devices/<id>`, `{"at", "values": {...}, "bad": {...}}`. What is of earlier, and
 * not the present, has `"past": true` as well.
 */
export function readingDrafts(device: Shape, batch: ReadingBatch): readonly Draft[] {
  const base = { qos: 1, retain: false, source: { kind: 'device', id: device.id } } as const;
  const at = batch.sampledAt;
  const past = batch.past ? { past: true } : {};
  if (device.publish === 'record') {
    return [{ ...base, topic: `devices/${device.id}`, payload: bytes({ ...record(batch.readings, at), ...past }) }];
  }
  return batch.readings.map(({ point, value, quality, note }) => {
    const unit = device.points.find((one) => one.name === point)?.unit;
    return {
      ...base,
      topic: `devices/${device.id}/${point}`,
      payload: bytes({
        value,
        ...(unit === undefined ? {} : { unit }),
        quality,
        ...(note === undefined ? {} : { note }),
        at,
        ...past,
      }),
    };
  });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { nmeaAdapter } from '../../core/adapters/nmea/adapter.ts';
import { NMEA_VALUES } from '../../core/contract/document/devices.ts';
import { createHarness, device, never } from '../core/adapters/harness.ts';

const folder = fileURLToPath(new URL('../../.cache/gpsd/test/daemon/', import.meta.url));
const absent = process.env['CI'] !== 'true' && !existsSync(folder);

/** Several sources of position on one line, which differ: gpsd and we choose another one of them. */
const SEVERAL_SOURCES = new Set(['bundg_zeus_9.log', 'humminbird-M37.log']);
/** Here gpsd has only a speed that it has computed itself from two positions. */
const COMPUTED_SPEED = new Set(['hemi.log']);
/** gpsd counts a satellite once for each of its signals, and before its row is whole. */
const OTHER_COUNT = new Set(['quectel.log', 'quectelLC79D.log', 'quectelLC79D-1.log', 'isync.log', 'ublox-zed-f9p-nmea.log']);

type Values = Record<string, unknown>;
interface Recording {
  readonly name: string;
  /** Our values by time of day: gpsd corrects dates by weeks of rollover. */
  readonly ours: Map<string, Values>;
  readonly inView: number[];
  readonly gpsd: Values[];
  readonly damaged: number;
}

const objects = (text: string): Values[] =>
  text.split('\n').flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return typeof parsed === 'object' && parsed !== null ? [Object.fromEntries(Object.entries(parsed))] : [];
    } catch {
      return []; // the sentences that gpsd passes on stand between
    }
  });
const timeOfDay = (time: unknown): string => String(time).slice(11);

async function play(name: string): Promise<Recording> {
  const harness = createHarness();
  const points = NMEA_VALUES.map((value) => ({ name: value, value, ...(value === 'speed' ? { unit: 'm/s' } : {}) }));
  const link = { kind: 'simulated', model: 'gps-receiver' };
  const session = await nmeaAdapter.open(device({ adapter: 'nmea', link, points }), harness.context, never);
  const recorded = readFileSync(`${folder}${name}`, 'latin1').split('\n');
  const sent = Buffer.from(recorded.filter((line) => !line.startsWith('#')).join('\n'), 'latin1');
  for (let from = 0; from < sent.length; from += 61) harness.links.opened[0]?.hear(sent.subarray(from, from + 61));
  await harness.clock.advance(60);
  await session.close();
  const ours = new Map<string, Values>();
  const inView: number[] = [];
  for (const { readings } of harness.batches) {
    const values = Object.fromEntries(readings.map(({ point, value }) => [point, value]));
    if (typeof values['satellites-in-view'] === 'number') inView.push(values['satellites-in-view']);
    const key = timeOfDay(values['time']);
    if (typeof values['time'] === 'string') ours.set(key, { ...ours.get(key), ...values });
  }
  return { name, ours, inView, gpsd: objects(readFileSync(`${folder}${name}.chk`, 'latin1')), damaged: harness.faults.length };
}

/** Ours beside gpsd's for each moment that both know: what differs, and how much was compared. */
function compare(recording: Recording, point: string, gpsdName: string, tolerance: number): { same: number; other: string[] } {
  const byTime = new Map<string, number[]>();
  for (const tpv of recording.gpsd) {
    const value = tpv[gpsdName];
    if (tpv['class'] !== 'TPV' || typeof value !== 'number') continue;
    const key = timeOfDay(tpv['time']);
    byTime.set(key, [...(byTime.get(key) ?? []), value]);
  }
  let same = 0;
  const other: string[] = [];
  for (const [time, values] of byTime) {
    const mine = recording.ours.get(time)?.[point];
    if (typeof mine !== 'number') continue;
    // gpsd reports a moment several times, some of them with what it has computed itself from two positions.
    if (values.some((value) => Math.abs(value - mine) <= tolerance)) same += 1;
    else other.push(`${recording.name} ${time}: ${point} ${mine}, gpsd ${values.join(' and ')}`);
  }
  return { same, other };
}

describe.skipIf(absent)('recordings of real receivers (skipped where the source package of gpsd is not there)', () => {
  let recordings: Recording[] = [];
  beforeAll(async () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.log') && existsSync(`${folder}${name}.chk`));
    recordings = await Promise.all(names.map(play));
  });

  it('are all there', () => expect(recordings.length).toBeGreaterThanOrEqual(150));

  it.each([
    ['latitude', 'lat', 1e-6, 2400],
    ['longitude', 'lon', 1e-6, 2400],
    ['altitude', 'altMSL', 0.06, 2000],
    ['speed', 'speed', 0.06, 2000],
    ['course', 'track', 0.06, 1000],
  ])('%s is what gpsd decodes', (point, gpsdName, tolerance, atLeast) => {
    const compared = recordings
      .filter(({ name }) => !SEVERAL_SOURCES.has(name) && !(point === 'speed' && COMPUTED_SPEED.has(name)))
      .map((recording) => compare(recording, point, gpsdName, tolerance));
    expect(compared.flatMap(({ other }) => other)).toEqual([]);
    expect(compared.reduce((all, { same }) => all + same, 0)).toBeGreaterThan(atLeast);
  });

  it('satellites in view are as many as gpsd counts', () => {
    const rows = recordings.flatMap(({ name, inView, gpsd }) => {
      const counts = gpsd.flatMap((one) => (one['class'] === 'SKY' && typeof one['nSat'] === 'number' ? [one['nSat']] : []));
      const last = inView.at(-1);
      return last === undefined || counts.length === 0 || OTHER_COUNT.has(name)
        ? []
        : [{ name, last, known: counts.includes(last) }];
    });
    expect(rows.filter(({ known }) => !known)).toEqual([]);
    expect(rows.length).toBeGreaterThan(60);
  });

  it('hold line noise, and none of it becomes a value', () => {
    expect(recordings.reduce((all, { damaged }) => all + damaged, 0)).toBeGreaterThan(100);
    for (const { ours } of recordings) {
      for (const { latitude, longitude } of ours.values()) {
        if (typeof latitude === 'number') expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
        if (typeof longitude === 'number') expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
      }
    }
  });
});

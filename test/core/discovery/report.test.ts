import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeviceView, PointView } from '../../../core/contract/views.ts';
import { deviceFacts, type ReportFacts } from '../../../core/discovery/report/facts.ts';
import { escapeHtml, reportHtml } from '../../../core/discovery/report/html.ts';
import { createReportDesk } from '../../../core/discovery/report-desk.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { documentOf } from '../deploy/document-of.ts';
import { CALLER, createBench, never } from './bench.ts';

const POINT: PointView = {
  name: 'voltage',
  label: 'Voltage L1',
  unit: 'V',
  decimals: 1,
  value: 230.46,
  quality: 'good',
  note: null,
  at: Date.UTC(2026, 0, 1, 7, 50),
  series: 'devices/meter/voltage',
  writable: false,
  limits: { lowLow: null, low: 207, high: 253, highHigh: null },
  limit: 'normal',
  deadband: null,
};
const DEVICE: DeviceView = {
  id: 'meter',
  name: 'Main meter',
  adapter: 'modbus-rtu',
  connection: '/dev/ttyUSB0, 9600 8N1, unit 3',
  health: 'ok',
  ne107: { state: 'ok', why: '', since: 0 },
  pausedBy: null,
  commands: [],
  profile: null,
  bus: null,
  since: 0,
  lastSeenAt: Date.UTC(2026, 0, 1, 7, 50),
  lastError: null,
  reconnects: 0,
  readings: 12,
  readingsPerS: 1,
  errors: {},
  points: [POINT],
};
const SITE = documentOf({ site: 'Pump house <3>', devices: [] });
const WISH = { format: 'html' as const, by: 'Kim', company: 'Pumps & Sons', note: 'Line 1\nLine 2', devices: null };

function setUp(views: readonly DeviceView[] = [DEVICE]) {
  const bench = createBench(createManualClock(Date.UTC(2026, 10, 23, 8)), { site: SITE, views });
  return {
    bench,
    make: (input: object = {}) => createReportDesk(bench.deps).calls['report.make']({ ...WISH, ...input }, never, CALLER),
  };
}

it('says who, when, and of each device what it reads and its limits', async () => {
  const { name, text } = await setUp().make();
  expect(name).toBe('acceptance-pump-house-3-2026-11-23.html');
  for (const part of [
    'Main meter',
    'Voltage L1',
    '230.5 V',
    'L 207, H 253 V',
    'Kim',
    'Pumps &amp; Sons',
    '2026-11-23 08:00 UTC',
    '1 of 1 device passed, 0 failed.',
    'Gatehouse 1.0.0',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('<script');
  expect(text).toContain('@media print');
});

it('fails a device whose reading is bad, beyond a limit, or that has failed, and says why', () => {
  const facts = (change: Partial<PointView>) => deviceFacts({ ...DEVICE, points: [{ ...POINT, ...change }] }, undefined);
  expect(facts({})).toMatchObject({ judgement: 'passed', points: [{ judgement: 'passed', why: '' }] });
  expect(facts({ limit: 'high-high' })).toMatchObject({ judgement: 'failed', points: [{ why: 'above its highest limit' }] });
  expect(facts({ quality: 'bad', value: null, note: 'no answer' })).toMatchObject({
    judgement: 'failed',
    points: [{ why: 'no answer' }],
  });
  expect(facts({ quality: 'bad', value: null, at: null })).toMatchObject({ points: [{ why: 'never read' }] });
  expect(facts({ quality: 'bad', note: '' })).toMatchObject({ judgement: 'failed', points: [{ why: 'its quality is bad' }] });
  const failed = { ...DEVICE, ne107: { state: 'failure' as const, why: 'no session', since: 0 } };
  expect(deviceFacts(failed, undefined)).toMatchObject({ judgement: 'failed' });
});

it('has the same facts as JSON', async () => {
  const { text } = await setUp().make({ format: 'json' });
  const facts: ReportFacts = JSON.parse(text);
  expect(facts).toMatchObject({
    schema: 'gatehouse-report/1',
    site: 'Pump house <3>',
    by: 'Kim',
    passed: 1,
    failed: 0,
    devices: [{ id: 'meter', points: [{ value: 230.46 }] }],
  });
});

it('takes only the devices that were chosen, and says which one it does not know', async () => {
  const { make } = setUp([DEVICE, { ...DEVICE, id: 'other', name: 'Other device' }]);
  expect((await make({ devices: ['other'] })).text).not.toContain('Main meter');
  await expect(make({ devices: ['nobody'] })).rejects.toMatchObject({ code: 'adapter/unknown-device' });
});

it('makes a PDF in a thread of its own, the same wherever the gateway runs', async () => {
  const { name, text, path } = await setUp().make({ format: 'pdf' });
  expect(name).toBe('acceptance-pump-house-3-2026-11-23.pdf');
  expect(path).toBeNull();
  expect(Buffer.from(text, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
});

it('keeps the file on the gateway where the screen cannot save one, under a name with the time', async () => {
  const { bench } = setUp();
  const kept: { name: string; bytes: string }[] = [];
  const keepReport = async (name: string, bytes: Uint8Array): Promise<string> => {
    kept.push({ name, bytes: Buffer.from(bytes).toString() });
    return `/data/reports/${name}`;
  };
  const desk = createReportDesk({ ...bench.deps, keepReport });
  const name = 'acceptance-pump-house-3-2026-11-23-080000.html';
  expect(await desk.calls['report.make']({ ...WISH, keep: true }, never, CALLER)).toEqual({
    name,
    text: '',
    path: `/data/reports/${name}`,
  });
  expect(kept).toEqual([{ name, bytes: expect.stringContaining('Main meter') }]);
});

it('shows every text as text, whatever a device or a person has put into it', () => {
  const facts = (text: string): ReportFacts => ({
    schema: 'gatehouse-report/1',
    site: text,
    document: { name: text, version: 1 },
    gateway: { name: text, version: text },
    madeAt: 0,
    by: text,
    company: text,
    note: text,
    passed: 1,
    failed: 0,
    devices: [
      {
        ...deviceFacts(
          {
            ...DEVICE,
            name: text,
            connection: text,
            errors: { [text]: 1 },
            points: [{ ...POINT, label: text, unit: text, value: text }],
          },
          undefined,
        ),
        location: text,
        identity: text,
        profile: text,
        ne107Why: text,
      },
    ],
  });
  const tags = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];
  const plain = tags(reportHtml(facts('plain')));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=a>', "' onload='x", '</style><b>'),
      ),
      (text) => {
        expect(tags(reportHtml(facts(`x${text}`)))).toEqual(plain);
      },
    ),
  );
  expect(escapeHtml('a\u0000b\u001bc\nd')).toBe('abc\nd');
});

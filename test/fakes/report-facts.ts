import type { ReportDevice, ReportFacts } from '../../core/discovery/report/facts.ts';

/** A device of a report with so many points; the second one does not answer. */
export const deviceOf = (i: number, points: number): ReportDevice => ({
  id: `meter-${i}`,
  name: `Energy meter ${i} <main>`,
  location: 'Cabinet 3',
  connection: '/dev/ttyUSB0, 19200 8E1, unit 17',
  adapter: 'modbus-rtu',
  profile: 'eastron-sdm630@1',
  identity: 'usb:0403:6001:A1B2:0',
  ne107: i === 2 ? 'failure' : 'ok',
  ne107Why: i === 2 ? 'It does not answer.' : '',
  lastSeenAt: Date.UTC(2026, 10, 23, 7, 50),
  readings: 1200,
  errors: i === 2 ? { 'adapter/timeout': 14 } : {},
  points: Array.from({ length: points }, (_, n) => ({
    name: `p${n}`,
    label: `Voltage L${n + 1}`,
    value: 230.46 + n,
    decimals: 1,
    unit: 'V',
    quality: i === 2 ? ('bad' as const) : ('good' as const),
    note: null,
    at: Date.UTC(2026, 10, 23, 7, 50),
    limits: { lowLow: null, low: 207, high: 253, highHigh: null },
    judgement: i === 2 ? ('failed' as const) : ('passed' as const),
    why: i === 2 ? 'no answer' : '',
  })),
  judgement: i === 2 ? 'failed' : 'passed',
});

/** Three devices, one of which has failed and one of which has more points than a page has lines. */
export const REPORT_FACTS: ReportFacts = {
  schema: 'gatehouse-report/1',
  site: 'Pump house, Harbour Street',
  document: { name: 'pump-house', version: 7 },
  gateway: { name: 'gateway-1', version: '1.0.0' },
  madeAt: Date.UTC(2026, 10, 23, 8),
  by: 'Kim Technician',
  company: 'Pumps & Sons',
  note: 'Everything as in drawing 12.\nThe owner was there.',
  passed: 2,
  failed: 1,
  devices: [deviceOf(1, 4), deviceOf(2, 2), deviceOf(3, 60)],
};

import type { Clock } from '../../core/base/clock.ts';
import { GatewayError } from '../../core/base/errors.ts';
import type { Input, Output, Row } from '../../core/contract/api.ts';
import { registersAt } from './fake-field-rows.ts';

type Draft = Output<'commission.draft'>['draft'];
type Change = Output<'commission.check'>['changes'][number];

const TARGETS = ['history', 'cloud'] as const;
/** The key of the sample device that is encrypted. */
const FITTING = '231d39c1d7cc1ab1aee224cd096db932';

/** The registers that a matrix reads, and the device that is tried: what the sample calls change. */
export interface FakeCommission {
  open(session: string, input: Input<'matrix.open'>): void;
  move(input: Input<'matrix.move'>): void;
  matrix(session: string): Row<'matrix'>[];
  draft(input: Input<'commission.draft'>): Draft;
  check(input: Input<'commission.check'>): Output<'commission.check'>;
  key(input: Input<'commission.key'>): Output<'commission.key'>;
  tries(session: string, draft: Draft): void;
  try(session: string): Row<'tries'>[];
}

/** The one of the inbox that is the device `meter`, at another port. */
const MOVED = 'usb:0403:6001:A1B2';
/** The one that is encrypted. */
const LOCKED = 'ble:54:48:E6:8F:80:A5';
const METER = { adapter: 'modbus-rtu', unit: 17 };
const POINTS = [
  { name: 'voltage-l1', label: 'Voltage L1', unit: 'V', decimals: 1 },
  { name: 'power', label: 'Power', unit: 'W', decimals: 0 },
];

function pointsOf(draft: Draft): { name: string; label: string; unit: string }[] {
  const points = draft['points'];
  if (!Array.isArray(points)) return [];
  return points.flatMap((point) => {
    if (typeof point !== 'object' || point === null || Array.isArray(point)) return [];
    const { name, label, unit } = point;
    return typeof name === 'string'
      ? [{ name, label: typeof label === 'string' ? label : name, unit: typeof unit === 'string' ? unit : '' }]
      : [];
  });
}

export function createFakeCommission(clock: Clock): FakeCommission {
  const open = new Map<string, Input<'matrix.open'>>();
  const drafts = new Map<string, Draft>();
  let reads = 0;
  return {
    open: (session, input) => void open.set(session, input),
    move({ session, ...to }) {
      const before = open.get(session);
      if (!before) return;
      const { table = before.table, address = before.address, count = before.count } = to;
      open.set(session, { ...before, table, address, count });
    },
    matrix(session) {
      const at = open.get(session);
      if (!at) return [];
      reads += 1;
      return [
        {
          id: session,
          unit: at.unit,
          table: at.table,
          address: at.address,
          registers: registersAt(clock.now(), at.address, at.count),
          at: clock.now(),
          reads,
          fault: null,
        },
      ];
    },
    draft: ({ found, profile, with: chosen }) => ({
      id: found === MOVED ? 'meter' : 'meter-2',
      name: found?.startsWith('ble:') ? 'Ruuvi 884F' : 'Energy meter',
      ...(found === LOCKED ? { adapter: 'ble', address: LOCKED.slice(4), keySecret: 'bluetooth/5448E68F80A5' } : METER),
      points: profile === null && found !== MOVED && found?.startsWith('usb:') ? [] : POINTS,
      ...chosen,
    }),
    check({ draft, replaces, to }) {
      const id = String(draft['id']);
      const device: Change =
        replaces === null
          ? { kind: 'added', area: 'device', id, fields: [] }
          : {
              kind: 'changed',
              area: 'device',
              id,
              fields: [{ path: 'link.path', before: '"/dev/ttyUSB0"', after: '"/dev/ttyUSB4"' }],
            };
      // The device that moved has its subscriptions already.
      const targets = replaces === null ? TARGETS.filter((target) => to[target]) : [];
      const routes = targets.map(
        (target): Change => ({ kind: 'added', area: 'subscription', id: `${id}-to-${target}`, fields: [] }),
      );
      return { ok: true, faults: [], changes: [device, ...routes] };
    },
    key({ address, bindKey }) {
      if (bindKey.toLowerCase() !== FITTING) {
        throw new GatewayError('ble/wrong-key', `The key does not fit ${address}: tag check failed.`);
      }
      return {
        facts: [
          { name: 'temperature', value: 25.06, unit: '°C' },
          { name: 'window', value: false, unit: '' },
        ],
      };
    },
    tries: (session, draft) => void drafts.set(session, draft),
    try(session) {
      const draft = drafts.get(session);
      if (!draft) return [];
      const readings = pointsOf(draft).map(({ name, label, unit }, i) => ({
        point: name,
        label,
        unit,
        value: 230.5 + i,
        quality: 'good' as const,
        note: null,
        at: clock.now(),
      }));
      return [{ id: session, device: 'meter-2', state: 'running', readings, polls: 4, faults: {}, lastError: null }];
    },
  };
}

import { describe, expect, it } from 'vitest';
import { outboxConditions } from '../../../core/gateway/outbox-alarms.ts';
import { createRuntimeDouble } from './runtime-double.ts';
import { spoolStats, streamStats } from './spool-figures.ts';

const DAY = 86_400_000;
type Double = ReturnType<typeof createRuntimeDouble>;

function conditions(prepare: (double: Double) => void): string[] {
  const double = createRuntimeDouble();
  prepare(double);
  return outboxConditions(double.runtime).map((one) => `${one.source} ${one.code} ${one.priority}`);
}
const salvage = { state: 'done', file: '/d/spool.db', at: 5, salvaged: 100, lost: 3, exact: true } as const;
const session = {
  id: 'label-printer',
  connected: false,
  since: 0,
  expiresAt: 9,
  subscriptions: 1,
  queued: 1000,
  queuedBytes: 9,
  maxQueued: 1000,
  dropped: 0,
};
const time = { trust: 'synced', since: 0, by: 'system', jump: null, redated: 0 } as const;

describe('the alarms of the outbox', () => {
  it('are silent while all is well', () => {
    expect(conditions(() => {})).toEqual([]);
  });

  it.each<[string, (double: Double) => void, string[]]>([
    ['a stream near a limit', ({ state }) => state.rows.push({ id: 'rest', usedPercent: 80 }), ['outbox:rest outbox/full low']],
    [
      'a stream that is full and refuses',
      ({ state }) => state.rows.push({ id: 'rest', usedPercent: 99.5, whenFull: 'reject-newest' }),
      ['outbox:rest outbox/full high'],
    ],
    [
      'the whole that is full and refuses',
      ({ state }) => Object.assign(state.storage, { bytes: 8_589_900_000, whenFull: 'reject-newest' }),
      ['outbox outbox/full high'],
    ],
    ['the whole near a limit', ({ state }) => Object.assign(state.storage, { bytes: 8e9 }), ['outbox outbox/full low']],
    [
      'messages lost to a limit',
      ({ state }) => state.dropping.push({ stream: 'rest', reasons: ['limit'] }),
      ['outbox:rest outbox/full high'],
    ],
    [
      'messages that expired',
      ({ state }) => state.dropping.push({ stream: 'rest', reasons: ['expired'] }),
      ['outbox:rest outbox/full low'],
    ],
    [
      'no room on the disk',
      ({ state }) => {
        state.stats = spoolStats([], { short: { freeBytes: 1, roomBytes: 2 } });
      },
      ['store store/room high'],
    ],
    [
      'refused messages',
      ({ state }) => {
        state.stats = spoolStats([], { deadLetters: { ...spoolStats([]).deadLetters, held: 2 } });
      },
      ['outbox cloud/rejected low'],
    ],
    [
      'books that do not balance',
      ({ state }) => {
        state.stats = spoolStats([streamStats('rest', { appended: 2, count: 1 })]);
      },
      ['outbox site/books low'],
    ],
    ['a database with losses', ({ state }) => Object.assign(state.storage, { salvage }), ['store store/salvaged critical']],
    [
      'a database saved whole',
      ({ state }) => Object.assign(state.storage, { salvage: { ...salvage, lost: 0 } }),
      ['store store/salvaged low'],
    ],
    [
      'a salvage under way',
      ({ state }) => Object.assign(state.storage, { salvage: { ...salvage, state: 'running' } }),
      ['store store/damaged high'],
    ],
    [
      'another database moved aside',
      ({ state }) => state.movedAside.push({ file: 'history.db', movedTo: '/d/h', at: 1 }),
      ['store:history.db store/salvaged high'],
    ],
    [
      'a clock that was never set',
      ({ state }) => Object.assign(state.storage, { time: { ...time, trust: 'never' } }),
      ['time time/untrusted low'],
    ],
    [
      'a clock that jumped',
      ({ state, clock }) => Object.assign(state.storage, { time: { ...time, jump: { byMs: -DAY * 365, at: clock.now() } } }),
      ['time time/jumped low'],
    ],
    [
      'a jump an hour ago',
      ({ state, clock }) => Object.assign(state.storage, { time: { ...time, jump: { byMs: 9, at: clock.now() - 3_600_000 } } }),
      [],
    ],
    [
      'torn settings',
      ({ state }) => state.torn.push({ file: 'settings.json', message: 'settings.json was torn.' }),
      ['config config/torn high'],
    ],
    ['a full session', ({ state }) => state.sessions.push(session), ['session:label-printer broker/session-full low']],
    ['a full session of a client that is here', ({ state }) => state.sessions.push({ ...session, connected: true }), []],
    [
      'a certificate that ends in 31 days',
      (d) => {
        d.state.certificateEndsAt = d.clock.now() + 31 * DAY;
      },
      [],
    ],
    [
      'a certificate that ends this month',
      (d) => {
        d.state.certificateEndsAt = d.clock.now() + 20 * DAY;
      },
      ['cloud cloud/certificate-ends low'],
    ],
    [
      'a certificate that ends this week',
      (d) => {
        d.state.certificateEndsAt = d.clock.now() + DAY;
      },
      ['cloud cloud/certificate-ends high'],
    ],
    [
      'a certificate while the clock is unknown',
      (d) => {
        d.state.certificateEndsAt = 0;
        Object.assign(d.state.storage, { time: { ...time, trust: 'never' } });
      },
      ['time time/untrusted low'],
    ],
  ])('tell of %s', (_what, prepare, expected) => {
    expect(conditions(prepare)).toEqual(expected);
  });

  it('show a loss as critical until somebody has seen it, and keep it after that', () => {
    const { runtime, state, alarms } = createRuntimeDouble();
    Object.assign(state.storage, { salvage });
    alarms.reconcile('test', outboxConditions(runtime));
    expect(alarms.active()).toMatchObject([
      { priority: 'critical', acknowledged: false, message: expect.stringContaining('3 were lost') },
    ]);
    alarms.acknowledge(alarms.active()[0]?.id ?? '');
    alarms.reconcile('test', outboxConditions(runtime));
    alarms.reconcile('test', outboxConditions(runtime));
    expect(alarms.active()).toMatchObject([
      { priority: 'low', acknowledged: true, message: expect.stringContaining('/d/spool.db') },
    ]);
  });

  it('tell of one damaged database once', () => {
    const { runtime, state } = createRuntimeDouble();
    Object.assign(state.storage, { salvage: { ...salvage, file: 'spool.db.damaged-1' } });
    state.movedAside.push({ file: '/d/store/spool.db', movedTo: '/d/store/spool.db.damaged-1', at: 5 });
    expect(outboxConditions(runtime).map((one) => one.source)).toEqual(['store']);
  });

  it.each([
    [undefined, 'The clock of this machine was never set since the start.'],
    [3_600_000, 'The clock of this machine is more than 5 min ahead of the right time.'],
    [-3_600_000, 'The clock of this machine is more than 5 min behind the right time.'],
  ])('say what is wrong with a clock that is %s ms ahead', (aheadMs, message) => {
    const { runtime, state } = createRuntimeDouble();
    Object.assign(state.storage, { time: { ...time, trust: 'never', ...(aheadMs !== undefined && { aheadMs }) } });
    expect(outboxConditions(runtime).map((one) => one.message)).toEqual([message]);
  });

  it('do not come and go with one message more or less', () => {
    const { runtime, state, alarms } = createRuntimeDouble();
    const seen = [79, 80, 79, 76, 74, 79].map((usedPercent) => {
      state.rows = [{ id: 'rest', usedPercent }];
      alarms.reconcile('test', outboxConditions(runtime));
      return alarms.active().length;
    });
    expect(seen).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it('stay one alarm while the figures move', () => {
    const { runtime, state, alarms } = createRuntimeDouble();
    for (const usedPercent of [80, 85, 99.9]) {
      state.rows = [{ id: 'rest', usedPercent, count: usedPercent }];
      alarms.reconcile('test', outboxConditions(runtime));
    }
    expect(alarms.active()).toMatchObject([{ count: 1 }]);
  });
});

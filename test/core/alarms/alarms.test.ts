import { beforeEach, describe, expect, it } from 'vitest';
import { type AlarmCondition, type Alarms, createAlarms } from '../../../core/alarms/alarms.ts';
import { createAlarmSink } from '../../../core/alarms/site-alarms.ts';
import { createLogHub, type LogHub } from '../../../core/base/log.ts';
import type { Message } from '../../../core/contract/message.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';

let clock: ManualClock;
let logs: LogHub;
let alarms: Alarms;
beforeEach(() => {
  clock = createManualClock();
  logs = createLogHub({ clock }, { keep: 2000, level: 'debug' });
  alarms = createAlarms({ clock, log: logs.logger('alarms') });
});
const lost = (device: string, message = 'gone'): AlarmCondition => ({
  source: `device:${device}`,
  code: 'link/lost',
  priority: 'high',
  message,
});
const ids = (): string[] => alarms.active().map((one) => one.id);
const logged = (event: string): number => logs.recent().filter((one) => one.event === event).length;

describe('alarms', () => {
  it('are one row for each source and code, however often they come', async () => {
    alarms.raise(lost('a'));
    const first = clock.now();
    await clock.advance(1000);
    alarms.raise(lost('a', 'gone again'));
    alarms.raise({ ...lost('a'), key: 'k', remedy: 'Do this.' });
    expect(alarms.active()).toMatchObject([
      {
        id: 'device:a/link/lost',
        message: 'gone again',
        count: 2,
        firstAt: first,
        lastAt: clock.now(),
        acknowledged: false,
        remedy: expect.stringContaining('cable'),
      },
      { id: 'device:a/link/lost/k', count: 1, remedy: 'Do this.' },
    ]);
    expect(logged('alarm.raised')).toBe(2);
    alarms.clear('device:a', 'link/lost');
    alarms.clear('device:a', 'link/lost');
    expect([ids(), logged('alarm.cleared')]).toEqual([['device:a/link/lost/k'], 1]);
  });

  it('of an owner follow what it says holds now; those of others stay', () => {
    alarms.raise(lost('other'));
    alarms.reconcile('standing', [lost('a'), lost('b')]);
    alarms.reconcile('standing', [lost('b'), lost('c')]);
    alarms.reconcile('standing', [lost('b'), lost('c', 'still gone')]);
    expect(alarms.active().map((one) => [one.source, one.message, one.count])).toEqual([
      ['device:other', 'gone', 1],
      ['device:b', 'gone', 1],
      ['device:c', 'still gone', 2],
    ]);
    alarms.reconcile('standing', []);
    expect(ids()).toEqual(['device:other/link/lost']);
  });

  it.each([365 * 86_400_000, -365 * 86_400_000])('are as old as they are when the clock is set by %d ms', async (jump) => {
    alarms.raise(lost('a'));
    await clock.advance(60_000);
    alarms.raise(lost('a'));
    await clock.advance(5000);
    clock.jumpWall(jump);
    const [alarm] = alarms.active();
    expect([clock.now() - (alarm?.firstAt ?? 0), clock.now() - (alarm?.lastAt ?? 0)]).toEqual([65_000, 5000]);
  });

  it('stay acknowledged while they go on, and come back unacknowledged', () => {
    alarms.raise(lost('a'));
    expect(alarms.acknowledge('device:a/link/lost')).toBe(true);
    alarms.raise(lost('a'));
    expect(alarms.active()[0]?.acknowledged).toBe(true);
    alarms.clear('device:a', 'link/lost');
    alarms.raise(lost('a'));
    expect(alarms.active()[0]?.acknowledged).toBe(false);
    expect(alarms.acknowledge('nothing')).toBe(false);
  });

  it('are 500 at most; that more came is said once, not every second', () => {
    const many = Array.from({ length: 600 }, (_, i) => lost(`d${i}`));
    for (let second = 0; second < 5; second += 1) alarms.reconcile('standing', many);
    expect([alarms.active().length, logged('alarm.too-many')]).toEqual([500, 1]);
    alarms.raise(lost('d0', 'known ones are kept up'));
    expect(alarms.active()[0]?.count).toBe(2);
    alarms.reconcile('standing', many.slice(500));
    expect(alarms.active()).toHaveLength(100);
  });

  it('tell when something changed, and only then', () => {
    let changes = 0;
    const stop = alarms.onChanged(() => {
      changes += 1;
    });
    alarms.reconcile('x', [lost('a')]);
    alarms.reconcile('x', [lost('a')]);
    alarms.clear('device:none', 'link/lost');
    alarms.acknowledge('device:a/link/lost');
    alarms.reconcile('x', []);
    stop();
    alarms.raise(lost('b'));
    expect(changes).toBe(3);
  });
});

describe('the target "alarms"', () => {
  function send(payload: string | Uint8Array, topic = 'alarms/cold'): void {
    const at = { wallMs: 0, monoMs: 0, bootId: '', trust: 'synced' } as const;
    const message: Message = {
      topic,
      payload: Buffer.from(payload),
      qos: 1,
      retain: false,
      source: { kind: 'function', id: 'f' },
      sequence: 1,
      at,
      hops: 0,
    };
    expect(createAlarmSink({ alarms, log: logs.logger('alarms') }).deliver([message])).toBeUndefined();
  }

  it('raises and clears what a function publishes, one for each topic', () => {
    send('{"active":true,"message":"too warm","remedy":"Close the door.","value":7}');
    send('{"active":true,"message":"too dry","priority":"low"}', 'alarms/dry');
    send('{"active":false,"message":"fine"}', 'alarms/dry');
    expect(alarms.active()).toMatchObject([
      { source: 'function:f', code: 'site/alarm', message: 'too warm', remedy: 'Close the door.', priority: 'high' },
    ]);
    send('{"active":false,"message":"fine"}');
    expect(ids()).toEqual([]);
  });

  it.each([
    '',
    'x',
    '[]',
    'null',
    '{}',
    '{"active":true}',
    '{"active":"yes","message":"m"}',
    '{"active":true,"message":"m","priority":"urgent"}',
  ])('logs %j with the remedy and raises nothing', (payload) => {
    send(payload);
    expect(ids()).toEqual([]);
    expect(logs.recent()[0]).toMatchObject({
      event: 'alarm.not-understood',
      data: { topic: 'alarms/cold', remedy: expect.stringContaining('active') },
    });
  });

  it('takes bytes that are not UTF-8 for no alarm', () => {
    send(Uint8Array.of(0xff, 0xfe, 0x7b));
    expect([ids(), logged('alarm.not-understood')]).toEqual([[], 1]);
  });
});

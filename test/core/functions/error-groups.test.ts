import { describe, expect, it } from 'vitest';
import { createErrorGroups } from '../../../core/functions/error-groups.ts';
import type { FunctionFault } from '../../../core/functions/fault-book.ts';
import { message } from '../../fakes/functions/rig.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const fault = (text: string, frames: string): FunctionFault => ({
  code: 'function/failed',
  message: text,
  stack: frames === '' ? '' : `Error: ${text}\n    at ${frames}`,
});
const build = (version = 1, clock = createManualClock()) => ({
  clock,
  groups: createErrorGroups(clock, { name: 'alarm', version }),
});

describe('faults of a function, equal ones as one', () => {
  it('goes by the own frames, whatever the message says', async () => {
    const { groups, clock } = build();
    groups.note(fault('pump 1', 'check (alarm.mjs:3:5)'), message({ n: 1 }, 1));
    await clock.advance(5000);
    groups.note(fault('pump 2', 'check (alarm.mjs:3:5)'), message({ n: 2 }, 2));
    groups.note(fault('pump 2', 'read (alarm.mjs:9:1)'), undefined);
    const [newest, older] = groups.views();
    expect(newest).toMatchObject({ count: 1, eventTopic: null, eventPayload: null });
    expect(older).toMatchObject({ count: 2, message: 'pump 2', eventTopic: 'plant/level', code: 'function/failed' });
    expect(Buffer.from(older?.eventPayload ?? '', 'base64').toString()).toBe('{"n":2}');
    expect((older?.lastAt ?? 0) - (older?.firstAt ?? 0)).toBe(5000);
    expect(older?.id).toMatch(/^alarm\/[0-9a-f]{12}$/);
    expect(older?.remedy).not.toBe('');
  });

  it('goes by the message without its numbers and quoted texts where there are no frames', () => {
    const { groups } = build();
    groups.note(fault('the payload on topic "a" is 7 bytes', ''), undefined);
    groups.note(fault('the payload on topic "b" is 8.5 bytes', ''), undefined);
    groups.note(fault('another', ''), undefined);
    expect(groups.views().map(({ count }) => count)).toEqual([1, 2]);
  });

  it('keeps the fifty newest', () => {
    const { groups } = build();
    for (let n = 0; n < 60; n += 1) groups.note(fault('bad', `f${n} (alarm.mjs:${n}:1)`), undefined);
    groups.note(fault('bad', 'f10 (alarm.mjs:10:1)'), undefined);
    const views = groups.views();
    expect([views.length, views[0]?.count, views.at(-1)?.stack]).toEqual([50, 2, expect.stringContaining('f11 ')]);
  });

  it('goes on over versions, with what the new one has seen already on top', () => {
    const old = build(1);
    for (const frames of ['a', 'a', 'b']) old.groups.note(fault('bad', `${frames} (alarm.mjs:1:1)`), undefined);
    const next = build(2, old.clock);
    for (const frames of ['c', 'a']) next.groups.note(fault('bad', `${frames} (alarm.mjs:1:1)`), undefined);
    next.groups.inherit(old.groups.all());
    expect(next.groups.views().map(({ stack, count, versions }) => [stack.slice(-17, -16), count, versions])).toEqual([
      ['a', 3, [1, 2]],
      ['c', 1, [2]],
      ['b', 1, [1]],
    ]);
  });
});

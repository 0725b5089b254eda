import { describe, expect, it } from 'vitest';
import { createRuleBook } from '../../../core/store/spool-rules.ts';
import { createRoom, roomOf } from '../../../core/store/sqlite/spool-room.ts';
import { spoolPlan } from '../../conformance/spool.suite.ts';

const MIB = 1_048_576;
const rulesOf = (roomPercent: number, roomBytes: number) => createRuleBook(spoolPlan([], { roomPercent, roomBytes })).whole;

function createDisk(freeMb: number) {
  const disk = { now: 0, freeMb, pagesMb: 0, comingMb: 0, asked: 0 };
  const room = createRoom({
    monotonic: () => disk.now,
    space() {
      disk.asked += 1;
      return { freeBytes: disk.freeMb * MIB, totalBytes: 1000 * MIB };
    },
    freePageBytes: () => disk.pagesMb * MIB,
    comingBytes: () => disk.comingMb * MIB,
  });
  const held = { count: 0, bytes: 100 * MIB };
  const check = (comingMb = 0): number | null => {
    disk.now += 1000;
    return room.check(rulesOf(5, 50 * MIB), held, comingMb * MIB);
  };
  return { disk, room, check, held };
}

describe('the room on the disk', () => {
  it('is the lesser of the share and the bytes', () => {
    expect(roomOf(rulesOf(5, 512), 1000)).toBe(50);
    expect(roomOf(rulesOf(5, 20), 1000)).toBe(20);
    expect(roomOf(rulesOf(0, 20), 1000)).toBe(0);
  });

  it('holds the spool at its size while less is free, and lets it grow again when clearly more is', () => {
    const { disk, room, check, held } = createDisk(60);
    expect(check()).toBeNull();
    expect(check(10)).toBe(held.bytes); // what comes would use it up
    expect(room.short()).toEqual({ freeBytes: 60 * MIB, roomBytes: 50 * MIB });
    disk.freeMb = 40;
    expect(check()).toBe(held.bytes);
    disk.freeMb = 56;
    expect(check()).toBe(held.bytes); // not yet: it would soon be short again
    disk.freeMb = 60;
    expect(check()).toBeNull();
    expect(room.short()).toBeNull();
  });

  it('counts free pages of the database as free, and its log as used', () => {
    const { disk, check } = createDisk(45);
    disk.pagesMb = 20;
    expect(check()).toBeNull();
    disk.comingMb = 20;
    expect(check()).not.toBeNull();
  });

  it('lets a few megabytes pass where others used the disk up', () => {
    const { check, held, disk } = createDisk(1);
    held.bytes = 0;
    expect(check()).toBe(4 * MIB);
    expect(disk.asked).toBe(1);
  });

  it('asks the system seldom: after half a second or a megabyte', () => {
    const { disk, room, held } = createDisk(500);
    const rules = rulesOf(5, 50 * MIB);
    for (let n = 0; n < 100; n += 1) room.check(rules, held, 1000);
    expect(disk.asked).toBe(1);
    room.check(rules, held, MIB);
    expect(disk.asked).toBe(2);
    disk.now += 500;
    room.check(rules, held, 0);
    expect(disk.asked).toBe(3);
  });

  it('is no matter where the system does not tell', () => {
    const room = createRoom({ monotonic: () => 0, space: () => null, freePageBytes: () => 0, comingBytes: () => 0 });
    expect(room.check(rulesOf(5, 50), { count: 1, bytes: 1 }, 1)).toBeNull();
  });
});

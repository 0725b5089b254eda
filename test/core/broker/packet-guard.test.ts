import { describe, expect, it } from 'vitest';
import { createPacketGuard } from '../../../core/broker/packet-guard.ts';
import { packet, wire } from './harness.ts';

describe('packet guard', () => {
  it('follows packets however they are cut into chunks', () => {
    const stream = Buffer.concat([
      wire.connect('a'),
      wire.publish('t', Buffer.alloc(300)),
      Buffer.from([0xc0, 0]),
      wire.publish('t', Buffer.alloc(20_000)),
      wire.publish('t', 'end'),
    ]);
    for (const size of [1, 2, 3, 7, 1000, stream.length]) {
      const guard = createPacketGuard(30_000);
      for (let at = 0; at < stream.length; at += size) expect(guard.accept(stream.subarray(at, at + size))).toBe('ok');
    }
  });
  it('refuses a packet at its header, before its body has come', () => {
    const guard = createPacketGuard(1000);
    expect(guard.accept(packet(0x30, Buffer.alloc(1000)))).toBe('ok');
    expect(guard.accept(packet(0x30, Buffer.alloc(1001)).subarray(0, 3))).toBe('too-large');
    expect(guard.announced).toBe(1001);
  });
  it('refuses a length of more than four bytes and packet types that do not exist', () => {
    expect(createPacketGuard(1000).accept(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))).toBe('malformed');
    expect(createPacketGuard(1000).accept(Buffer.from([0x00, 0x01]))).toBe('malformed');
    expect(createPacketGuard(1000).accept(Buffer.from([0xf0, 0x00]))).toBe('malformed');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesAdapter } from '../../../../core/adapters/frames/adapter.ts';
import { checksumOf } from '../../../../core/adapters/frames/checksum.ts';
import { createFramer } from '../../../../core/adapters/frames/framer.ts';
import { Framing } from '../../../../core/contract/document/serial-devices.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { createHarness, device, never } from '../harness.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function cut(raw: Record<string, unknown>, chunks: Uint8Array[], maxLength = 64, sound = (_: Uint8Array): boolean => true) {
  const clock = createManualClock();
  const frames: string[] = [];
  const lost: string[] = [];
  const framer = createFramer({ framing: Framing.parse(raw), maxLength }, clock, {
    onFrame(frame) {
      if (!sound(frame)) return 'not sound';
      frames.push(toHex(frame));
      return undefined;
    },
    onLost: (_, why) => void lost.push(why),
  });
  for (const chunk of chunks) framer.push(chunk);
  return { frames, lost, framer, clock };
}

describe('frames are cut', () => {
  it.each<[string, Record<string, unknown>, string, string[]]>([
    ['at an end', { by: 'delimiter', end: '0d 0a' }, '41 42 0d 0a 43 0d 0a 44', ['4142', '43']],
    ['from a start to an end', { by: 'delimiter', start: '02', end: '03' }, 'ff 02 41 03 ee 02 42 03', ['0241', '0242']],
    [
      'with a block check behind the end',
      { by: 'delimiter', start: '02', end: '03', after: 1 },
      '02 41 03 42 02 43 03 03',
      ['02410342', '02430303'],
    ],
    ['by a length', { by: 'length', length: 3 }, '01 02 03 04 05 06 07', ['010203', '040506']],
    ['by a length and a mark', { by: 'length', length: 3, sync: 'aa' }, '01 aa 02 03 04 aa 05 06', ['aa0203', 'aa0506']],
    ['by a field', { by: 'length-field', sync: 'aa 55', at: 2, add: 3 }, '00 aa 55 01 11 aa 55 00 aa 55', ['aa550111', 'aa5500']],
    [
      'by a field of two bytes, little',
      { by: 'length-field', at: 0, size: 2, order: 'little' },
      '03 00 aa 04 00 bb cc',
      ['0300aa', '0400bbcc'],
    ],
  ])('%s', (_name, framing, stream, wanted) => {
    const bytes = hex(stream);
    expect(cut(framing, [bytes]).frames).toEqual(wanted);
    expect(
      cut(
        framing,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ).frames,
    ).toEqual(wanted);
  });
  it('by silence', async () => {
    const { framer, frames, clock, lost } = cut({ by: 'silence', ms: 20 }, [hex('01')]);
    await clock.advance(10);
    framer.push(hex('02'));
    await clock.advance(25);
    framer.push(new Uint8Array(100));
    await clock.advance(25);
    framer.push(hex('03'));
    await clock.advance(25);
    expect(frames).toEqual(['0102', '03']);
    expect(lost).toEqual(['longer than 64 bytes without a pause']);
  });
  it('not of two that were torn, unless a checksum judges it', () => {
    const torn = hex('02 31 32 02 33 34 03');
    expect(cut({ by: 'delimiter', start: '02', end: '03' }, [torn]).frames).toEqual(['023334']);
    expect(
      cut(
        { by: 'delimiter', start: '02', end: '03' },
        [...torn].map((byte) => Uint8Array.of(byte)),
      ).frames,
    ).toEqual(['023334']);
  });
  it('again from the next mark when one was not sound', () => {
    const stream = hex('aa 01 aa 02 03 04');
    const { frames, lost } = cut({ by: 'length', length: 4, sync: 'aa' }, [stream], 64, (frame) => frame[1] === 2);
    expect(frames).toEqual(['aa020304']);
    expect(lost).toEqual(['not sound']);
  });
  it('and a flood without an end is dropped, and told now and then', () => {
    const { frames, lost } = cut({ by: 'delimiter', end: '03' }, [new Uint8Array(1000), hex('03 41 03')]);
    expect(lost.length).toBeGreaterThan(2);
    expect(lost.length).toBeLessThanOrEqual(1000 / 64 + 1);
    expect(frames.at(-1)).toBe('41');
  });
  it('of any stream in any pieces: the same frames, nothing hangs', () => {
    const framing = fc.constantFrom<Record<string, unknown>[]>(
      { by: 'delimiter', end: '03' },
      { by: 'delimiter', start: '02 02', end: '03 03', after: 1 },
      { by: 'length', length: 5, sync: '02' },
      { by: 'length-field', at: 1, add: 2, sync: '02' },
      { by: 'length-field', at: 0, size: 2, order: 'little', add: -3 },
    );
    const bytes = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 255), { maxLength: 120 }).map((all) => Uint8Array.from(all));
    fc.assert(
      fc.property(framing, bytes, fc.array(fc.integer({ min: 1, max: 9 })), (raw, stream, sizes) => {
        const sound = (frame: Uint8Array) => (frame.at(-1) ?? 0) < 4;
        const pieces: Uint8Array[] = [];
        for (let from = 0, i = 0; from < stream.length; i += 1) {
          const size = sizes[i] ?? 40;
          pieces.push(stream.subarray(from, from + size));
          from += size;
        }
        expect(cut(raw, pieces, 16, sound).frames).toEqual(
          cut(
            raw,
            [...stream].map((one) => Uint8Array.of(one)),
            16,
            sound,
          ).frames,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a device by description', () => {
  /** A CO2 sensor (MH-Z19): asked by FF 01 86 ..., nine bytes, the last a checksum. */
  const CO2 = {
    framing: { by: 'length', length: 9, sync: 'ff' },
    checksum: { kind: 'lrc', from: 1 },
    only: [{ at: 1, equals: '86' }],
    points: [
      { name: 'co2', field: { at: 2, type: 'uint16' } },
      { name: 'temperature', field: { at: 4, type: 'uint8', offset: -40 } },
    ],
  };
  async function open(raw: Record<string, unknown>) {
    const harness = createHarness();
    const config = device({ adapter: 'frames', link: { kind: 'simulated', model: 'energy-meter' }, points: [], ...raw });
    const session = await framesAdapter.open(config, harness.context, never);
    return { ...harness, session, hear: (bytes: Uint8Array | string) => harness.links.opened[0]?.hear(bytes) };
  }
  const answer = (co2: number) => {
    const body = Uint8Array.of(0x86, co2 >> 8, co2 & 0xff, 0x41, 0, 0, 0);
    return Uint8Array.of(0xff, ...body, checksumOf('lrc', body));
  };
  it('that is asked', async () => {
    const { links, clock, batches, last, faults, session } = await open({
      ...CO2,
      ask: { send: 'ff 01 86 00 00 00 00 00 79', everyMs: 1000, timeoutMs: 200 },
    });
    const link = links.opened[0];
    if (!link) throw new Error('no link');
    let co2 = 400;
    link.answer = (written) => (toHex(written) === 'ff0186000000000079' ? answer(co2) : undefined);
    await clock.advance(0);
    expect(last()).toEqual({ co2: 400, temperature: 25 });
    co2 = 5000;
    await clock.advance(1000);
    expect(last()).toMatchObject({ co2: 5000 });
    link.answer = () => undefined;
    await clock.advance(1000);
    expect(faults).toEqual([]);
    await clock.advance(1000);
    expect(faults).toEqual(['adapter/timeout']);
    const before = batches.length;
    link.answer = () => answer(1);
    await clock.advance(200);
    await session.readNow?.(never);
    expect(batches).toHaveLength(before + 1);
    await session.close();
    expect(clock.pending).toBe(0);
  });
  it('that speaks by itself, with frames of several kinds and others that are not for us', async () => {
    const { hear, batches, faults, frames } = await open({
      framing: { by: 'delimiter', start: '24', end: '0d 0a' },
      checksum: { kind: 'xor8', asText: true, from: 1, to: -3 },
      points: [
        { name: 'level', when: { at: 1, equals: '4c' }, field: { at: 3, type: 'number-text', length: 4, scale: 0.01 } },
        { name: 'alarm', when: { at: 1, equals: '41' }, field: { at: 3, type: 'ascii', length: 1, words: { '0': 'none' } } },
      ],
    });
    const say = (body: string) => {
      const sum = checksumOf('xor8', Buffer.from(body)).toString(16).toUpperCase().padStart(2, '0');
      hear(`$${body}*${sum}\r\n`);
    };
    say('L,1234');
    say('A,0');
    say('X,9');
    hear('$L,9999*00\r\n');
    expect(batches.map(({ readings }) => readings)).toEqual([
      [{ point: 'level', value: 12.34, quality: 'good' }],
      [{ point: 'alarm', value: 'none', quality: 'good' }],
    ]);
    expect(faults).toEqual(['adapter/bad-frame']);
    expect(frames.map(({ decoded }) => decoded)).toEqual([
      'level = 12.34',
      'alarm = none',
      'no point is in it',
      'the checksum is wrong: 00 came, 60 is right',
    ]);
  });
  it('gives no good value from a frame that was damaged anywhere', () => {
    const good = answer(1234);
    const property = fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const { hear, batches } = await open(CO2);
      hear(good.map((byte, i) => (i === at ? byte ^ flip : byte)));
      expect(batches).toEqual([]);
      hear(good);
      expect(batches).toHaveLength(1);
    });
    return fc.assert(property, { numRuns: 200 });
  });
  it('does not take half a frame for a whole one when the port was opened in the middle of it', async () => {
    const more = { link: { kind: 'serial', path: '/dev/ttyUSB0' }, framing: { by: 'delimiter', end: '0a' } };
    const { hear, batches } = await open({ ...more, points: [{ name: 'a', field: { type: 'number-text' } }] });
    hear('5\n12.5\n');
    expect(batches.map(({ readings }) => readings[0]?.value)).toEqual([12.5]);
  });
  it('of which a field is missing says so', async () => {
    const { hear, batches } = await open({
      framing: { by: 'delimiter', end: '0a' },
      points: [{ name: 'a', field: { at: 5, type: 'uint16' } }],
    });
    hear('abc\n');
    expect(batches[0]?.readings).toEqual([
      { point: 'a', value: null, quality: 'bad', note: 'not in the frame: it has only 3 bytes' },
    ]);
  });
});

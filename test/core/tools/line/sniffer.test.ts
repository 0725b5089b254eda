import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import { createAsciiSplitter } from '../../../../core/tools/line/sniffer/ascii-splitter.ts';
import { createConversation } from '../../../../core/tools/line/sniffer/conversation.ts';
import type { Listener, Piece, Splitter } from '../../../../core/tools/line/sniffer/piece.ts';
import { createRtuSplitter } from '../../../../core/tools/line/sniffer/rtu-splitter.ts';

const framer = createRtuFramer('requests');
const frame = (unit: number, ...pdu: number[]): Uint8Array => framer.wrap(unit, 0, Uint8Array.from(pdu));
const READ = frame(3, 3, 0, 16, 0, 2);
const ANSWER = frame(3, 3, 4, 0, 7, 0, 9);

type Create = (listener: Listener) => Splitter;

/** Each chunk comes 10 ms after the one before it; then there is silence. */
function listen(create: Create, chunks: readonly Uint8Array[]): { role: string; decoded: string; ms: number | null }[] {
  const said: { role: string; decoded: string; ms: number | null }[] = [];
  const conversation = createConversation(({ line }) => {
    said.push({ role: line.direction === 'note' ? 'note' : line.role, decoded: line.decoded, ms: line.responseMs });
  });
  const splitter = create(conversation);
  for (const [i, chunk] of chunks.entries()) splitter.push(chunk, (i + 1) * 10);
  splitter.silence();
  return said;
}
const rtu = (...chunks: Uint8Array[]) => listen(createRtuSplitter, chunks);

describe('what a sniffer makes of a bus', () => {
  it('pairs a request and its answer, with the time between them', () => {
    expect(rtu(READ, ANSWER)).toEqual([
      { role: 'request', decoded: 'unit 3: read 2 holding registers from 0x0010', ms: null },
      { role: 'answer', decoded: 'unit 3: 2 registers: 7, 9', ms: 10 },
    ]);
  });

  it('tells them apart when they come in one chunk; then no time is known', () => {
    expect(rtu(Buffer.concat([READ, ANSWER]))).toMatchObject([{ role: 'request' }, { role: 'answer', ms: null }]);
  });

  it('knows the answer to a single write, which repeats the request', () => {
    const write = frame(7, 6, 0, 1, 0, 3);
    expect(rtu(write, write, write, write).map(({ role }) => role)).toEqual(['request', 'answer', 'request', 'answer']);
  });

  it('says who did not answer', () => {
    expect(rtu(READ, frame(4, 3, 0, 0, 0, 1))).toMatchObject([
      { role: 'request' },
      { role: 'note', decoded: 'unit 3 did not answer within 10 ms' },
      { role: 'request' },
    ]);
  });

  it('knows an answer that came too late, and one that came twice', () => {
    const other = frame(4, 3, 0, 0, 0, 1);
    const roles = rtu(READ, other, ANSWER, frame(4, 3, 2, 0, 5), frame(4, 3, 2, 0, 5)).map(({ role }) => role);
    expect(roles).toEqual(['request', 'note', 'request', 'late', 'answer', 'duplicate']);
  });

  it('waits for no answer to a broadcast', () => {
    expect(rtu(frame(0, 6, 0, 1, 0, 3), READ)).toMatchObject([
      { role: 'request', decoded: 'all units: write 3 to holding register 0x0001' },
      { role: 'request' },
    ]);
  });

  it('names exceptions, bits, identification, and functions it does not know', () => {
    const identity = [43, 14, 1, 1, 0, 0, 2, 0, 2, 0x41, 0x42, 1, 1, 0x43];
    const lines = rtu(
      READ,
      frame(3, 0x83, 2),
      frame(2, 1, 0, 0, 0, 3),
      frame(2, 1, 1, 5),
      frame(9, 43, 14, 1, 0),
      frame(9, ...identity),
      frame(9, 100, 1, 2, 3),
    );
    expect(lines.map(({ decoded }) => decoded)).toEqual([
      'unit 3: read 2 holding registers from 0x0010',
      'unit 3: exception 2, illegal data address',
      'unit 2: read 3 coils from 0x0000',
      'unit 2: 3 bits: 1, 0, 1',
      'unit 9: read device identification',
      'unit 9: identification: AB, C',
      'unit 9: function 100',
    ]);
  });

  it('finds the frames behind noise, and says what the noise is', () => {
    const broken = Uint8Array.from(ANSWER);
    broken[4] = 99;
    expect(rtu(Uint8Array.of(0, 255, 17), READ, broken, READ)).toMatchObject([
      { role: 'noise', decoded: '3 bytes that are no frame' },
      { role: 'request' },
      { role: 'noise', decoded: 'the CRC is wrong' },
      { role: 'note' },
      { role: 'request' },
    ]);
  });

  it('reads the example of the ASCII framing, and refuses a wrong LRC', () => {
    // Unit 17, read 3 holding registers from 0x006B: the standard's own values with the LRC of their bytes.
    const ask = Buffer.from(':1103006B00037E\r\n');
    expect(listen(createAsciiSplitter, [ask])).toMatchObject([
      { role: 'request', decoded: 'unit 17: read 3 holding registers from 0x006b' },
    ]);
    expect(listen(createAsciiSplitter, [Buffer.from(':1103006B00037F\r\n')])).toMatchObject([
      { role: 'noise', decoded: 'the LRC is wrong' },
    ]);
    expect(listen(createAsciiSplitter, [Buffer.from(':1103:1103006B00037E\r\n')])).toMatchObject([
      { role: 'noise' },
      { role: 'request' },
    ]);
  });
});

describe('whatever is on the bus', () => {
  const bytes = fc.uint8Array({ maxLength: 600 });
  const cutAt = fc.array(fc.nat(600), { maxLength: 12 });
  function cut(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
    const borders = [0, ...cuts.map((at) => at % (whole.length + 1)).sort((a, b) => a - b), whole.length];
    return borders.slice(1).map((end, i) => whole.subarray(borders[i], end));
  }

  it.each([
    ['RTU', createRtuSplitter],
    ['ASCII', createAsciiSplitter],
  ])('%s: no byte is lost or told twice, and none is held for ever', (_, create) => {
    fc.assert(
      fc.property(bytes, cutAt, (noise, cuts) => {
        const pieces: Piece[] = [];
        const conversation = createConversation(() => {});
        const splitter = create({
          ...conversation,
          take(piece) {
            pieces.push(piece);
            conversation.take(piece);
          },
        });
        for (const [i, part] of cut(noise, cuts).entries()) splitter.push(part, i);
        splitter.silence();
        expect(Buffer.concat(pieces.map((piece) => piece.bytes))).toEqual(Buffer.from(noise));
        expect(splitter.pending).toBe(false);
      }),
    );
  });

  it('RTU: sound requests and answers are found however they are cut', () => {
    const exchange = fc.record({
      unit: fc.integer({ min: 1, max: 247 }),
      values: fc.array(fc.nat(65_535), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 5 }), cutAt, (exchanges, cuts) => {
        const frames = exchanges.flatMap(({ unit, values }) => [
          frame(unit, 3, 0, 0, 0, values.length),
          frame(unit, 3, values.length * 2, ...values.flatMap((value) => [value >> 8, value & 255])),
        ]);
        const lines = rtu(...cut(Buffer.concat(frames), cuts));
        expect(lines.map(({ role }) => role)).toEqual(exchanges.flatMap(() => ['request', 'answer']));
      }),
    );
  });
});

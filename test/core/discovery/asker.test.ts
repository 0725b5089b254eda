import { expect, it } from 'vitest';
import { encodeRead } from '../../../core/adapters/modbus/codec.ts';
import { createRtuFramer } from '../../../core/adapters/modbus/rtu-framer.ts';
import { createAsker } from '../../../core/discovery/modbus/asker.ts';
import { createFakeLink } from '../../fakes/fake-byte-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { never } from './bench.ts';

const READ = encodeRead('holding', 0, 1);
const frames = createRtuFramer('answers');
const answerOf = (unit: number, value: number): Uint8Array => frames.wrap(unit, 0, Uint8Array.of(3, 2, value >> 8, value & 0xff));

function setUp() {
  const clock = createManualClock();
  const line = createFakeLink();
  const asker = createAsker(
    { clock, link: line.link, framer: createRtuFramer('answers') },
    { numbered: false, gapMs: 4, silenceMs: 50 },
  );
  return { clock, line, asker };
}

it('gives the values, and the time that the answer took', async () => {
  const { clock, line, asker } = setUp();
  const asked = asker.ask(7, READ, 100, never);
  await clock.advance(30);
  line.hear(answerOf(7, 1234));
  expect(await asked).toMatchObject({ kind: 'data', data: Uint8Array.of(4, 210), tookMs: 30, others: [] });
});

it('tells an exception, silence, noise, and another unit apart', async () => {
  const { clock, line, asker } = setUp();
  const refused = asker.ask(7, READ, 100, never);
  await clock.advance(1);
  line.hear(frames.wrap(7, 0, Uint8Array.of(0x83, 2)));
  expect(await refused).toMatchObject({ kind: 'exception', code: 2 });

  const silent = asker.ask(7, READ, 100, never);
  await clock.advance(200);
  expect(await silent).toMatchObject({ kind: 'silence' });

  const noisy = asker.ask(7, READ, 100, never);
  await clock.advance(10);
  line.hear([0xff, 0x00, 0x12]);
  await clock.advance(200);
  expect(await noisy).toMatchObject({ kind: 'garbage', bytes: 3 });

  const other = asker.ask(7, READ, 100, never);
  await clock.advance(10);
  line.hear(answerOf(6, 1));
  await clock.advance(200);
  expect(await other).toMatchObject({ kind: 'garbage', others: [6] });
});

it('finds the answer behind the echo of its own question', async () => {
  const { clock, line, asker } = setUp();
  const asked = asker.ask(7, READ, 100, never);
  await clock.advance(1);
  line.hear([...(line.written[0] ?? []), ...answerOf(7, 5)]);
  await clock.advance(60);
  expect(await asked).toMatchObject({ kind: 'data', data: Uint8Array.of(0, 5) });
});

it('does not take the rest of an old answer for the new one', async () => {
  const { clock, line, asker } = setUp();
  const first = asker.ask(7, READ, 100, never);
  await clock.advance(100);
  await first;
  line.hear(answerOf(7, 111)); // late, and nobody asks now
  const second = asker.ask(7, READ, 100, never);
  await clock.advance(10);
  line.hear(answerOf(7, 222));
  expect(await second).toMatchObject({ kind: 'data', data: Uint8Array.of(0, 222) });
});

it('rejects when the line is lost, and when it is told to stop', async () => {
  const { clock, line, asker } = setUp();
  const stop = new AbortController();
  const asked = asker.ask(7, READ, 100, stop.signal);
  const caught = expect(asked).rejects.toThrow('enough');
  await clock.advance(1);
  stop.abort(new Error('enough'));
  await caught;
  const lost = expect(asker.ask(7, READ, 100, never)).rejects.toMatchObject({ code: 'link/lost' });
  await clock.advance(5);
  line.lose();
  await lost;
  await expect(asker.ask(7, READ, 100, never)).rejects.toMatchObject({ code: 'link/lost' });
});

it('asks one question at a time', async () => {
  const { clock, asker } = setUp();
  const asked = asker.ask(7, READ, 100, never);
  await expect(asker.ask(8, READ, 100, never)).rejects.toMatchObject({ code: 'adapter/busy' });
  await clock.advance(150);
  await asked;
});

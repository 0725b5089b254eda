import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleAdapter } from '../../../../core/adapters/scale/adapter.ts';
import { convertMass } from '../../../../core/adapters/scale/mass.ts';
import { decodeSics } from '../../../../core/adapters/scale/sics.ts';
import { createToledoFramer, toledoChecksum } from '../../../../core/adapters/scale/toledo.ts';
import { SCALE_VALUES } from '../../../../core/contract/document/serial-devices.ts';
import { createHarness, device, never } from '../harness.ts';

const points = SCALE_VALUES.map((value) => ({ name: value, value }));
const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));

describe('a line of MT-SICS', () => {
  it.each([
    ['S S     100.00 g', { kind: 'weight', id: 'S', stable: true, mass: { value: 100, unit: 'g' } }],
    ['S D     -12.5 kg', { kind: 'weight', stable: false, mass: { value: -12.5, unit: 'kg' } }],
    ['S S        -  0.05 g  ', { kind: 'weight', stable: true, mass: { value: -0.05, unit: 'g' } }],
    ['S I', { kind: 'refused', state: 'busy' }],
    ['S +', { kind: 'refused', state: 'overload' }],
    ['S -', { kind: 'refused', state: 'underload' }],
    ['T S     100.00 g', { kind: 'weight', id: 'T', stable: true }],
    ['T +', { kind: 'refused', id: 'T' }],
    ['Z A', { kind: 'done', id: 'Z' }],
    ['TAC A', { kind: 'done', id: 'TAC' }],
    ['TA A      10.00 g', { kind: 'done', id: 'TA', mass: { value: 10, unit: 'g' } }],
    ['TA I', { kind: 'refused', id: 'TA', state: 'busy' }],
    ['ES', { kind: 'error' }],
    ['EL', { kind: 'error' }],
    ['S S     100.0', { kind: 'unknown' }],
    ['S S     1OO.00 g', { kind: 'unknown' }],
    ['S X     100.00 g', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
  ])('%s', (line, wanted) => expect(decodeSics(line)).toMatchObject(wanted));

  it('of noise is unknown or sound, and nothing throws or hangs', () => {
    const part = fc.constantFrom('S', 'T', ' ', '  ', 'D', '100', '.', '-', 'g', 'A', 'TA', '\x00', 'é');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const decoded = decodeSics(parts.join(''));
        if (decoded.kind === 'weight') expect(Number.isFinite(decoded.mass.value)).toBe(true);
      }),
    );
  });
});

it('units of mass are converted, or not at all', () => {
  expect(convertMass(1500, 'g', 'kg')).toBe(1.5);
  expect(convertMass(1, 'lb', 'kg')).toBe(0.45359237);
  expect(convertMass(12, 'pcs', 'pcs')).toBe(12);
  expect(convertMass(12, 'pcs', 'kg')).toBeUndefined();
  expect(convertMass(12, 'g', undefined)).toBe(12);
});

describe('a scale that is asked (MT-SICS)', () => {
  const config = (more: Record<string, unknown> = {}) =>
    device({
      adapter: 'scale',
      protocol: 'sics',
      link: { kind: 'simulated', model: 'energy-meter' },
      points,
      pollMs: 100,
      timeoutMs: 50,
      ...more,
    });
  async function open(answers: Record<string, string | undefined>, more: Record<string, unknown> = {}) {
    const harness = createHarness();
    harness.links.prepare = (link) => {
      link.answer = (written) => {
        const line = answers[Buffer.from(written).toString('latin1').trim()];
        return line === undefined ? undefined : text(`${line}\r\n`);
      };
    };
    const session = await scaleAdapter.open(config(more), harness.context, never);
    const asked = () => harness.links.opened[0]?.written.map((bytes) => Buffer.from(bytes).toString('latin1').trim());
    return { ...harness, session, answers, asked };
  }
  it('gives all its values in one batch', async () => {
    const { clock, last, batches } = await open({ SI: 'S S     100.00 g', TA: 'TA A      10.50 g' });
    await clock.advance(0);
    expect(batches).toHaveLength(1);
    expect(last()).toEqual({
      weight: 100,
      gross: 110.5,
      net: 100,
      tare: 10.5,
      stable: true,
      motion: false,
      zero: false,
      state: 'stable',
      unit: 'g',
    });
  });
  it('converts to the unit of the point, and refuses what cannot be converted', async () => {
    const { clock, batches } = await open(
      { SI: 'S D     12.500 kg' },
      {
        points: [
          { name: 'w', value: 'weight', unit: 'g' },
          { name: 'x', value: 'weight', unit: 'pcs' },
        ],
      },
    );
    await clock.advance(0);
    expect(batches[0]?.readings).toEqual([
      { point: 'w', value: 12500, quality: 'good' },
      { point: 'x', value: null, quality: 'bad', note: 'the scale shows kg, the point is in pcs' },
    ]);
  });
  it('in overload has no weight but a state', async () => {
    const { clock, last } = await open({ SI: 'S +', TA: 'ES' });
    await clock.advance(0);
    expect(last()).toMatchObject({ weight: null, stable: null, state: 'overload', tare: null });
  });
  it('that does not know the tare is not asked for it again', async () => {
    const { clock, asked, last } = await open({ SI: 'S S 1 g', TA: 'ES' });
    await clock.advance(200);
    expect(asked()).toEqual(['SI', 'TA', 'SI', 'SI']);
    expect(last()).toMatchObject({ weight: 1, tare: null, gross: null, net: 1 });
  });
  it('that is silent is a fault of each round, and goes on when it speaks', async () => {
    const { clock, faults, answers, batches } = await open({}, { points: [{ name: 'w', value: 'weight' }] });
    await clock.advance(250);
    expect(faults).toEqual(['adapter/timeout', 'adapter/timeout']);
    answers['SI'] = 'S S 1 g';
    await clock.advance(400);
    expect(batches.length).toBeGreaterThan(0);
  });
  it('whose answer is damaged gives no reading', async () => {
    const { clock, faults, batches, frames } = await open({ SI: 'S S   1\xb200.0 g' });
    await clock.advance(0);
    expect(faults).toEqual(['adapter/bad-frame']);
    expect(frames.at(-1)).toMatchObject({ faulty: true });
    expect(batches).toEqual([]);
  });
  it('on a line that echoes is read all the same', async () => {
    const { clock, faults, last } = await open({ SI: 'SI\r\nS S     100.00 g', TA: 'TA\r\nTA A 1.00 g' });
    await clock.advance(0);
    expect(faults).toEqual([]);
    expect(last()).toMatchObject({ weight: 100, tare: 1 });
  });
  it('does not take a late answer for another question', async () => {
    const { clock, links, batches, answers } = await open({ TA: 'TA A 1 g' }, { pollMs: 1000 });
    await clock.advance(60);
    links.opened[0]?.hear('S S 999 g\r\n');
    answers['SI'] = 'S S 5 g';
    await clock.advance(1100);
    expect(batches.map(({ readings }) => readings[0]?.value)).toEqual([5]);
  });
  it('tares and says what it shows; refuses with the reason', async () => {
    const { clock, session, answers } = await open({ SI: 'S S 0.00 g', TA: 'TA A 5 g', T: 'T S     5.00 g', Z: 'Z +' });
    await clock.advance(0);
    const tared = session.act?.('tare', undefined, never);
    await clock.advance(0);
    expect(await tared).toEqual({ state: 'done', words: 'tared; it shows 0 g, stable' });
    const zeroed = session.act?.('zero', undefined, never);
    zeroed?.catch(() => {});
    await clock.advance(0);
    await expect(zeroed).rejects.toMatchObject({ code: 'adapter/refused', message: expect.stringContaining('overload') });
    await expect(session.act?.('dance', undefined, never)).rejects.toMatchObject({ code: 'adapter/unknown-command' });
    delete answers['T'];
    const late = session.act?.('tare', undefined, never);
    late?.catch(() => {});
    await clock.advance(11_000);
    await expect(late).rejects.toMatchObject({ code: 'adapter/timeout' });
  });
  it('leaves nothing behind', async () => {
    const { clock, session } = await open({ SI: 'S S 1 g', TA: 'ES' });
    await clock.advance(150);
    await session.close();
    expect(await session.closed).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
  it('ends with the fault of its link', async () => {
    const { clock, session, links } = await open({ SI: 'S S 1 g' });
    await clock.advance(10);
    links.opened[0]?.lose();
    expect(await session.closed).toMatchObject({ code: 'link/lost' });
  });
});

/** A frame as a terminal sends it. */
function frame(words: [number, number, number], weight: string, tare: string | undefined, sum = false): Uint8Array {
  const body = Uint8Array.of(2, ...words, ...text(weight.padStart(6)), ...(tare === undefined ? [] : text(tare.padStart(6))), 13);
  return sum ? Uint8Array.of(...body, toledoChecksum(body)) : body;
}
const push = (bytes: Uint8Array, more: Partial<{ checksum: boolean; fixedZeros: 'sent' | 'left-out' }> = {}) =>
  createToledoFramer({ checksum: false, ...more, fixedZeros: more.fixedZeros }).push(bytes);

describe('a frame of Toledo continuous output', () => {
  const KG = 0x30;
  it.each<[string, Uint8Array, object]>([
    ['two decimals, kg, stable', frame([0x2c, KG, 0x20], '1250', '0'), { weight: { value: 12.5, unit: 'kg' }, state: 'stable' }],
    ['lb', frame([0x2a, 0x20, 0x20], '200', '0'), { weight: { value: 200, unit: 'lb' } }],
    ['grams', frame([0x2b, KG, 0x21], '15', '0'), { weight: { value: 1.5, unit: 'g' } }],
    [
      'negative and moving',
      frame([0x2c, KG | 0x0a, 0x20], '5', '0'),
      { weight: { value: -0.05 }, stable: false, state: 'moving' },
    ],
    [
      'net',
      frame([0x2b, KG | 1, 0x20], '100', '25'),
      { weight: { value: 10 }, net: { value: 10 }, tare: { value: 2.5 }, gross: { value: 12.5 } },
    ],
    [
      'over capacity',
      frame([0x2b, KG | 4, 0x20], '', '0'),
      { weight: { missing: 'over capacity or under zero' }, state: 'out-of-range' },
    ],
    ['not zeroed', frame([0x2b, KG | 0x40, 0x20], '100', '0'), { state: 'not-zeroed', weight: { missing: expect.anything() } }],
    ['expanded', frame([0x2b, KG, 0x30], '100', '0'), { weight: { missing: expect.stringContaining('expanded') } }],
    [
      'without a tare',
      frame([0x2b, KG, 0x20], '100', undefined),
      { weight: { value: 10 }, tare: { missing: expect.anything() } },
    ],
    [
      'fixed zeros that nobody has explained',
      frame([0x31, KG, 0x20], '200', '0'),
      { weight: { missing: expect.stringContaining('fixedZeros') } },
    ],
  ])('%s', (_name, bytes, wanted) => expect(push(bytes)).toMatchObject([{ ok: true, weighing: wanted }]));

  it('counts in tens as it is told', () => {
    const bytes = frame([0x31, 0x20, 0x20], '200', '0');
    expect(push(bytes, { fixedZeros: 'sent' })).toMatchObject([{ weighing: { weight: { value: 200 } } }]);
    expect(push(bytes, { fixedZeros: 'left-out' })).toMatchObject([{ weighing: { weight: { value: 2000 } } }]);
  });
  it('has the checksum of the manuals: with all seven-bit characters the sum is 0', () => {
    const bytes = frame([0x2c, 0x30, 0x20], '1250', '0', true);
    expect(bytes.reduce((all, byte) => all + (byte & 0x7f), 0) % 128).toBe(0);
    expect(push(bytes, { checksum: true })).toMatchObject([{ ok: true }]);
  });
  it('is found whatever stands before it and however it is cut', () => {
    const good = frame([0x2c, 0x30, 0x20], '1250', '0', true);
    const property = fc.property(
      fc.uint8Array({ maxLength: 20 }).map((noise) => noise.map((byte) => (byte === 2 ? 3 : byte))),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }),
      (noise, cuts) => {
        const stream = Uint8Array.of(...noise, ...good, ...good);
        const framer = createToledoFramer({ checksum: true, fixedZeros: undefined });
        let from = 0;
        const heard = [...cuts, stream.length].flatMap((cut) => {
          const part = framer.push(stream.subarray(from, from + cut));
          from += cut;
          return part;
        });
        expect(heard.filter(({ ok }) => ok)).toHaveLength(2);
      },
    );
    fc.assert(property);
  });
  it('is not in noise, which is told; a byte between frames is none', () => {
    expect(push(new Uint8Array(30).fill(0x55))).toMatchObject([{ ok: false }]);
    const good = frame([0x2c, 0x30, 0x20], '1250', '0');
    const many = Array.from({ length: 30 }, () => [...good, 0x41]).flat();
    expect(push(Uint8Array.from(many)).every(({ ok }) => ok)).toBe(true);
  });
  it('that is damaged by one bit is never good with a checksum', () => {
    const good = frame([0x2c, 0x30, 0x20], '1250', '0', true);
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 6 }), (at, bit) => {
        const bytes = good.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
        expect(push(bytes, { checksum: true }).filter(({ ok }) => ok)).toEqual([]);
      }),
    );
  });
  it('is never made of noise without its marks, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, checksum) => {
        for (const one of push(bytes, { checksum })) {
          if (one.ok && 'value' in one.weighing.weight) expect(Number.isFinite(one.weighing.weight.value)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a scale that sends by itself', () => {
  async function open() {
    const harness = createHarness();
    const link = { kind: 'simulated', model: 'energy-meter' };
    const config = device({ adapter: 'scale', protocol: 'toledo-continuous', link, points, pollMs: 500 });
    const session = await scaleAdapter.open(config, harness.context, never);
    return { ...harness, session, hear: (bytes: Uint8Array) => harness.links.opened[0]?.hear(bytes) };
  }
  it('gives a reading every pollMs, and at once when it begins to move', async () => {
    const { hear, batches, clock } = await open();
    for (let i = 0; i < 20; i += 1) {
      hear(frame([0x2c, 0x30, 0x20], String(1000 + i), '0'));
      await clock.advance(50);
    }
    expect(batches).toHaveLength(2);
    hear(frame([0x2c, 0x38, 0x20], '990', '0'));
    expect(batches).toHaveLength(3);
  });
  it('tares: the letter goes out, and the net frames confirm it', async () => {
    const { hear, links, clock, session } = await open();
    const tared = session.act?.('tare', undefined, never);
    await clock.advance(100);
    expect(links.opened[0]?.written.map((bytes) => Buffer.from(bytes).toString())).toEqual(['T\r\n']);
    hear(frame([0x2c, 0x30, 0x20], '1000', '0'));
    hear(frame([0x2c, 0x31, 0x20], '0', '1000'));
    expect(await tared).toEqual({ state: 'confirmed', words: 'tared; it shows 0 kg, stable' });
    const again = session.act?.('zero', undefined, never);
    again?.catch(() => {});
    await clock.advance(6000);
    await expect(again).rejects.toMatchObject({ code: 'adapter/refused' });
    expect(clock.pending).toBe(0);
  });
  it('does not leave a command waiting when the line is closed', async () => {
    const { clock, session } = await open();
    const tared = session.act?.('tare', undefined, never);
    tared?.catch(() => {});
    await session.close();
    await expect(tared).rejects.toMatchObject({ code: 'link/closed' });
    expect(clock.pending).toBe(0);
  });
  it('counts what is damaged', async () => {
    const { hear, faults } = await open();
    hear(frame([0x2c, 0x30, 0x20], '1x50', '0'));
    expect(faults).toEqual(['adapter/bad-frame']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdapterSession } from '../../../core/adapters/adapter.ts';
import { createAdapterRegistry } from '../../../core/adapters/registry.ts';
import { createElmDouble } from '../../fakes/elm-double.ts';
import { createPrinterDouble } from '../../fakes/printer-double.ts';
import { createScaleDouble } from '../../fakes/scale-double.ts';
import { createHarness, device, never } from './harness.ts';

const link = { kind: 'simulated', model: 'energy-meter' };
const name = (value: string, i: number) => ({ name: `p${i}`, value });

/** Each kind with what stands at its far end, and the values that it may give as good ones. */
const KINDS: Readonly<
  Record<
    string,
    { raw: { adapter: 'scale' | 'obd' | 'printer' } & Record<string, unknown>; far(): (bytes: Uint8Array) => Uint8Array }
  >
> = {
  scale: {
    raw: { adapter: 'scale', link, protocol: 'sics', points: ['net', 'gross', 'stable'].map(name), pollMs: 100, timeoutMs: 100 },
    far: () => createScaleDouble().hear,
  },
  obd: {
    raw: { adapter: 'obd', link, points: ['pid:0C', 'codes', 'vin'].map(name), pollMs: 200, timeoutMs: 100 },
    far: () => {
      const elm = createElmDouble();
      return (bytes) => Buffer.from(elm.hear(bytes), 'latin1');
    },
  },
  printer: {
    raw: { adapter: 'printer', link, points: ['paper', 'online'].map(name), statusMs: 200, timeoutMs: 100 },
    far: () => createPrinterDouble().hear,
  },
};

describe.each(Object.entries(KINDS))('a %s on a line with noise', (_name, { raw, far }) => {
  /** What the line does to each answer: leaves it, loses it, cuts it off, turns bits of it, puts noise before it. */
  const harm = fc.oneof(
    fc.constant({ kind: 'none' as const }),
    fc.constant({ kind: 'lost' as const }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 30 }) }),
    fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 20 }) }),
  );

  it('goes on, is read again when the noise is over, and leaves nothing behind', async () => {
    const property = fc.asyncProperty(fc.array(harm, { minLength: 5, maxLength: 40 }), async (harms) => {
      const harness = createHarness();
      const answer = far();
      let turn = 0;
      harness.links.prepare = (fake) => {
        fake.answer = (written) => {
          const sound = answer(written);
          const what = harms[turn % harms.length] ?? { kind: 'none' };
          turn += 1;
          if (turn > harms.length || what.kind === 'none') return sound;
          if (what.kind === 'lost') return undefined;
          return what.kind === 'cut' ? sound.subarray(0, what.at) : Uint8Array.of(...what.bytes, ...sound);
        };
      };
      let ended: Error | 'closed' | undefined;
      const session: AdapterSession = await createAdapterRegistry().open(device(raw), harness.context, never);
      void session.closed.then((why) => {
        ended = why ?? 'closed';
      });
      for (let i = 0; i < 200 && turn <= harms.length; i += 1) await harness.clock.advance(5000);
      await harness.clock.advance(40_000);
      expect(ended).toBeUndefined();
      const before = harness.batches.length;
      await harness.clock.advance(5000);
      expect(harness.batches.length).toBeGreaterThan(before); // the line is sound again, and so is the device
      expect(harness.batches.at(-1)?.readings.every(({ quality }) => quality === 'good')).toBe(true);
      await session.close();
      expect(harness.clock.pending).toBe(0);
    });
    await fc.assert(property, { numRuns: 12 });
  });
});

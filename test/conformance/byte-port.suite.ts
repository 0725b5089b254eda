import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteLink } from '../../core/transports/byte-port.ts';

/** A link and what is at its other end. */
export interface LinkUnderTest {
  readonly link: ByteLink;
  /** Sends from the far end. */
  send(bytes: Uint8Array): Promise<void>;
  /** All that the far end has heard. */
  heard(): Uint8Array;
  /** The far end goes away without notice. */
  vanish(): Promise<void>;
  dispose(): Promise<void>;
}

export async function until(condition: () => boolean, what: string, limitMs = 5000): Promise<void> {
  for (const end = performance.now() + limitMs; !condition(); ) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

/** What every implementation of `ByteLink` owes its user. */
export function bytePortConformance(name: string, build: () => Promise<LinkUnderTest>): void {
  describe(`${name} as a byte link`, () => {
    let sut: LinkUnderTest;
    beforeEach(async () => {
      sut = await build();
    });
    afterEach(() => sut.dispose());

    function collect(): number[] {
      const got: number[] = [];
      sut.link.onData((chunk) => got.push(...chunk));
      return got;
    }

    it('has a label', () => expect(sut.link.label.length).toBeGreaterThan(3));

    it('carries every byte value in, in order', async () => {
      const got = collect();
      await sut.send(everyByte);
      await sut.send(Uint8Array.of(0x0d, 0x0a, 0x03, 0x11, 0x13));
      await until(() => got.length >= 261, '261 bytes in');
      expect(got).toEqual([...everyByte, 0x0d, 0x0a, 0x03, 0x11, 0x13]);
    });

    it('carries every byte value out, in order', async () => {
      await sut.link.write(everyByte);
      await sut.link.write(Uint8Array.of(1, 2, 3));
      await until(() => sut.heard().length >= 259, '259 bytes out');
      expect([...sut.heard()]).toEqual([...everyByte, 1, 2, 3]);
    });

    it('holds what comes before the first listener, and keeps the order', async () => {
      await sut.send(Uint8Array.of(1, 2));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const got = collect();
      await sut.send(Uint8Array.of(3));
      await until(() => got.length >= 3, 'three bytes in');
      expect(got).toEqual([1, 2, 3]);
    });

    it('stops telling a listener that was removed', async () => {
      const kept = collect();
      const removed: number[] = [];
      sut.link.onData((chunk) => removed.push(...chunk))();
      await sut.send(Uint8Array.of(7));
      await until(() => kept.length === 1, 'one byte in');
      expect(removed).toEqual([]);
    });

    it('goes on when one listener throws', async () => {
      sut.link.onData(() => {
        throw new Error('listener');
      });
      const got = collect();
      await sut.send(Uint8Array.of(9));
      await until(() => got.length === 1, 'one byte in');
    });

    it('reports no fault when it is closed, however often', async () => {
      await Promise.all([sut.link.close(), sut.link.close()]);
      await sut.link.close();
      expect(await sut.link.closed).toBeUndefined();
    });

    it('refuses to write after close', async () => {
      await sut.link.close();
      await expect(sut.link.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link/closed' });
    });

    it('reports a loss when the far end vanishes, even if nobody listens for data', async () => {
      await sut.vanish();
      expect(await sut.link.closed).toMatchObject({ code: 'link/lost' });
    });

    it('refuses to write after a loss, and close still works', async () => {
      await sut.vanish();
      await sut.link.closed;
      await expect(sut.link.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'link/lost' });
      await sut.link.close();
    });

    it('does not write when already aborted', async () => {
      await expect(sut.link.write(Uint8Array.of(1), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });
  });
}

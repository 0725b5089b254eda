import { expect, it } from 'vitest';
import { createWire } from '../../../core/transports/wire.ts';
import { bytePortConformance } from '../../conformance/byte-port.suite.ts';

bytePortConformance('a wire in memory', async () => {
  const [link, far] = createWire();
  const heard: number[] = [];
  far.onData((chunk) => heard.push(...chunk));
  return {
    link,
    send: (bytes) => far.write(bytes),
    heard: () => Uint8Array.from(heard),
    vanish: () => far.close(),
    dispose: () => link.close(),
  };
});

it('does not deliver within the call that wrote, and keeps what was written then', async () => {
  const [near, far] = createWire();
  const got: number[][] = [];
  near.onData((chunk) => got.push([...chunk]));
  const bytes = Uint8Array.of(1, 2);
  const written = far.write(bytes);
  expect(got).toEqual([]);
  bytes.fill(9);
  await written;
  await Promise.resolve();
  expect(got).toEqual([[1, 2]]);
});

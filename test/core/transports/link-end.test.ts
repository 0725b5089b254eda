import { expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLinkEnd } from '../../../core/transports/link-end.ts';

it('a write under way ends with the fault when the line is torn, though its driver never says so', async () => {
  const end = createLinkEnd('/dev/ttyUSB0', { write: () => new Promise(() => {}), release: async () => {} });
  const written = end.link.write(Uint8Array.of(1));
  end.broke(new GatewayError('link/lost', '/dev/ttyUSB0 was unplugged'));
  await expect(written).rejects.toMatchObject({ code: 'link/lost', message: '/dev/ttyUSB0 was unplugged' });
  await expect(end.link.write(Uint8Array.of(2))).rejects.toMatchObject({ code: 'link/lost' });
});

it('a write under way ends when the line is closed', async () => {
  const end = createLinkEnd('COM3', { write: () => new Promise(() => {}), release: async () => {} });
  const written = end.link.write(Uint8Array.of(1));
  await Promise.all([end.link.close(), expect(written).rejects.toMatchObject({ code: 'link/closed' })]);
});

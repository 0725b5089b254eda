import type { InvokeRequest } from '../invocation.ts';

/** The invocation of a function with `onStart`: once after each start of the gateway, and once for each new version of it. */
export const startRequest = (name: string, why: 'gateway' | 'version'): InvokeRequest => ({
  payload: Buffer.from(JSON.stringify({ start: why })),
  by: { kind: 'start', id: why },
  subject: `gatehouse/start/${name}`,
  hops: 0,
  observe: false,
});

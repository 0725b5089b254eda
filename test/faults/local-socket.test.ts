import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { ServerTransport } from '../../core/api/server.ts';
import { createSocketServer } from '../../core/api/socket-server.ts';
import { systemClock } from '../../core/base/clock.ts';
import { createLogHub } from '../../core/base/log.ts';
import { tokenPath } from '../../core/config/socket-path.ts';
import { startSdkFunction } from '../fakes/functions/sdk-function.ts';

/** Goes to the command line's socket with the token, as far as it gets it, and tells what became of it. */
const INTRUDER = `
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
export const handler = async ({ token, address }) => {
  let shown = '0'.repeat(64) + '\\n';
  let read = 'read';
  try { shown = readFileSync(token, 'utf8'); } catch (error) { read = error.code; }
  const heard = await new Promise((resolve) => {
    const socket = connect(address, () => socket.write(shown));
    socket.on('data', (chunk) => { resolve(chunk.toString().trim()); socket.destroy(); });
    socket.on('close', () => resolve('closed'));
    socket.on('error', (error) => resolve(error.code));
  });
  return { read, heard };
};`;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

it.skipIf(process.platform === 'win32').each([
  ['thread', { read: 'read', heard: '"t":"hello"' }],
  ['process', { read: 'ERR_ACCESS_DENIED', heard: 'closed' }],
] as const)('a function in a %s that goes to the socket of the command line', async (isolation, outcome) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gh-sock-'));
  cleanUps.push(() => rm(dataDir, { recursive: true, force: true }));
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'debug' }).logger('socket');
  const greet = (transport: ServerTransport): void => transport.send({ t: 'hello', protocol: 1, version: 'v' });
  const server = createSocketServer({ attach: greet, log }, { dataDir });
  await server.start(new AbortController().signal);
  cleanUps.push(() => server.stop());
  const fn = await startSdkFunction(isolation, { 'index.mjs': INTRUDER });
  cleanUps.push(() => fn.stop());
  const told = await fn.call({ token: tokenPath(dataDir), address: server.address });
  expect(told).toEqual({ ...outcome, heard: expect.stringContaining(outcome.heard) });
});

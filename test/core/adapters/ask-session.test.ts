import { expect, it } from 'vitest';
import type { AskLine } from '../../../core/adapters/ask-line.ts';
import { openAsking } from '../../../core/adapters/ask-session.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { Link } from '../../../core/contract/document/links.ts';
import { createHarness, never } from './harness.ts';

const config = { id: 'dut', link: Link.parse({ kind: 'simulated', model: 'energy-meter' }) };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const question = (what: string, timeoutMs = 100) => ({
  bytes: Buffer.from(what),
  what,
  timeoutMs,
  take: (chunk: Uint8Array) => text(chunk),
});

/** A session whose rounds do nothing: the test asks. */
async function open(round: (line: AskLine, signal: AbortSignal) => Promise<void> = async () => {}, begin?: () => Promise<void>) {
  const harness = createHarness();
  let line: AskLine | undefined;
  const strays: string[] = [];
  const session = await openAsking(config, harness.context, never, (own) => {
    line = own;
    own.onStray((chunk) => void strays.push(text(chunk)));
    return { everyMs: 1000, round: (signal) => round(own, signal), ...(begin && { begin }) };
  });
  if (!line || !harness.links.opened[0]) throw new Error('not open');
  return { ...harness, session, line, far: harness.links.opened[0], strays };
}

it('asks one question after the other, in order', async () => {
  const { line, far, clock } = await open();
  far.answer = (written) => Buffer.from(`re:${text(written)}`);
  const answers = Promise.all(['a', 'b', 'c'].map((what) => line.ask(question(what), never)));
  await clock.advance(0);
  expect(await answers).toEqual(['re:a', 're:b', 're:c']);
});

it('waits until a late answer has gone by before it asks again', async () => {
  const { line, far, clock, frames } = await open();
  const first = line.ask(question('a'), never).catch((error: unknown) => error);
  const second = line.ask(question('b'), never);
  await clock.advance(101);
  expect(await first).toMatchObject({ code: 'adapter/timeout', message: expect.stringContaining('no answer to a') });
  far.hear('late');
  expect(far.written.map(text)).toEqual(['a']);
  await clock.advance(130);
  expect(far.written.map(text)).toEqual(['a', 'b']);
  far.hear('sound');
  expect(await second).toBe('sound');
  expect(frames.filter(({ faulty }) => faulty)).toMatchObject([{ decoded: 'a late answer, not used' }]);
});

it('gives what was not asked for to the device, and a flood is no answer', async () => {
  const { line, far, clock, strays } = await open();
  far.hear('by itself');
  expect(strays).toEqual(['by itself']);
  const flooded = line.ask({ ...question('a', 10_000), take: () => undefined }, never).catch((error: unknown) => error);
  await clock.advance(0);
  far.hear(new Uint8Array(9000));
  expect(await flooded).toMatchObject({ code: 'adapter/bad-frame' });
});

it('refuses more questions than it can hold, and forgets one that is aborted', async () => {
  const { line, far, clock, session } = await open();
  const aborter = new AbortController();
  const all = Array.from({ length: 40 }, (_, i) =>
    line.ask(question(String(i), 60_000), aborter.signal).catch((error: unknown) => error),
  );
  await clock.advance(0);
  expect(await all[39]).toMatchObject({ code: 'adapter/busy' });
  aborter.abort(new GatewayError('api/cancelled', 'enough'));
  await clock.advance(2000);
  expect(await all[0]).toMatchObject({ code: 'api/cancelled' });
  expect(await all[31]).toMatchObject({ code: 'api/cancelled' });
  expect(far.written).toHaveLength(1);
  await session.close();
  expect(clock.pending).toBe(0);
});

it('a round that fails is a fault; one whose link is lost ends the session', async () => {
  let rounds = 0;
  const { clock, faults, session, far } = await open(async (line, signal) => {
    rounds += 1;
    await line.ask(question('x'), signal);
  });
  await clock.advance(2500);
  expect(rounds).toBe(3);
  expect(faults).toEqual(['adapter/timeout', 'adapter/timeout', 'adapter/timeout']);
  far.lose();
  expect(await session.closed).toMatchObject({ code: 'link/lost' });
  await clock.advance(5000);
  expect(rounds).toBe(3);
});

it('a device that cannot begin ends its session with the reason; nobody waits for it', async () => {
  const { clock, session } = await open(undefined, async () => {
    throw new GatewayError('adapter/timeout', 'dut: no answer');
  });
  await clock.advance(0);
  expect(await session.closed).toMatchObject({ code: 'adapter/timeout' });
  await expect(session.readNow?.(never)).rejects.toMatchObject({ code: 'adapter/timeout' });
});

import { beforeEach, expect, it } from 'vitest';
import { createHub, type Watcher } from '../../../core/api/hub.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { Caller } from '../../../core/contract/desk.ts';
import { createToolSessions, type ToolSession, type ToolSessions } from '../../../core/tools/sessions.ts';
import { createPortClaims } from '../../../core/transports/ports/claims.ts';
import { createFakeGateway } from '../../fakes/fake-gateway.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';

const ANNA: Caller = { kind: 'console', id: 'browser-1' };
const BERT: Caller = { kind: 'console', id: 'browser-2' };
const never = new AbortController().signal;

let clock: ManualClock;
let sessions: ToolSessions;
let hub: ReturnType<typeof createHub>;
let session: ToolSession;

beforeEach(async () => {
  clock = createManualClock();
  const log = createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('tools');
  let id = 0;
  sessions = createToolSessions({ clock, log, claims: createPortClaims({ now: () => 0 }), newId: () => `s${++id}` });
  hub = createHub({ clock, log, sources: { ...createFakeGateway({ clock }).sources, 'tool-lines': sessions.lines } });
  session = await sessions.open(
    { tool: 'terminal', line: 'COM3', link: null, key: 'path:COM3', by: 'Anna', caller: ANNA },
    never,
  );
});

const watch = (caller: Caller): (() => void) => {
  const watcher: Watcher = { caller, buffered: 0, emit: () => {} };
  return hub.watch('tool-lines', { session: session.id }, watcher);
};
const isOpen = (): boolean => sessions.views().length === 1;

it('stays open while its owner watches it, and 15 seconds longer', async () => {
  const stop = watch(ANNA);
  await clock.advance(60_000);
  expect(isOpen()).toBe(true);
  stop();
  await clock.advance(14_000);
  expect(isOpen()).toBe(true);
  await clock.advance(3000);
  expect(isOpen()).toBe(false);
});

it('is not held open by somebody else who looks on', async () => {
  watch(BERT);
  await clock.advance(17_000);
  expect(isOpen()).toBe(false);
});

it('ends after its owner has gone, also where another one goes on watching the same view', async () => {
  const stop = watch(ANNA);
  watch(BERT);
  await clock.advance(30_000);
  expect(isOpen()).toBe(true);
  stop();
  await clock.advance(17_000);
  expect(isOpen()).toBe(false);
});

it('tells a console from a command line of the same name', async () => {
  watch({ kind: 'cli', id: ANNA.id });
  await clock.advance(17_000);
  expect(isOpen()).toBe(false);
});

it('counts each view of its owner, and ends when the last one is left', async () => {
  const [first, second] = [watch(ANNA), watch(ANNA)];
  first();
  first();
  await clock.advance(30_000);
  expect(isOpen()).toBe(true);
  second();
  await clock.advance(17_000);
  expect(isOpen()).toBe(false);
});

it('shows the lines to everybody', () => {
  session.say({ direction: 'out', bytes: 'QQ==', decoded: '', role: 'text', unit: null, responseMs: null, faulty: false });
  const heard: unknown[] = [];
  hub.watch('tool-lines', { session: session.id }, { caller: BERT, buffered: 0, emit: (event) => heard.push(event) });
  expect(heard).toMatchObject([{ kind: 'snapshot', items: [{ bytes: 'QQ==' }] }]);
  expect(() => hub.watch('tool-lines', { session: 'gone' }, { caller: ANNA, buffered: 0, emit: () => {} })).toThrow(
    'has been closed',
  );
});

import { expect, it } from 'vitest';
import type { MatrixView } from '../../../core/contract/commission-views.ts';
import { createMatrixDesk } from '../../../core/discovery/matrix-desk.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { type Bus, CALLER, createBench, never, SERIAL, unitsOn } from './bench.ts';

/** Registers 0..9, but 4 and 5 do not exist. */
const gappy = (address: number): number | undefined =>
  address < 10 && address !== 4 && address !== 5 ? 100 + address : undefined;
const BUS = unitsOn({ 3: { holding: gappy, input: (address) => (address < 2 ? address : undefined) } });

function setUp(bus: Bus = BUS) {
  const clock = createManualClock();
  const bench = createBench(clock, { bus });
  const desk = createMatrixDesk(bench.deps);
  const open = (change: object = {}) =>
    desk.calls['matrix.open'](
      {
        link: SERIAL,
        adapter: 'modbus-rtu',
        unit: 3,
        table: 'holding',
        address: 0,
        count: 8,
        everyMs: 500,
        by: 'Kim',
        consent: true,
        ...change,
      },
      never,
      CALLER,
    );
  const row = (session: string): MatrixView | undefined => {
    const source = desk.views.matrix;
    return source.kind === 'table' ? source.rows({ session })[0] : undefined;
  };
  return { ...bench, clock, desk, open, row };
}

it('reads the registers that there are, and leaves out those that there are not', async () => {
  const { clock, open, row, links } = setUp();
  const { session } = await open();
  await clock.advance(200);
  expect(row(session)).toMatchObject({ registers: [100, 101, 102, 103, null, null, 106, 107], reads: 1, fault: null });
  const asked = links.opened[0]?.written.length ?? 0;
  await clock.advance(500);
  expect(row(session)?.reads).toBe(2);
  expect((links.opened[0]?.written.length ?? 0) - asked).toBe(2); // what was refused is not asked again
});

it('goes to other registers and shows nothing of the old ones', async () => {
  const { clock, desk, open, row } = setUp();
  const { session } = await open();
  await clock.advance(200);
  await desk.calls['matrix.move']({ session, table: 'input', address: 0, count: 2 }, never, CALLER);
  expect(row(session)).toMatchObject({ table: 'input', registers: [null, null], at: null });
  await clock.advance(200);
  expect(row(session)).toMatchObject({ registers: [0, 1] });
  await desk.calls['matrix.move']({ session, address: 65_535, count: 64 }, never, CALLER);
  expect(row(session)?.registers).toHaveLength(1);
});

it('says why nothing can be read, and goes on by itself', async () => {
  let answers = false;
  const { clock, open, row } = setUp((config, written) => (answers ? BUS(config, written) : undefined));
  const { session } = await open();
  await clock.advance(2000);
  expect(row(session)).toMatchObject({ reads: 0, fault: { code: 'adapter/timeout' } });
  answers = true;
  await clock.advance(3000);
  expect(row(session)).toMatchObject({ fault: null, at: expect.any(Number) });
});

it('tells a unit that has none of these registers', async () => {
  const { clock, open, row } = setUp();
  const { session } = await open({ address: 1000 });
  await clock.advance(500);
  expect(row(session)).toMatchObject({ reads: 0, fault: { code: 'adapter/exception' } });
  expect(row(session)?.fault?.message).toContain('illegal data address');
});

it('opens the line again after it was lost', async () => {
  const { clock, open, row, links, deps } = setUp();
  const { session } = await open();
  await clock.advance(200);
  links.opened[0]?.lose();
  await clock.advance(600); // the next read finds out
  expect(row(session)?.fault?.code).toBe('link/lost');
  expect(deps.sessions.look(session).view().state).toBe('lost');
  await clock.advance(2000);
  expect(row(session)).toMatchObject({ fault: null });
  expect(deps.sessions.look(session).view().state).toBe('open');
});

it('takes the line as a whole, and gives it back when nobody looks', async () => {
  const { clock, open, deps, row, links } = setUp();
  const { session } = await open();
  await expect(deps.lines.links.open(SERIAL, never, 'meter')).rejects.toMatchObject({ code: 'link/claimed' });
  await expect(open()).rejects.toMatchObject({ code: 'link/claimed' });
  await clock.advance(20_000);
  expect(row(session)).toBeUndefined();
  expect(row('of-before-the-gateway-was-started-anew')).toBeUndefined();
  expect(links.opened[0]?.open).toBe(false);
  expect(deps.lines.claims.list()).toEqual([]);
});

it('is moved and closed only by who opened it', async () => {
  const { clock, desk, open } = setUp();
  const { session } = await open();
  const other = { kind: 'console', id: 'two' } as const;
  await expect(desk.calls['matrix.move']({ session, address: 1 }, never, other)).rejects.toMatchObject({
    code: 'tool/not-yours',
  });
  const closing = desk.calls['matrix.close']({ session }, never, CALLER);
  await clock.advance(10);
  await closing;
  await expect(desk.calls['matrix.move']({ session, address: 1 }, never, CALLER)).rejects.toMatchObject({
    code: 'tool/unknown-session',
  });
});

it('does not ask unit 0 of a serial line: nobody answers to what is for all; with Modbus TCP it is a unit', async () => {
  const { open, links, deps } = setUp();
  await expect(open({ unit: 0 })).rejects.toMatchObject({ code: 'api/bad-input', message: expect.stringContaining('Unit 0') });
  expect([links.opened.length, deps.lines.claims.list()]).toEqual([0, []]);
  const link = { kind: 'tcp', host: '10.0.0.1', port: 502, connectTimeoutMs: 1000 };
  await expect(open({ unit: 0, adapter: 'modbus-tcp', link })).resolves.toMatchObject({ session: expect.any(String) });
});

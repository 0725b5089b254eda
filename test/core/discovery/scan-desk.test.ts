import { expect, it } from 'vitest';
import { encodeRead } from '../../../core/adapters/modbus/codec.ts';
import { createMbapFramer } from '../../../core/adapters/modbus/mbap-framer.ts';
import { createRtuFramer } from '../../../core/adapters/modbus/rtu-framer.ts';
import { answerRequest } from '../../../core/adapters/modbus/slave.ts';
import type { Input } from '../../../core/contract/api.ts';
import type { ScanView } from '../../../core/contract/commission-views.ts';
import type { Desk } from '../../../core/contract/desk.ts';
import type { LinkConfig } from '../../../core/contract/document/links.ts';
import { createScanDesk } from '../../../core/discovery/scan-desk.ts';
import { createManualClock, type ManualClock } from '../../fakes/manual-clock.ts';
import { type Bus, CALLER, createBench, never, registersOf, SERIAL, unitsOn } from './bench.ts';

const WISH: Input<'scan.start'> = {
  link: SERIAL,
  framings: ['rtu'],
  baudRates: [9600, 19_200],
  parities: ['none', 'even'],
  stopBits: [1],
  units: { from: 1, to: 20 },
  listenMs: 0,
  timeoutMs: 50,
  stopAtFirst: false,
  by: 'Kim',
  consent: true,
};

type ScanDesk = ReturnType<typeof createScanDesk>;
const rows = (desk: Desk<never, 'scans'> | ScanDesk): readonly ScanView[] => {
  const source = desk.views.scans;
  return source.kind === 'table' ? source.rows({}) : [];
};
const isEnded = (view: ScanView | undefined): boolean => view === undefined || ['done', 'stopped', 'failed'].includes(view.state);

/** Lets the scan go on while somebody watches it. */
async function toTheEnd(clock: ManualClock, desk: ScanDesk): Promise<ScanView> {
  for (let i = 0; i < 2000; i += 1) {
    const [view] = rows(desk);
    if (isEnded(view)) break;
    await clock.advance(200);
  }
  const [view] = rows(desk);
  if (!view) throw new Error('no scan');
  return view;
}

async function scan(bus: Bus, wish: Partial<Input<'scan.start'>> = {}) {
  const clock = createManualClock();
  const bench = createBench(clock, { bus });
  const desk = createScanDesk(bench.deps);
  await desk.calls['scan.start']({ ...WISH, ...wish }, never, CALLER);
  return { ...bench, clock, desk, view: await toTheEnd(clock, desk) };
}
const evenAt19200 = (config: LinkConfig): boolean =>
  config.kind === 'serial' && config.baudRate === 19_200 && config.parity === 'even';

it('finds speed, parity and units, and tries no other settings once they are known', async () => {
  const identity = new Map([
    [0, 'ACME'],
    [1, 'M-1'],
    [2, '3.0'],
  ]);
  const inner = unitsOn({ 3: { ...registersOf(5), identity }, 18: registersOf(0) }, evenAt19200);
  const tried = new Set<string>();
  const { view, deps } = await scan((config, written) => {
    if (config.kind === 'serial') tried.add(`${config.baudRate} ${config.parity}`);
    return inner(config, written);
  });
  expect(view).toMatchObject({ state: 'done', progress: 1, fault: null, leftMs: null });
  expect(view.found).toMatchObject([
    { unit: 3, line: { baudRate: 19_200, parity: 'even' }, identification: { vendor: 'ACME', product: 'M-1', revision: '3.0' } },
    { unit: 18, evidence: 'answered function 3 with exception 2, illegal data address' },
  ]);
  expect(view.found[0]?.link).toMatchObject({ kind: 'serial', baudRate: 19_200, parity: 'even' });
  expect(view.probes).toBeLessThanOrEqual(view.probesPlanned);
  expect(tried).toEqual(new Set(['9600 none', '19200 even'])); // nothing at 9600 8E1 and 19200 8N1
  expect(deps.found.rows().map(({ id }) => id)).toEqual(
    expect.arrayContaining(['modbus:path:/dev/ttyUSB0 3', 'modbus:path:/dev/ttyUSB0 18']),
  );
  expect(deps.lines.claims.list()).toEqual([]);
});

it('sends reads and identification only', async () => {
  const codes = new Set<number>();
  const inner = unitsOn({ 2: registersOf(3) });
  await scan((config, written) => {
    codes.add(written[1] ?? 0);
    return inner(config, written);
  });
  expect([...codes].sort((a, b) => a - b).every((code) => [3, 4, 43].includes(code))).toBe(true);
});

it('finds a unit that speaks ASCII frames with seven bits', async () => {
  const hears = (config: LinkConfig): boolean => config.kind === 'serial' && config.dataBits === 7 && config.parity === 'even';
  const { view } = await scan(unitsOn({ 4: registersOf(3) }, hears, 'ascii'), {
    framings: ['rtu', 'ascii'],
    units: { from: 1, to: 5 },
  });
  expect(view.found).toMatchObject([
    { unit: 4, adapter: 'modbus-ascii', line: { framing: 'ascii', dataBits: 7, parity: 'even' } },
  ]);
});

it('finds units behind a device server, and sees that one answers for every unit', async () => {
  const tcp = { kind: 'tcp', host: '10.0.0.7', port: 502, connectTimeoutMs: 1000 } as const;
  const behind = await scan(unitsOn({ 9: registersOf(3) }), { link: tcp, framings: ['tcp', 'rtu'] });
  expect(behind.view.found).toMatchObject([{ unit: 9, adapter: 'modbus-rtu', link: tcp }]);
  const framer = createMbapFramer();
  const everyUnit = await scan(
    (_config, written) => {
      const [heard] = framer.push(written);
      return heard?.kind === 'frame'
        ? framer.wrap(heard.unit, heard.transaction, answerRequest(heard.pdu, registersOf(3)))
        : undefined;
    },
    { link: tcp, framings: ['tcp'] },
  );
  expect(everyUnit.view).toMatchObject({ state: 'done', found: [{ unit: 1, adapter: 'modbus-tcp' }] });
  expect(everyUnit.view.step).toContain('every unit');
});

it('stops at the first unit where that was asked', async () => {
  const { view } = await scan(unitsOn({ 2: registersOf(3), 4: registersOf(3) }), { stopAtFirst: true });
  expect(view.found.map(({ unit }) => unit)).toEqual([2]);
});

it('finds a device that knows input registers only and is silent else', async () => {
  const inner = unitsOn({ 5: registersOf(3) });
  const { view } = await scan((config, written) => (written[1] === 4 ? inner(config, written) : undefined), {
    baudRates: [9600],
    parities: ['none'],
  });
  expect(view.found).toMatchObject([{ unit: 5, evidence: 'answered function 4' }]);
});

it('finds a slow unit by its late answer', async () => {
  const inner = unitsOn({ 6: registersOf(3) });
  const clock = createManualClock();
  const bench = createBench(clock);
  bench.links.prepare = (link, config) => {
    link.answer = (written) => {
      const answer = inner(config, written);
      if (answer) clock.after(150, () => link.hear(answer));
      return undefined;
    };
  };
  const desk = createScanDesk(bench.deps);
  await desk.calls['scan.start']({ ...WISH, baudRates: [9600], parities: ['none'] }, never, CALLER);
  const view = await toTheEnd(clock, desk);
  expect(view.found).toMatchObject([{ unit: 6, evidence: 'answered function 3, but late' }]);
});

it('says what to check where nothing answers', async () => {
  const { view } = await scan(() => undefined, { units: { from: 1, to: 3 } });
  expect(view).toMatchObject({ state: 'done', found: [] });
  expect(view.step).toContain('swap A and B');
  expect(view.probes).toBe(view.probesPlanned);
});

it('takes noise for no unit', async () => {
  const { view } = await scan(() => [0xff, 0x03, 0x55, 0x00, 0x11]);
  expect(view).toMatchObject({ state: 'done', found: [] });
  expect(view.step).toContain('never a sound answer');
});

it('hears another master, tells its units and sends nothing', async () => {
  const rtu = createRtuFramer('answers');
  const talk = [rtu.wrap(7, 0, encodeRead('holding', 0, 1)), rtu.wrap(7, 0, Uint8Array.of(3, 2, 0, 9))];
  const clock = createManualClock();
  const { deps, links } = createBench(clock);
  links.prepare = (link, config) => {
    clock.after(50, () => {
      for (const frame of talk) link.hear(evenAt19200(config) ? frame : [0xf0, 0x0f, 0xcc]);
    });
  };
  const desk = createScanDesk(deps);
  await desk.calls['scan.start']({ ...WISH, listenMs: 2000 }, never, CALLER);
  const view = await toTheEnd(clock, desk);
  expect(view).toMatchObject({
    state: 'done',
    heard: { frames: 2 },
    found: [{ unit: 7, line: { baudRate: 19_200, parity: 'even' } }],
  });
  expect(view.step).toContain('Nothing was sent');
  expect(links.opened.flatMap(({ written }) => written)).toEqual([]);
});

it('is stopped by anybody, gives the line back and keeps what it found', async () => {
  const clock = createManualClock();
  const { deps } = createBench(clock, { bus: unitsOn({ 1: registersOf(1) }) });
  const desk = createScanDesk(deps);
  const { scan: id } = await desk.calls['scan.start']({ ...WISH, units: { from: 1, to: 247 } }, never, CALLER);
  await expect(desk.calls['scan.start'](WISH, never, { kind: 'cli', id: 'x' })).rejects.toMatchObject({ code: 'scan/running' });
  await clock.advance(1000);
  const stopping = desk.calls['scan.stop']({ scan: id }, never, { kind: 'cli', id: 'another' });
  await clock.advance(100);
  await stopping;
  expect(rows(desk)[0]).toMatchObject({ state: 'stopped', found: [{ unit: 1 }] });
  expect(deps.lines.claims.list()).toEqual([]);
  await desk.calls['scan.close']({ scan: id }, never, CALLER);
  expect(rows(desk)).toEqual([]);
  await expect(desk.calls['scan.close']({ scan: id }, never, CALLER)).rejects.toMatchObject({ code: 'tool/unknown-session' });
});

it('ends when nobody watches', async () => {
  const clock = createManualClock();
  const { deps } = createBench(clock, { bus: () => undefined });
  const desk = createScanDesk(deps);
  await desk.calls['scan.start']({ ...WISH, units: { from: 1, to: 247 } }, never, CALLER);
  await clock.advance(20_000);
  expect(deps.lines.claims.list()).toEqual([]);
  expect(rows(desk)[0]?.state).toBe('stopped');
});

it('fails where the line is lost, with the fault', async () => {
  const clock = createManualClock();
  const { deps, links } = createBench(clock);
  const desk = createScanDesk(deps);
  await desk.calls['scan.start'](WISH, never, CALLER);
  await clock.advance(30);
  links.opened.at(-1)?.lose();
  await clock.advance(200);
  expect(rows(desk)[0]).toMatchObject({ state: 'failed', fault: { code: 'link/lost' } });
  expect(deps.lines.claims.list()).toEqual([]);
});

it('refuses what cannot be scanned', async () => {
  const { deps } = createBench(createManualClock());
  const desk = createScanDesk(deps);
  for (const wish of [{ units: { from: 9, to: 3 } }, { framings: ['tcp' as const] }]) {
    await expect(desk.calls['scan.start']({ ...WISH, ...wish }, never, CALLER)).rejects.toMatchObject({ code: 'api/bad-input' });
  }
  expect(deps.lines.claims.list()).toEqual([]);
});

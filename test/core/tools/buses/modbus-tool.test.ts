import { beforeEach, describe, expect, it } from 'vitest';
import { createRtuFramer } from '../../../../core/adapters/modbus/rtu-framer.ts';
import type { Input } from '../../../../core/contract/api.ts';
import { type LinkConfig, SerialLink } from '../../../../core/contract/document/links.ts';
import { createModbusTool } from '../../../../core/tools/buses/modbus-tool.ts';
import { createManualClock, type ManualClock } from '../../../fakes/manual-clock.ts';
import { ANNA, BERT, createToolBench, fakeLinks } from '../../../fakes/tool-bench.ts';

const LINK: LinkConfig = SerialLink.parse({ kind: 'serial', path: '/dev/ttyUSB0' });
const never = new AbortController().signal;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString('hex');
const rtu = (unit: number, pdu: string): Uint8Array => createRtuFramer('answers').wrap(unit, 0, bytes(pdu));

let clock: ManualClock;
let far: ReturnType<typeof fakeLinks>;
let bench: ReturnType<typeof createToolBench>;
let session: string;
let answer: (request: Uint8Array) => Uint8Array | undefined;

beforeEach(async () => {
  clock = createManualClock();
  far = fakeLinks();
  bench = createToolBench(clock, {
    async open(config, signal, user) {
      const link = await far.links.open(config, signal, user);
      const fake = far.opened.at(-1);
      if (fake) fake.answer = (request) => answer(request);
      return link;
    },
  });
  answer = () => undefined;
  ({ session } = await bench.call('tool.open', { tool: 'modbus', link: LINK, by: 'Anna', consent: true }));
});

type Ask = Input<'tool.modbus'>['ask'];
async function ask(what: Ask, caller = ANNA, unit = 3) {
  tool ??= createModbusTool({ clock, lines: bench.lines, log: logOf(), random: () => 0, sessions: bench.sessions });
  const done = tool.calls['tool.modbus']({ session, unit, timeoutMs: 200, ask: what }, never, caller);
  done.catch(() => {});
  await clock.advance(300);
  return await done;
}
let tool: ReturnType<typeof createModbusTool> | undefined;
beforeEach(() => {
  tool = undefined;
});
const said: string[] = [];
function logOf() {
  const add = (event: string): void => void said.push(event);
  const log = { debug: add, info: add, warn: add, error: add, from: () => log };
  return log;
}

describe('the Modbus master of the Tools page', () => {
  it('reads, and shows what was sent and heard', async () => {
    answer = () => rtu(3, '03 04 002a ffff');
    const got = await ask({ do: 'read', table: 'holding', address: 16, count: 2 });
    expect(got).toMatchObject({ ok: true, values: [42, 65_535], exception: null, words: 'Unit 3: 2 registers' });
    expect(hex(Buffer.from(got.sent, 'base64'))).toMatch(/^030300100002/);
    expect(hex(Buffer.from(got.heard, 'base64'))).toBe(hex(rtu(3, '03 04 002a ffff')));
    expect(bench.rows(session).map(({ direction, role, decoded }) => [direction, role, decoded])).toEqual([
      ['out', 'request', 'unit 3: read 2 holding registers from 0x0010'],
      ['in', 'answer', 'Unit 3: 2 registers'],
    ]);
  });
  it('reads bits', async () => {
    answer = () => rtu(3, '01 02 cd01');
    expect((await ask({ do: 'read', table: 'coil', address: 0, count: 10 })).values).toEqual([1, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
  });
  it('writes one or several, and has it in the log', async () => {
    said.length = 0;
    answer = (request) => rtu(3, hex(request.subarray(1, 6)));
    await ask({ do: 'write', table: 'holding', address: 5, values: [7], multiple: false });
    await ask({ do: 'write', table: 'holding', address: 5, values: [7], multiple: true });
    await ask({ do: 'write', table: 'coil', address: 1, values: [1, 0, 1], multiple: false });
    expect(far.opened[0]?.written.map((one) => hex(one.subarray(1, -2)))).toEqual([
      '0600050007',
      '100005000102' + '0007',
      '0f0001000301' + '05',
    ]);
    expect(said.filter((event) => event === 'tool.wrote')).toHaveLength(3);
  });
  it('gives an exception and a timeout as the answer, not as a fault of the call', async () => {
    answer = () => rtu(3, '83 02');
    expect(await ask({ do: 'read', table: 'holding', address: 0, count: 1 })).toMatchObject({
      ok: false,
      exception: 2,
      words: expect.stringContaining('illegal data address'),
    });
    expect(bench.rows(session).at(-1)).toMatchObject({ direction: 'in', role: 'answer', faulty: true });
    answer = () => undefined;
    expect(await ask({ do: 'read', table: 'holding', address: 0, count: 1 })).toMatchObject({ ok: false, exception: null });
  });
  it('waits for no answer where it has written to all units', async () => {
    const got = await ask({ do: 'write', table: 'holding', address: 1, values: [1], multiple: false }, ANNA, 0);
    expect(got).toMatchObject({ ok: true, words: expect.stringContaining('all units') });
  });
  it('does not ask all units at once: none would answer', async () => {
    for (const what of [{ do: 'identify' }, { do: 'read', table: 'holding', address: 1, count: 1 }] as const) {
      await expect(ask(what, ANNA, 0)).rejects.toMatchObject({
        code: 'api/bad-input',
        message: expect.stringContaining('Unit 0'),
      });
    }
    expect(far.opened.flatMap(({ written }) => written)).toEqual([]);
    // What a person writes byte by byte is sent as it is: a few devices, alone on a line, do answer to 0.
    answer = () => rtu(0, '03 02 0001');
    await ask({ do: 'raw', pdu: Buffer.from([3, 0x40, 0, 0, 1]).toString('base64') }, ANNA, 0);
    expect(far.opened.flatMap(({ written }) => written.map(hex))).toEqual([expect.stringMatching(/^000340000001/)]);
  });
  it('identifies', async () => {
    answer = () => rtu(3, `2b 0e 02 01 00 00 02 00 03 ${hex(Buffer.from('ABC'))} 01 01 58`);
    expect(await ask({ do: 'identify' })).toMatchObject({ ok: true, objects: { '0': 'ABC', '1': 'X' }, words: 'Unit 3: ABC, X' });
  });
  it('sends a raw request of a function that it does not know', async () => {
    answer = () => rtu(3, '11 02 07 ff');
    const got = await ask({ do: 'raw', pdu: Buffer.from([0x11]).toString('base64') });
    expect(got).toMatchObject({ ok: true, words: 'Unit 3 answered 4 bytes.' });
  });
  it.each<Ask>([
    { do: 'read', table: 'holding', address: 0, count: 126 },
    { do: 'read', table: 'holding', address: 65_535, count: 2 },
    { do: 'raw', pdu: '' },
    { do: 'raw', pdu: '!!' },
  ])('refuses %j', async (what) => {
    await expect(ask(what)).rejects.toMatchObject({ code: 'api/bad-input' });
    expect(far.opened.flatMap(({ written }) => written)).toEqual([]);
  });
  it('is not for others, and not after its end', async () => {
    await expect(ask({ do: 'identify' }, BERT)).rejects.toMatchObject({ code: 'tool/not-yours' });
    answer = () => rtu(3, '03 02 0001');
    await ask({ do: 'read', table: 'holding', address: 0, count: 1 });
    await bench.call('tool.close', { session });
    expect(far.opened[0]?.open).toBe(false);
    expect(bench.lines.claims.list()).toEqual([]);
    await expect(ask({ do: 'identify' })).rejects.toMatchObject({ code: 'tool/unknown-session' });
  });
  it('says that the line was lost, and opens it again with the next question', async () => {
    answer = () => rtu(3, '03 02 0001');
    await ask({ do: 'read', table: 'holding', address: 0, count: 1 });
    answer = () => {
      far.opened.at(-1)?.lose();
      return undefined;
    };
    await expect(ask({ do: 'read', table: 'holding', address: 0, count: 1 })).rejects.toMatchObject({ code: 'link/lost' });
    expect(bench.sessions.views()[0]?.state).toBe('lost');
    answer = () => rtu(3, '03 02 0002');
    expect((await ask({ do: 'read', table: 'holding', address: 0, count: 1 })).values).toEqual([2]);
    expect(bench.sessions.views()[0]?.state).toBe('open');
  });
  it('says that the line was lost also while nothing is asked', async () => {
    answer = () => rtu(3, '03 02 0001');
    await ask({ do: 'read', table: 'holding', address: 0, count: 1 });
    far.opened.at(-1)?.lose();
    await clock.advance(1);
    expect(bench.sessions.views()[0]).toMatchObject({ state: 'lost', fault: { code: 'link/lost' } });
    expect((await ask({ do: 'read', table: 'holding', address: 0, count: 1 })).values).toEqual([1]);
    expect(bench.sessions.views()[0]).toMatchObject({ state: 'open', fault: null });
  });
  it('counts the time from the request to the answer, not that of the opening', async () => {
    answer = () => {
      clock.after(4, () => far.opened[0]?.hear(rtu(3, '03 02 0001')));
      return undefined;
    };
    await ask({ do: 'read', table: 'holding', address: 0, count: 1 });
    const got = await ask({ do: 'read', table: 'holding', address: 0, count: 1 });
    expect(got.tookMs).toBe(4);
    const last = bench.rows(session).at(-1);
    expect(last).toMatchObject({ role: 'answer', responseMs: 4, gapUs: 4000 });
  });
});

import { expect, it } from 'vitest';
import { createMbapFramer } from '../../../core/adapters/modbus/mbap-framer.ts';
import { answerRequest } from '../../../core/adapters/modbus/slave.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { parseAddresses } from '../../../core/discovery/inbox/look.ts';
import { createInboxDesk } from '../../../core/discovery/inbox-desk.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { CALLER, createBench, never, registersOf } from './bench.ts';

const names = (...texts: string[]): string[] => parseAddresses(texts).map(({ host, port }) => `${host}:${port}`);

it('reads addresses and ranges', () => {
  expect(names('10.0.0.7', '10.0.0.7:1502', 'plc.local', ' 10.0.0.7 ')).toEqual([
    '10.0.0.7:502',
    '10.0.0.7:1502',
    'plc.local:502',
  ]);
  expect(names('192.168.1.9/29')).toEqual(['9', '10', '11', '12', '13', '14'].map((last) => `192.168.1.${last}:502`));
  expect(names('10.0.0.4/32', '10.0.0.6/31:503')).toEqual(['10.0.0.4:502', '10.0.0.6:503', '10.0.0.7:503']);
  expect(names('10.0.0.0/24')).toHaveLength(254);
});

it('refuses what is no address, and more than it should ask', () => {
  for (const text of [
    '',
    'a b',
    '10.0.0.0/16',
    'plc.local/28',
    '300.1.1.1/28',
    '10.0.0.1:0',
    '10.0.0.1:70000',
    'http://x',
    '10.0.0.1;rm',
    '[::1]',
  ]) {
    expect(() => parseAddresses([text]), text).toThrow(GatewayError);
  }
  expect(() => parseAddresses(['10.0.0.0/24', '10.0.1.0/24'])).toThrow('more than 256');
});

function setUp() {
  const clock = createManualClock();
  const bench = createBench(clock);
  const asked: string[] = [];
  bench.links.prepare = (link, config) => {
    if (config.kind !== 'tcp') return;
    asked.push(config.host);
    if (config.host.endsWith('.3')) throw new GatewayError('link/not-found', 'nobody there');
    link.answer = (written) => {
      const framer = createMbapFramer();
      const [heard] = framer.push(written);
      if (heard?.kind !== 'frame' || config.host.endsWith('.4')) return config.host.endsWith('.4') ? [1, 2, 3] : undefined;
      const identity = new Map([
        [0, 'ACME'],
        [1, 'PLC-9'],
        [2, '1.1'],
      ]);
      if (config.host.endsWith('.2') && heard.unit !== 255) return undefined;
      return framer.wrap(heard.unit, heard.transaction, answerRequest(heard.pdu, { ...registersOf(3), identity }));
    };
  };
  return { ...bench, clock, asked, desk: createInboxDesk(bench.deps) };
}

it('finds who speaks Modbus TCP, and leaves out who does not', async () => {
  const { clock, desk, deps } = setUp();
  const looking = desk.calls['inbox.look']({ addresses: ['10.0.0.0/29'], by: 'Kim', consent: true }, never, CALLER);
  await clock.advance(5000);
  expect(await looking).toEqual({ asked: 6 });
  const rows = deps.found.rows();
  expect(rows.map(({ id }) => id).sort()).toEqual(
    ['10.0.0.1', '10.0.0.2', '10.0.0.5', '10.0.0.6'].map((host) => `modbus-tcp:${host}:502`),
  );
  expect(rows.find(({ id }) => id.includes('10.0.0.2'))).toMatchObject({
    kind: 'modbus-tcp',
    title: 'ACME PLC-9 1.1',
    place: '10.0.0.2:502, unit 255',
  });
  expect(rows[0]?.guesses[0]?.draft).toMatchObject({ adapter: 'modbus-tcp', link: { kind: 'tcp', port: 502 } });
});

it('does not disturb a device that has the connection, and looks once at a time', async () => {
  const { clock, desk, deps, asked } = setUp();
  await deps.lines.links.open({ kind: 'tcp', host: '10.0.0.1', port: 502, connectTimeoutMs: 1000 }, never, 'plc');
  asked.length = 0;
  const looking = desk.calls['inbox.look']({ addresses: ['10.0.0.1', '10.0.0.4'], by: 'Kim', consent: true }, never, CALLER);
  await expect(
    desk.calls['inbox.look']({ addresses: ['10.0.0.5'], by: 'Ann', consent: true }, never, CALLER),
  ).rejects.toMatchObject({ code: 'scan/running' });
  await clock.advance(5000);
  expect(await looking).toEqual({ asked: 1 });
  expect(asked).toEqual(['10.0.0.4']);
});

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
  expect(await looking).toEqual({ asked: 6, answered: 4 });
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
  expect(await looking).toEqual({ asked: 1, answered: 0 });
  expect(asked).toEqual(['10.0.0.4']);
});

/** The identity that a look gives a unit which says these objects of itself; one that has none hangs up when it is asked for them. */
async function serialOf(objects: readonly (readonly [number, string])[], recognise?: object) {
  const { clock, desk, deps, links } = setUp();
  links.prepare = (link, config) => {
    if (config.kind !== 'tcp') return;
    link.answer = (written) => {
      const framer = createMbapFramer();
      const [heard] = framer.push(written);
      if (heard?.kind !== 'frame') return undefined;
      if (heard.pdu[2] === 3 && objects.length === 0) {
        link.lose(); // it hangs up at what it does not know
        return undefined;
      }
      const identity = new Map([[0, 'ACME'], [1, 'PLC-9'], [2, '1.1'], ...objects]);
      return framer.wrap(heard.unit, heard.transaction, answerRequest(heard.pdu, { ...registersOf(3), identity }));
    };
  };
  const profile = { profile: { id: 'acme', name: 'ACME', device: { adapter: 'modbus-tcp' }, recognise: { modbus: recognise } } };
  if (recognise) deps.profiles.list = () => [profile] as never; // all of a profile that a look needs
  const looking = desk.calls['inbox.look']({ addresses: ['10.0.0.1'], by: 'Kim', consent: true }, never, CALLER);
  await clock.advance(5000);
  await looking;
  return deps.found.rows()[0]?.guesses.at(-1)?.draft['identity'];
}

it('takes a serial number for an identity only where an object says that it is one', async () => {
  for (const text of ['S/N 4711', 'SN: 4711', 'Serial number: 4711', 'serial no. 4711', 'Ser.-Nr. 4711']) {
    expect(await serialOf([[130, text]]), text).toBe('serial:ACME/PLC-9/4711 1');
  }
  for (const text of ['4711', 'Serial port 1', 'Serial number: 0000', 'S/N', 'SN65HVD', 'S/N of the case']) {
    expect(await serialOf([[130, text]]), text).toBe('modbus-tcp:10.0.0.1:502');
  }
  expect(await serialOf([[5, 'S/N 4711']])).toBe('modbus-tcp:10.0.0.1:502'); // the model, not an object of its own
});

it('takes the serial number from the object that the template of the make names', async () => {
  const recognise = { vendor: 'acme', serialObject: 131 };
  expect(await serialOf([[131, '4711-22']], recognise)).toBe('serial:ACME/PLC-9/4711-22 1');
  expect(await serialOf([[130, 'S/N 1']], recognise)).toBe('modbus-tcp:10.0.0.1:502');
});

it('finds a device that hangs up at a question which it does not know', async () => {
  expect(await serialOf([])).toBe('modbus-tcp:10.0.0.1:502');
});

import { expect, it } from 'vitest';
import { estimateScan, linesToTry, passesOver } from '../../../core/discovery/scan/plan.ts';
import { SERIAL } from './bench.ts';

const words = (wish: Parameters<typeof linesToTry>[0]): string[] =>
  linesToTry(wish).map(
    ({ framing, baudRate, dataBits, parity, stopBits }) => `${framing} ${baudRate} ${dataBits}${parity[0]}${stopBits}`,
  );

it('tries what is met most often first, and each way once', () => {
  const wish = {
    link: SERIAL,
    framings: ['rtu'],
    baudRates: [300, 19_200, 9600, 9600],
    parities: ['none', 'even'],
    stopBits: [1],
  } as const;
  expect(
    words({ ...wish, framings: ['rtu'], baudRates: [...wish.baudRates], parities: [...wish.parities], stopBits: [1] }),
  ).toEqual(['rtu 9600 8n1', 'rtu 19200 8e1', 'rtu 9600 8e1', 'rtu 19200 8n1', 'rtu 300 8n1', 'rtu 300 8e1']);
});

it('uses the settings of the link where none are wished, and seven bits for ASCII with parity', () => {
  const none = { baudRates: [], parities: [], stopBits: [] };
  expect(words({ link: SERIAL, framings: ['rtu'], ...none })).toEqual(['rtu 9600 8n1']);
  expect(words({ link: { ...SERIAL, parity: 'even' }, framings: ['ascii'], ...none })).toEqual(['ascii 9600 7e1']);
});

it('has no settings on TCP, and no Modbus TCP on a serial port', () => {
  const rest = { baudRates: [9600, 19_200], parities: [], stopBits: [] };
  const tcp = { kind: 'tcp', host: '10.0.0.7', port: 502, connectTimeoutMs: 1000 } as const;
  expect(linesToTry({ link: tcp, framings: ['tcp', 'rtu'], ...rest }).map(({ framing }) => framing)).toEqual(['tcp', 'rtu']);
  expect(linesToTry({ link: SERIAL, framings: ['tcp'], ...rest })).toEqual([]);
});

it('asks the first addresses before the others, and every unit once by function 3', () => {
  const passes = passesOver(1, 247);
  expect(passes[0]).toMatchObject({ functionCode: 3, units: expect.arrayContaining([1, 16]) });
  const asked = passes.filter(({ functionCode }) => functionCode === 3).flatMap(({ units }) => units);
  expect(asked).toEqual(Array.from({ length: 247 }, (_, i) => i + 1));
  expect(passesOver(5, 5)).toEqual([
    { units: [5], functionCode: 3 },
    { units: [5], functionCode: 4 },
  ]);
});

it('estimates as many questions as the passes have', () => {
  expect(estimateScan({ lines: 3, units: 20, timeoutMs: 100, listenMs: 2000 })).toMatchObject({ probes: 3 * (20 + 16) });
  expect(estimateScan({ lines: 1, units: 1, timeoutMs: 100, listenMs: 2000 }).atMostMs).toBeGreaterThan(2200);
});

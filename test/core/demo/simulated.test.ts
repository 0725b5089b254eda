import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLineFramer } from '../../../core/adapters/line/framer.ts';
import { crc16 } from '../../../core/adapters/modbus/crc.ts';
import { parseSentence } from '../../../core/adapters/nmea/sentence.ts';
import { openSimulatedLink } from '../../../core/demo/simulated/links.ts';
import { checkDocument } from '../../../core/deploy/check.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function open(model: 'energy-meter' | 'gps-receiver' | 'barcode-scanner', random = () => 0.5) {
  const clock = createManualClock();
  const link = openSimulatedLink({ kind: 'simulated', model }, { clock, random });
  const heard: number[] = [];
  link.onData((chunk) => heard.push(...chunk));
  return { clock, link, bytes: () => Buffer.from(heard.splice(0)), text: () => Buffer.from(heard.splice(0)).toString('latin1') };
}

/** A Modbus RTU frame: unit, function, 16-bit words, CRC low byte first. */
function frame(unit: number, code: number, ...words: number[]): Buffer {
  const body = Buffer.from([unit, code, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}

describe('the simulated energy meter', () => {
  async function ask(meter: ReturnType<typeof open>, request: Buffer): Promise<Buffer> {
    await meter.link.write(request);
    await meter.clock.advance(50);
    const answer = meter.bytes();
    if (answer.length > 0) expect(crc16(answer, 0, answer.length - 2)).toBe(answer.readUInt16LE(answer.length - 2));
    return answer;
  }

  it('answers real Modbus requests with float32 values, high word first', async () => {
    const meter = open('energy-meter');
    const voltages = await ask(meter, frame(1, 4, 0, 6));
    expect([...voltages.subarray(0, 3)]).toEqual([1, 4, 12]);
    expect([3, 7, 11].map((at) => Number(voltages.readFloatBE(at).toFixed(1)))).toEqual([230.9, 229.6, 232.2]);
    const frequency = await ask(meter, frame(1, 4, 70, 2));
    expect(frequency.readFloatBE(3)).toBeCloseTo(50, 1);
    const power = (await ask(meter, frame(1, 4, 52, 2))).readFloatBE(3);
    expect(power).toBeGreaterThan(500);
    expect(power).toBeLessThan(5000);
  });

  it('counts energy on while time goes by', async () => {
    const meter = open('energy-meter');
    const energy = async (): Promise<number> => {
      await ask(meter, frame(1, 4, 0, 2));
      return (await ask(meter, frame(1, 4, 342, 2))).readFloatBE(3);
    };
    const before = await energy();
    await meter.clock.advance(3_600_000);
    expect(await energy()).toBeGreaterThan(before + 0.5);
  });

  it('takes its demand limit, and refuses what it has not by the right exceptions', async () => {
    const meter = open('energy-meter');
    expect(await ask(meter, frame(1, 6, 2, 7500))).toEqual(frame(1, 6, 2, 7500));
    expect((await ask(meter, frame(1, 3, 2, 1))).readUInt16BE(3)).toBe(7500);
    expect([...(await ask(meter, frame(1, 6, 3, 1))).subarray(0, 3)]).toEqual([1, 0x86, 2]);
    expect([...(await ask(meter, frame(1, 4, 400, 1))).subarray(0, 3)]).toEqual([1, 0x84, 2]);
    expect([...(await ask(meter, frame(1, 1, 0, 1))).subarray(0, 3)]).toEqual([1, 0x81, 1]);
    expect(await ask(meter, frame(2, 4, 0, 2))).toHaveLength(0);
  });
});

describe('the simulated GPS receiver', () => {
  it('sends sentences whose checksums are right, every second, near the harbour', async () => {
    let seed = 0;
    const gps = open('gps-receiver', () => {
      seed = (seed * 16_807 + 11) % 2_147_483_647;
      return seed / 2_147_483_647;
    });
    await gps.clock.advance(800_000);
    const lines = gps.text().split('\r\n').slice(0, -1);
    expect(lines.length).toBeGreaterThanOrEqual(1600);
    for (const line of lines) expect(parseSentence(line, false)).toMatchObject({ ok: true });
  });

  it('is understood by nmea-simple: a place, a speed, satellites and the time', async () => {
    // Other code than core's: the package itself says what the sentences mean.
    const { parseNmeaSentence } = await import('nmea-simple');
    const gps = open('gps-receiver');
    await gps.clock.advance(3000);
    const packets = gps
      .text()
      .split('\r\n')
      .slice(0, -1)
      .map((line) => parseNmeaSentence(line));
    for (const packet of packets) {
      if (packet.sentenceId !== 'GGA' && packet.sentenceId !== 'RMC') throw new Error(`unexpected ${packet.sentenceId}`);
      expect(packet.latitude).toBeCloseTo(53.546, 1);
      expect(packet.longitude).toBeCloseTo(9.97, 1);
      if (packet.sentenceId === 'GGA') expect([packet.fixType, packet.satellitesInView]).toEqual(['fix', 9]);
      else {
        expect(packet.speedKnots * 1.852).toBeCloseTo(36, 0);
        expect(Math.abs(packet.datetime.getTime() - gps.clock.now())).toBeLessThan(4000);
      }
    }
    expect(new Set(packets.map((packet) => packet.sentenceId))).toEqual(new Set(['GGA', 'RMC']));
  });
});

describe('the simulated barcode scanner', () => {
  it('sends lines that fit the pattern of the demo site', async () => {
    const checked = checkDocument(readFileSync(new URL('../../../core/demo/site/site.yaml', import.meta.url), 'utf8'));
    const device = checked.ok ? checked.document.devices.find((one) => one.id === 'scanner') : undefined;
    if (device?.adapter !== 'line' || device.pattern === undefined)
      throw new Error('the demo site has no scanner with a pattern');
    let turn = 0;
    const scanner = open('barcode-scanner', () => {
      turn += 1;
      return (turn % 10) / 10;
    });
    const framer = createLineFramer(Buffer.from(device.delimiter), device.maxLength);
    await scanner.clock.advance(200_000);
    const lines = framer.push(scanner.bytes()).map((line) => Buffer.from(line.bytes).toString('ascii'));
    expect(lines.length).toBeGreaterThan(20);
    const codes = lines.map((line) => new RegExp(device.pattern ?? '').exec(line)?.groups?.['code']);
    expect(codes).not.toContain(undefined);
    expect(new Set(codes).size).toBe(5);
  });
});

describe('a simulated device', () => {
  it.each(['energy-meter', 'gps-receiver', 'barcode-scanner'] as const)('(%s) ends with its link', async (model) => {
    const { clock, link } = open(model);
    await clock.advance(10_000);
    await link.close();
    await clock.advance(10);
    expect(clock.pending).toBe(0);
  });
});

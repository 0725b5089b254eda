import { serveModbusRtu } from '../../adapters/modbus/slave.ts';
import type { Clock } from '../../base/clock.ts';
import type { ByteLink } from '../../transports/byte-port.ts';

const DAY_MS = 86_400_000;

/** A three-phase meter with float32 values in input registers, high word first, as many DIN-rail meters have them. */
export function simulateEnergyMeter(link: ByteLink, deps: { clock: Clock; random(): number }): () => void {
  const { clock, random } = deps;
  let energyKwh = 18_204.37;
  let lastMono = clock.monotonic();
  let demandLimit = 9000;
  let watts = 2400;

  function step(): void {
    const now = clock.monotonic();
    // A shop's day: more at noon than at night, plus a compressor that comes and goes every few minutes.
    const day = 0.6 + 0.4 * Math.sin((2 * Math.PI * (clock.now() % DAY_MS)) / DAY_MS);
    const compressor = Math.sin(now / 90_000) > 0.3 ? 850 : 0;
    watts += 0.2 * (1900 * day + compressor + 300 * random() - watts);
    energyKwh += (watts * (now - lastMono)) / 3_600_000_000;
    lastMono = now;
  }
  const values = (): ReadonlyMap<number, number> =>
    new Map([
      [0, 230.4 + random()],
      [2, 229.1 + random()],
      [4, 231.7 + random()],
      [52, watts],
      [70, 50 + 0.02 * (random() - 0.5)],
      [342, energyKwh],
    ]);
  let snapshot = values();
  const word = Buffer.alloc(4);
  return serveModbusRtu(link, 1, {
    input(address) {
      const base = address - (address % 2);
      if (base === 0 && address === 0) {
        step();
        snapshot = values();
      }
      // Registers between the documented ones read as zero, as on the real thing.
      word.writeFloatBE(snapshot.get(base) ?? 0);
      return address < 400 ? word.readUInt16BE(address % 2 === 0 ? 0 : 2) : undefined;
    },
    holding: (address) => (address === 2 ? demandLimit : undefined),
    write(address, value) {
      if (address !== 2) return false;
      demandLimit = value;
      return true;
    },
  });
}

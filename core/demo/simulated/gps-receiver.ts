import type { Clock } from '../../base/clock.ts';
import type { ByteLink } from '../../transports/byte-port.ts';

const HARBOUR = { latitude: 53.5461, longitude: 9.9661 };
const KNOT_KMH = 1.852;

const checksum = (body: string): string =>
  [...body]
    .reduce((sum, char) => sum ^ char.charCodeAt(0), 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0');
const sentence = (body: string): string => `$${body}*${checksum(body)}\r\n`;

/** Degrees as NMEA 0183 writes them: ddmm.mmmm. */
function degrees(value: number, width: number): string {
  const whole = Math.floor(Math.abs(value));
  return `${String(whole).padStart(width, '0')}${((Math.abs(value) - whole) * 60).toFixed(4).padStart(7, '0')}`;
}

function time(nowMs: number): { clock: string; date: string } {
  const iso = new Date(nowMs).toISOString();
  return { clock: `${iso.slice(11, 19).replaceAll(':', '')}.00`, date: iso.slice(8, 10) + iso.slice(5, 7) + iso.slice(2, 4) };
}

/** A receiver in a van that circles the harbour: GGA and RMC every second. */
export function simulateGpsReceiver(link: ByteLink, deps: { clock: Clock; random(): number }): () => void {
  let angle = 0;
  function tick(): void {
    angle += 0.01;
    const latitude = HARBOUR.latitude + 0.01 * Math.sin(angle);
    const longitude = HARBOUR.longitude + 0.016 * Math.cos(angle);
    const now = time(deps.clock.now());
    const place = `${degrees(latitude, 2)},N,${degrees(longitude, 3)},E`;
    const knots = (34 + 4 * deps.random()) / KNOT_KMH;
    const satellites = 8 + Math.floor(3 * deps.random());
    const course = ((90 - (angle * 180) / Math.PI) % 360) + 360;
    const text =
      sentence(`GPGGA,${now.clock},${place},1,${String(satellites).padStart(2, '0')},0.9,12.4,M,46.9,M,,`) +
      sentence(`GPRMC,${now.clock},A,${place},${knots.toFixed(1)},${(course % 360).toFixed(1)},${now.date},,,A`);
    link.write(Buffer.from(text, 'ascii')).catch(() => undefined);
  }
  tick();
  return deps.clock.every(1000, tick);
}

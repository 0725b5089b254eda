import type { Clock } from '../../base/clock.ts';
import type { ByteLink } from '../../transports/byte-port.ts';

const CODES = [
  'EAN13:4006381333931',
  'EAN13:5901234123457',
  'EAN13:4012345678901',
  'EAN13:9780201379624',
  'CODE128:PLT-000123',
] as const;

/** A scanner at a till: a customer every few seconds, the symbology before the code as many scanners can be set to send. */
export function simulateBarcodeScanner(link: ByteLink, deps: { clock: Clock; random(): number }): () => void {
  let cancel = (): void => {};
  function scan(): void {
    const code = CODES[Math.floor(deps.random() * CODES.length)] ?? CODES[0];
    link.write(Buffer.from(`${code}\r\n`, 'ascii')).catch(() => undefined);
    cancel = deps.clock.after(2000 + 5000 * deps.random(), scan);
  }
  cancel = deps.clock.after(300, scan);
  return () => cancel();
}

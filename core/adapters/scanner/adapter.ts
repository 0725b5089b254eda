import { GatewayError } from '../../base/errors.ts';
import type { ScannerDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createBeginGuard, HALF_LINE } from '../line/begin-guard.ts';
import { createLineFramer } from '../line/framer.ts';
import { openStream, type StreamListener } from '../stream-session.ts';
import { decodeScan } from './codec.ts';
import { gtinOf, gtinOfTag } from './gtin.ts';
import { createRepeats } from './repeats.ts';
import type { ScannedSymbol } from './symbology.ts';

type ScannerPoint = ScannerDeviceConfig['points'][number];

/** Scanners of bar codes and readers of RFID tags that send each code as text. */
export const scannerAdapter: AdapterKind<ScannerDeviceConfig> = {
  kind: 'scanner',
  describe: describeConnection,
  open: (config, context, signal) => openStream(config, context, signal, () => createListener(config, context)),
};

interface Scan {
  readonly symbol: ScannedSymbol;
  readonly raw: string;
  /** Scans of this session, this one included; repeats that are not reported do not count. */
  readonly count: number;
  /** The same code as the one before. */
  readonly duplicate: boolean;
}

function readingOf(config: ScannerDeviceConfig, point: ScannerPoint, scan: Scan): Reading {
  const good = (value: Reading['value']): Reading => ({ point: point.name, value, quality: 'good' });
  const bad = (note: string): Reading => ({ point: point.name, value: null, quality: 'bad', note });
  switch (point.value) {
    case 'code':
      return good(scan.symbol.code);
    case 'symbology':
      return scan.symbol.symbology === undefined ? bad('the scanner does not send it') : good(scan.symbol.symbology);
    case 'raw':
      return good(scan.raw);
    case 'count':
      return good(scan.count);
    case 'duplicate':
      return good(scan.duplicate);
    case 'gtin': {
      const found = config.kind === 'rfid' ? gtinOfTag(scan.symbol.code) : gtinOf(scan.symbol);
      return found.ok ? good(found.gtin) : bad(found.why);
    }
  }
}

/** A code comes in one piece; behind a radio or a network it may pause, but for less than this. */
const SUFFIX_MS = 1000;

function createListener(config: ScannerDeviceConfig, context: AdapterContext): StreamListener {
  const { clock } = context;
  const framer = createLineFramer(Buffer.from(config.suffix, 'latin1'), config.maxLength);
  const guard = createBeginGuard(config.link, clock);
  const repeats = createRepeats(config.duplicateMs);
  let cancelEnd = (): void => {};
  let count = 0;
  let before: string | undefined;

  function faulty(bytes: Uint8Array, why: string): void {
    context.frame({ direction: 'in', bytes, decoded: why, faulty: true });
    context.fault(new GatewayError('adapter/bad-frame', `${config.id}: ${why}`));
  }
  function show(bytes: Uint8Array, { symbology, code }: ScannedSymbol, more: string): void {
    if (!context.framesWanted()) return;
    const decoded = `${symbology === undefined ? '' : `${symbology}: `}${code}${more}`;
    context.frame({ direction: 'in', bytes, decoded, faulty: false });
  }
  function hearScan(bytes: Uint8Array): void {
    const decoded = decodeScan(config, bytes);
    if (!decoded.ok) {
      faulty(bytes, decoded.why);
      return;
    }
    const { symbol, raw } = decoded;
    const heardAt = clock.monotonic();
    const repeat = config.duplicateMs > 0 && repeats.isRepeat(symbol.code, heardAt);
    show(bytes, symbol, repeat ? ' (again, not reported)' : '');
    if (repeat) return;
    count += 1;
    const scan: Scan = { symbol, raw, count, duplicate: symbol.code === before };
    before = symbol.code;
    const readings = config.points.map((point) => readingOf(config, point, scan));
    context.emit({ readings, sampledAt: clock.now() }, heardAt);
  }

  /** A code that has ended without its suffix must not become the begin of the next one. */
  function endWithoutSuffix(): void {
    const rest = framer.giveUp();
    if (rest.length === 0 || rest.every((byte) => byte === 0x0d || byte === 0x0a) || !guard.isWhole()) return;
    const suffix = `"${JSON.stringify(config.suffix).slice(1, -1)}"`;
    const why = `${rest.length} bytes came and no suffix ${suffix} behind them`;
    context.frame({ direction: 'in', bytes: rest, decoded: why, faulty: true });
    context.fault(
      new GatewayError('adapter/bad-frame', `${config.id}: ${why}`, {
        remedy: 'Set the scanner to send the suffix that the document names, or name the one that it sends.',
      }),
    );
  }

  return {
    hear(chunk) {
      guard.heard();
      cancelEnd();
      cancelEnd = clock.after(SUFFIX_MS, endWithoutSuffix);
      for (const { kind, bytes } of framer.push(chunk)) {
        if (!guard.isWhole()) {
          if (context.framesWanted()) context.frame({ direction: 'in', bytes, decoded: HALF_LINE, faulty: false });
        } else if (kind === 'too-long') faulty(bytes, `a code longer than ${config.maxLength} bytes`);
        else if (bytes.some((byte) => byte !== 0x0d && byte !== 0x0a)) hearScan(bytes);
      }
    },
    stop() {
      cancelEnd();
    },
  };
}

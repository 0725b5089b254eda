import { GatewayError } from '../../base/errors.ts';
import type { LineDeviceConfig } from '../../contract/document/devices.ts';
import type { AdapterContext, AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { openStream, type StreamListener } from '../stream-session.ts';
import { createBeginGuard, HALF_LINE } from './begin-guard.ts';
import { createLineDecoder, type LineDecoder } from './codec.ts';
import { createLineFramer } from './framer.ts';

/** Devices that send lines of text: scales, barcode scanners, loggers. */
export const lineAdapter: AdapterKind<LineDeviceConfig> = {
  kind: 'line',
  describe: describeConnection,
  async open(config, context, signal) {
    const decode = createLineDecoder(config);
    return await openStream(config, context, signal, () => createListener(config, context, decode));
  },
};

function createListener(config: LineDeviceConfig, context: AdapterContext, decode: LineDecoder): StreamListener {
  const framer = createLineFramer(Buffer.from(config.delimiter, 'latin1'), config.maxLength);
  const guard = createBeginGuard(config.link, context.clock);

  function faulty(bytes: Uint8Array, why: string): void {
    context.frame({ direction: 'in', bytes, decoded: why, faulty: true });
    context.fault(new GatewayError('adapter/bad-frame', `${config.id}: ${why}`));
  }

  function hearLine(bytes: Uint8Array): void {
    const decoded = decode(bytes);
    if (!decoded.ok) {
      faulty(bytes, decoded.why);
      return;
    }
    if (context.framesWanted()) {
      const text = decoded.readings.map(
        ({ point, value, note }) => `${point} = ${value === null ? (note ?? '') : String(value)}`,
      );
      context.frame({ direction: 'in', bytes, decoded: text.join(', '), faulty: false });
    }
    context.emit({ readings: decoded.readings, sampledAt: context.clock.now() }, context.clock.monotonic());
  }

  return {
    hear(chunk) {
      guard.heard();
      for (const { kind, bytes } of framer.push(chunk)) {
        if (!guard.isWhole()) {
          if (context.framesWanted()) context.frame({ direction: 'in', bytes, decoded: HALF_LINE, faulty: false });
        } else if (kind === 'too-long') faulty(bytes, `a line longer than ${config.maxLength} bytes`);
        else if (bytes.length > 0) hearLine(bytes);
      }
    },
    stop() {},
  };
}

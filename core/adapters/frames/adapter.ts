import { GatewayError } from '../../base/errors.ts';
import type { FramesDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import type { AdapterContext, AdapterKind } from '../adapter.ts';
import { describeConnection } from '../describe.ts';
import { createBeginGuard, HALF_LINE } from '../line/begin-guard.ts';
import { openStream, type StreamListener } from '../stream-session.ts';
import { createAsker } from './asker.ts';
import { bytesOf, standsAt } from './bytes.ts';
import { checkFrame } from './checksum.ts';
import { decodeField } from './field.ts';
import { createFramer } from './framer.ts';

/** Any device that sends frames of bytes, by the description in the document. */
export const framesAdapter: AdapterKind<FramesDeviceConfig> = {
  kind: 'frames',
  describe: describeConnection,
  open: (config, context, signal) => openStream(config, context, signal, (port) => createListener(config, context, port)),
};

type Match = { readonly at: number; readonly bytes: Uint8Array };
const matchOf = ({ at, equals }: { at: number; equals: string }): Match => ({ at, bytes: bytesOf(equals) });
const fits = (frame: Uint8Array, { at, bytes }: Match): boolean => standsAt(frame, at, bytes);

/** True where nothing in a frame shows that it is whole from its begin. */
function mayBeHalf({ framing, checksum, ask }: FramesDeviceConfig): boolean {
  const marked = framing.by === 'delimiter' ? framing.start : framing.by === 'silence' ? undefined : framing.sync;
  return marked === undefined && checksum === undefined && ask === undefined;
}

/** The readings of a frame: of those points whose condition it fulfils. */
function createDecoder({ points }: FramesDeviceConfig): (frame: Uint8Array) => Reading[] {
  const prepared = points.map((point) => ({ point, when: point.when && matchOf(point.when) }));
  return (frame) =>
    prepared.flatMap(({ point, when }): Reading[] => {
      if (when && !fits(frame, when)) return [];
      const field = decodeField(point.field, frame);
      if (!field.ok) return [{ point: point.name, value: null, quality: 'bad', note: field.why }];
      const note = field.note === undefined ? {} : { note: field.note };
      return [{ point: point.name, value: field.value, quality: 'good', ...note }];
    });
}

function createListener(config: FramesDeviceConfig, context: AdapterContext, port: ByteLink): StreamListener {
  const { clock } = context;
  const { checksum } = config;
  const only = (config.only ?? []).map(matchOf);
  const decode = createDecoder(config);
  const guard = mayBeHalf(config) ? createBeginGuard(config.link, clock) : undefined;

  function takeFrame(frame: Uint8Array): void {
    if (guard && !guard.isWhole()) {
      if (context.framesWanted()) context.frame({ direction: 'in', bytes: frame, decoded: HALF_LINE, faulty: false });
      return;
    }
    const ours = only.every((match) => fits(frame, match));
    const readings = ours ? decode(frame) : [];
    if (context.framesWanted()) {
      const words = readings.map(({ point, value, note }) => `${point} = ${value === null ? `(${note})` : value}`);
      const decoded = ours ? words.join(', ') || 'no point is in it' : 'not for this device';
      context.frame({ direction: 'in', bytes: frame, decoded, faulty: false });
    }
    if (readings.length > 0) context.emit({ readings, sampledAt: clock.now() }, clock.monotonic());
    if (ours) asker?.answered();
  }
  const framer = createFramer(config, clock, {
    onFrame(frame) {
      const why = checksum && checkFrame(checksum, frame);
      if (why === undefined) takeFrame(frame);
      return why;
    },
    onLost(bytes, why) {
      context.frame({ direction: 'in', bytes, decoded: why, faulty: true });
      context.fault(new GatewayError('adapter/bad-frame', `${config.id}: ${why}`));
    },
  });
  const asker = config.ask && createAsker(config.id, config.ask, context, port, framer.restart);

  return {
    hear(chunk) {
      guard?.heard();
      framer.push(chunk);
    },
    stop() {
      framer.stop();
      asker?.stop();
    },
    ...(asker && { readNow: asker.askNow }),
  };
}

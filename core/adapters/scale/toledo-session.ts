import { GatewayError } from '../../base/errors.ts';
import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import type { AdapterContext, AdapterSession, CommandOutcome } from '../adapter.ts';
import { openStream, type StreamListener } from '../stream-session.ts';
import { createToledoFramer, type ToledoFrame } from './toledo.ts';
import { describeWeighing, readingsOf, type Weighing } from './weighing.ts';

type Sound = Extract<ToledoFrame, { ok: true }>;

/** A terminal tares only at rest. */
const CONFIRM_MS = 5000;

/** Single letters that a terminal takes while it sends, and how the frames after it show that it obeyed. */
const ACTIONS: Readonly<Record<string, { letter: string; words: string; shows(frame: Sound): boolean }>> = {
  tare: { letter: 'T', words: 'tared', shows: ({ net, weighing }) => net && isZero(weighing) },
  'clear-tare': { letter: 'C', words: 'tare cleared', shows: ({ net }) => !net },
  zero: { letter: 'Z', words: 'set to zero', shows: ({ net, weighing }) => !net && isZero(weighing) },
};
const isZero = ({ weight, stable }: Weighing): boolean => 'value' in weight && weight.value === 0 && stable === true;

/** A scale that sends by itself. Its frames come up to 20 times a second: a reading is given every `pollMs`, and at every change of state. */
export function openToledo(config: ScaleDeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<AdapterSession> {
  return openStream(config, context, signal, (port) => createListener(config, context, port));
}

function createListener(config: ScaleDeviceConfig, context: AdapterContext, port: ByteLink): StreamListener {
  const { clock } = context;
  const framer = createToledoFramer(config);
  let emittedAt = Number.NEGATIVE_INFINITY;
  let emitted = '';
  let onFrame: ((frame: Sound) => void) | undefined;
  /** Ends a command that waits. */
  let giveUp: ((why: unknown) => void) | undefined;

  function hearFrame(frame: Sound): void {
    const { weighing, net } = frame;
    const said = describeWeighing(weighing);
    if (context.framesWanted()) context.frame({ direction: 'in', bytes: frame.bytes, decoded: said, faulty: false });
    onFrame?.(frame);
    const heardAt = clock.monotonic();
    const state = `${weighing.state} ${net}`;
    if (heardAt - emittedAt < config.pollMs && state === emitted) return;
    emittedAt = heardAt;
    emitted = state;
    context.emit({ readings: readingsOf(config.points, weighing), sampledAt: clock.now() }, heardAt);
  }

  /** Resolves at the first frame that shows it, with what it says; rejects after `CONFIRM_MS`. */
  function shown(action: string, shows: (frame: Sound) => boolean, signal: AbortSignal): Promise<Weighing> {
    const seen = Promise.withResolvers<Weighing>();
    const words = `${config.name}: it did not ${action} within ${CONFIRM_MS / 1000} s; it does so only at rest`;
    const cancel = clock.after(CONFIRM_MS, () => seen.reject(new GatewayError('adapter/refused', words)));
    const onAbort = (): void => seen.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    giveUp = seen.reject;
    onFrame = (frame) => shows(frame) && seen.resolve(frame.weighing);
    return seen.promise.finally(() => {
      onFrame = undefined;
      giveUp = undefined;
      cancel();
      signal.removeEventListener('abort', onAbort);
    });
  }

  return {
    hear(chunk) {
      for (const frame of framer.push(chunk)) {
        if (frame.ok) hearFrame(frame);
        else {
          context.frame({ direction: 'in', bytes: frame.bytes, decoded: frame.why, faulty: true });
          context.fault(new GatewayError('adapter/bad-frame', `${config.id}: ${frame.why}`));
        }
      }
    },
    stop() {
      giveUp?.(new GatewayError('link/closed', `${config.id}: the connection is closed`));
    },
    async act(action, _argument, signal): Promise<CommandOutcome> {
      const known = ACTIONS[action];
      if (!known) throw new GatewayError('adapter/unknown-command', `${config.name} cannot "${action}"`);
      if (onFrame) throw new GatewayError('adapter/busy', `${config.name}: another command is not done yet`);
      const confirmed = shown(action, known.shows, signal);
      confirmed.catch(() => {});
      // The write is not waited for alone: on a line that is torn off it may never settle.
      const written = port.write(Buffer.from(`${known.letter}\r\n`), signal);
      written.catch((cause: unknown) => giveUp?.(cause));
      await Promise.race([confirmed, written]);
      return { state: 'confirmed', words: `${known.words}; it shows ${describeWeighing(await confirmed)}` };
    },
  };
}

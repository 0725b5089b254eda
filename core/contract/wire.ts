import { z } from 'zod';
import type { WireError } from '../base/errors.ts';

export { PROTOCOL } from './protocol.ts';

/** Console or command line to core. `id` is chosen by the client and names the call or the watch until it ends. */
export const ClientFrame = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('call'), id: z.number().int(), method: z.string().max(64), input: z.unknown() }),
  z.strictObject({ t: z.literal('cancel'), id: z.number().int() }),
  z.strictObject({ t: z.literal('watch'), id: z.number().int(), topic: z.string().max(64), params: z.unknown() }),
  z.strictObject({ t: z.literal('unwatch'), id: z.number().int() }),
  z.strictObject({ t: z.literal('beat') }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** Core to console. `event` carries a TopicEvent for the watch `id`. `beat` answers a beat, so that a dead line shows. */
export type ServerFrame =
  | { readonly t: 'hello'; readonly protocol: number; readonly version: string }
  | { readonly t: 'ok'; readonly id: number; readonly output: unknown }
  | { readonly t: 'err'; readonly id: number; readonly error: WireError }
  | { readonly t: 'event'; readonly id: number; readonly event: unknown }
  | { readonly t: 'beat' };

/**
 * Carries frames, in order, nothing else: Electron IPC, WebSocket, a local socket, a pair in memory.
 * `send` after the end does nothing. `closed` resolves (never rejects) when the other side is gone.
 */
export interface Transport<Out, In> {
  send(frame: Out): void;
  onFrame(listener: (frame: In) => void): () => void;
  /** Bytes that wait to be read by the other side; 0 where that is unknown. */
  readonly buffered: number;
  readonly closed: Promise<void>;
  close(): void;
}

import type { HopKind, TraceView } from '../contract/views.ts';

/** Follows single messages through the gateway. Cheap when nothing is traced: callers test `traceId` first. */
export interface Tracer {
  /** A trace id if the next message of this source (`device:meter`) is to be followed, else undefined. */
  begin(source: string, topic: string): string | undefined;
  /** `atMono` in ms (fractions count); now where it is left out. */
  hop(traceId: string, kind: HopKind, place: string, detail: string, atMono?: number): void;
  /** Follow the next message from this source, or from any. */
  askNext(source: string | null): void;
  traces(): readonly TraceView[];
  onChanged(listener: (trace: TraceView) => void): () => void;
}

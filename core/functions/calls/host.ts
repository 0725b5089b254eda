import type { ShadowService } from '../../contract/shadow.ts';
import type { TrendPoint } from '../../contract/views.ts';
import type { SecretStore } from '../../security/secrets.ts';
import type { FunctionState } from '../../store/function-state.ts';
import type { InvokeOutcome, InvokeRequest } from '../invocation.ts';
import type { Scheduler } from '../triggers/scheduler.ts';
import type { DevicePoint, ReplyMessage } from './sdk-calls.ts';

/** What functions reach of the gateway. The composition root fills it; `function run` fills it with doubles in memory. */
export interface FunctionHost {
  readonly shadows: ShadowService;
  readonly secrets: SecretStore;
  readonly state: FunctionState;
  readonly scheduler: Scheduler;
  history(series: string, from: number, to: number, buckets: number): Promise<readonly TrendPoint[]>;
  /** Rejects with the adapter's fault, `adapter/unknown-device`. */
  command(device: string, point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  points(device: string): readonly DevicePoint[];
  /** Another function of the site. Rejects with `function/unknown`, `function/denied` (it does not allow this one) and those of the runner. */
  invoke(name: string, request: InvokeRequest, signal: AbortSignal): Promise<InvokeOutcome>;
  invokeLater(name: string, request: InvokeRequest): Promise<string>;
  /** The first message on this topic from now on; rejects when the signal is aborted. Costs something only while somebody waits. */
  nextMessage(topic: string, signal: AbortSignal): Promise<ReplyMessage>;
}

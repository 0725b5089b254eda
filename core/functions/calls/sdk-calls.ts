import type { ErrorCode } from '../../base/errors.ts';
import type { TrendPoint } from '../../contract/views.ts';
import type { ClientContext, FunctionError } from '../invocation.ts';

/**
 * What a function may ask of the gateway beyond publishing (which goes packed, by the outbox). One table for both SDKs: our own and
 * the bridge below `aws-greengrass-core-sdk`. Types only: instances load this file for nothing; the main side parses inputs with
 * the schemas of `call-schemas.ts` before anything is done.
 */
export interface SdkCalls {
  /** `target`: a function's name, or an ARN whose function part is one. `event`: resolves when queued, with an empty payload. */
  invoke: {
    input: {
      readonly target: string;
      readonly type: 'RequestResponse' | 'Event';
      readonly payload: Uint8Array;
      readonly clientContext: ClientContext | null;
    };
    output: {
      readonly requestId: string;
      readonly functionError: FunctionError;
      readonly statusCode: number;
      readonly payload: Uint8Array;
    };
  };
  /**
   * A publish of the Greengrass SDK. `AllOrError`: every matching route takes the message or none does and the call fails
   * (`function/busy`); `BestEffort`: what has no room drops it, counted, without an error.
   */
  'publish.greengrass': {
    input: {
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly queueFull: 'AllOrError' | 'BestEffort';
    };
    output: { readonly invocationId: string };
  };
  /** `name` null: the classic shadow. Gives the document as the accepted answer has it; a refusal is `shadow/refused` with `details.status`. */
  'shadow.get': {
    input: { readonly thing: string; readonly name: string | null };
    output: { readonly payload: Uint8Array };
  };
  'shadow.update': {
    input: {
      readonly thing: string;
      readonly name: string | null;
      readonly payload: Uint8Array;
    };
    output: { readonly payload: Uint8Array };
  };
  'shadow.delete': {
    input: { readonly thing: string; readonly name: string | null };
    output: { readonly payload: Uint8Array };
  };
  'secret.get': {
    input: { readonly id: string; readonly stage: string | null };
    output: SecretAnswer;
  };
  /** Values are JSON; they survive restarts and new versions, per function. Resolves when committed. */
  'state.get': {
    input: { readonly key: string };
    output: { readonly value: unknown; readonly revision: number };
  };
  /** `revision` null: unconditional; 0: only if there is none. A different one is `function/state-conflict`. null as value removes. */
  'state.set': {
    input: {
      readonly key: string;
      readonly value: unknown;
      readonly revision: number | null;
    };
    output: { readonly revision: number };
  };
  'state.keys': {
    input: { readonly prefix: string; readonly limit: number };
    output: { readonly keys: readonly string[] };
  };
  /** At most 5,000 buckets. */
  'history.query': {
    input: {
      readonly series: string;
      readonly from: number;
      readonly to: number;
      readonly buckets: number;
    };
    output: { readonly points: readonly TrendPoint[] };
  };
  'device.command': {
    input: {
      readonly device: string;
      readonly point: string;
      readonly value: number | string | boolean;
    };
    output: null;
  };
  'device.read': {
    input: { readonly device: string };
    output: { readonly points: readonly DevicePoint[] };
  };
  /**
   * Publishes, then waits for the first message on `replyTopic` (a topic, no filter) that any party publishes afterwards.
   * `function/no-reply` after `timeoutMs`. At most 100 wait per function.
   */
  request: {
    input: {
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly replyTopic: string;
      readonly timeoutMs: number;
    };
    output: ReplyMessage;
  };
  /** One more invocation at a time (wall ms, trusted as the clock is), kept over restarts; the same `id` replaces. */
  'schedule.at': {
    input: {
      readonly id: string;
      readonly at: number;
      readonly payload: Uint8Array;
    };
    output: null;
  };
  'schedule.cancel': {
    input: { readonly id: string };
    output: { readonly found: boolean };
  };
}
export type SdkMethod = keyof SdkCalls;
export type SdkInput<M extends SdkMethod> = SdkCalls[M]['input'];
export type SdkOutput<M extends SdkMethod> = SdkCalls[M]['output'];

/** As AWS words it. One of the two values. */
export interface SecretAnswer {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString?: string;
  /** base64 */
  readonly SecretBinary?: string;
  readonly VersionStages: readonly string[];
  /** Seconds since 1970. */
  readonly CreatedDate: number;
}

export interface ReplyMessage {
  readonly topic: string;
  /** `client:till` */
  readonly source: string;
  readonly payload: Uint8Array;
}

export interface DevicePoint {
  readonly name: string;
  readonly value: number | string | boolean | null;
  readonly unit: string;
  readonly quality: 'good' | 'stale' | 'bad';
  readonly at: number | null;
}

/** A refused call, as data; becomes an `Error` with `code` (and `details`) in the function. */
export interface SdkFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** Inside the instance: what both SDKs stand on. Rejects with the fault as an Error. */
export interface SdkLine {
  call<M extends SdkMethod>(method: M, input: SdkInput<M>): Promise<SdkOutput<M>>;
}

import type { Alarms } from '../../alarms/alarms.ts';
import type { Clock } from '../../base/clock.ts';
import type { LogHub } from '../../base/log.ts';
import type { LocalBroker } from '../../broker/broker.ts';
import type { CloudStatus } from '../../cloud/cloud-link.ts';
import type { Desk } from '../../contract/desk.ts';
import type { SiteDocument } from '../../contract/document/document.ts';
import type { FIELD_METHODS, FIELD_TOPICS } from '../../contract/field-calls.ts';
import type { FunctionVersionView, ScheduleView } from '../../contract/function-views.ts';
import type { Draft, Stamp } from '../../contract/message.ts';
import type { CertificateView, OutboxStreamView, SessionView, StorageView } from '../../contract/outbox-views.ts';
import type { CommandResultView, DeviceView, FrameView, GatewayView, LineState } from '../../contract/views.ts';
import type { DeployEngine } from '../../deploy/engine.ts';
import type { InvokeOutcome, InvokeRequest } from '../../functions/invocation.ts';
import type { FunctionRunner } from '../../functions/runner.ts';
import type { Router } from '../../router/router.ts';
import type { Tracer } from '../../router/tracer.ts';
import type { SecretStore } from '../../security/secrets.ts';
import type { DropReason } from '../../store/spool.ts';
import type { Store } from '../../store/store.ts';

/** A device as the calls and views need it. */
export interface RunningDevice {
  view(): DeviceView;
  frames(): readonly FrameView[];
  onFrame(listener: (frame: FrameView) => void): () => void;
  readNow(signal: AbortSignal): Promise<void>;
  write(point: string, value: number | string | boolean, signal: AbortSignal): Promise<void>;
  reconnect(): void;
  /** Rejects as `write` does, with `adapter/unknown-command`, `tool/no-consent` (it asks, and nobody confirmed), `adapter/refused`. */
  command(
    name: string,
    value: number | string | boolean | undefined,
    confirmed: boolean,
    signal: AbortSignal,
  ): Promise<CommandResultView>;
}

/** The practice cloud's line, where there is one. */
export interface PracticeLine {
  setLine(state: LineState): void | Promise<void>;
  line(): NonNullable<GatewayView['line']>;
}

/** Ports, buses, radios, tools, discovery and commissioning. */
export type FieldDesk = Desk<Exclude<keyof typeof FIELD_METHODS, 'device.command'>, keyof typeof FIELD_TOPICS>;

/** The running gateway, seen from the calls and views of the contract. */
export interface GatewayRuntime {
  readonly field: FieldDesk;
  readonly clock: Clock;
  readonly version: string;
  readonly gatewayName: string;
  readonly demo: boolean;
  readonly startedAt: number;
  readonly logs: LogHub;
  readonly router: Router;
  readonly tracer: Tracer;
  readonly engine: DeployEngine;
  readonly alarms: Alarms;
  readonly store: Store;
  readonly line: PracticeLine | null;
  status(): GatewayView['status'];
  /** True once a reading has come, or nothing is there that could give one. */
  ready(): boolean;
  system(): GatewayView['system'];
  broker(): LocalBroker | null;
  cloud(): CloudStatus;
  backlogRates(): { inPerS: number; outPerS: number };
  /** One row per stream of messages to the cloud. */
  outbox(): readonly OutboxStreamView[];
  storage(): StorageView;
  /** Streams that have lost messages within the last minute, and why. */
  dropping(): readonly { readonly stream: string; readonly reasons: readonly DropReason[] }[];
  /** Newest first. */
  certificates(): readonly CertificateView[];
  sessions(): readonly SessionView[];
  /** Rejects with `broker/unknown-session`. */
  forgetSession(id: string): Promise<void>;
  /** The right wall time of a stamp that was made before the clock was set. */
  redate(stamp: Stamp): { readonly wallMs: number; readonly redated: boolean };
  /** Steady ms, in which ages and expiries of waiting messages are measured. */
  steady(): number;
  /** Files that were torn since the start, each with what was done about it. */
  tornFiles(): readonly { readonly file: string; readonly message: string }[];
  /** End of the gateway's certificate for the cloud, wall time in ms; null where there is none. */
  certificateEndsAt(): number | null;
  site(): SiteDocument | null;
  devices(): ReadonlyMap<string, RunningDevice>;
  functions(): ReadonlyMap<string, FunctionRunner>;
  /** Rejects `function/unknown`, `function/denied` (its permissions do not name the caller's kind), and as the runner does. */
  invoke(name: string, request: InvokeRequest, signal: AbortSignal): Promise<InvokeOutcome>;
  schedules(): readonly ScheduleView[];
  /** Newest first. Empty at first, filled while somebody looks: old versions are read from disk. */
  versionsOf(name: string): readonly FunctionVersionView[];
  readonly secrets: SecretStore;
  /** Ends the kiosk; rejects with `kiosk/*`, or `api/not-available` where there is none. */
  exitKiosk(pin: string): Promise<void>;
  /** Publishes as a client of the local broker would: through the router and to the clients. */
  publishAsClient(id: string, message: Pick<Draft, 'topic' | 'payload' | 'qos' | 'retain'>): Promise<void>;
}

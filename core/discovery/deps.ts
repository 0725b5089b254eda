import type { FieldServices } from '../adapters/adapter.ts';
import type { AdapterRegistry } from '../adapters/registry.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Caller, LogSource } from '../contract/desk.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { ToolView } from '../contract/field-views.ts';
import type { ChangeView, DeviceView, DocumentFault } from '../contract/views.ts';
import type { ProfileBook } from '../profiles/profile-book.ts';
import type { SecretStore } from '../security/secrets.ts';
import type { Neighbours } from '../transports/neighbours.ts';
import type { Claim } from '../transports/ports/claims.ts';
import type { Lines } from '../transports/ports/lines.ts';
import type { FoundBook } from './found-book.ts';

/** A tool's session as discovery needs it; `core/tools/sessions.ts` is the implementation, handed in by the composition root. */
export interface HeldSession {
  readonly id: string;
  readonly claim: Claim | null;
  readonly link: LinkConfig | null;
  readonly signal: AbortSignal;
  view(): ToolView;
  set(change: Partial<Pick<ToolView, 'state' | 'fault'>>): void;
  renew(): void;
  onEnd(work: () => Promise<void>): void;
  end(): Promise<void>;
}

export interface HeldSessions {
  open(
    opening: {
      readonly tool: ToolView['tool'];
      readonly line: string;
      readonly link: LinkConfig | null;
      readonly key: string | null;
      readonly by: string;
      readonly caller: Caller;
    },
    signal: AbortSignal,
  ): Promise<HeldSession>;
  of(id: string, caller: Caller, ...tools: readonly ToolView['tool'][]): HeldSession;
  look(id: string): HeldSession;
  attend(id: string, caller: Caller): () => void;
  readonly lines: LogSource<'tool-lines'>;
}

/** The deployment engine, as far as commissioning needs it. */
export interface Documents {
  site(): SiteDocument | null;
  /** The version that runs and its text; null before the first. */
  current(): Promise<{ readonly version: number; readonly text: string } | null>;
  check(
    text: string,
  ): Promise<{ readonly ok: boolean; readonly faults: readonly DocumentFault[]; readonly changes: readonly ChangeView[] }>;
  apply(text: string, how: { readonly by: string; readonly note: string; readonly basedOn: number }): Promise<number>;
}

export interface DiscoveryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly newId: () => string;
  readonly gateway: { readonly name: string; readonly version: string };
  readonly lines: Lines;
  readonly services: FieldServices;
  readonly adapters: AdapterRegistry;
  readonly sessions: HeldSessions;
  readonly profiles: ProfileBook;
  readonly documents: Documents;
  readonly found: FoundBook;
  readonly neighbours: Neighbours;
  /** Where the keys of Bluetooth devices are kept. */
  readonly secrets: Pick<SecretStore, 'get' | 'set' | 'remove'>;
  deviceViews(): readonly DeviceView[];
  deviceConfig(id: string): DeviceConfig | undefined;
  /** Keeps the file of a report on this machine, and says where it lies. */
  keepReport(name: string, bytes: Uint8Array): Promise<string>;
}

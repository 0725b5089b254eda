import type { FieldServices } from '../adapters/adapter.ts';
import type { AdapterRegistry } from '../adapters/registry.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { DeviceConfig } from '../contract/document/devices.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { DeviceView } from '../contract/views.ts';
import type { Lines } from '../transports/ports/lines.ts';
import type { ToolSessions } from './sessions.ts';

/** What every desk of the field may use. */
export interface FieldDeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly newId: () => string;
  readonly lines: Lines;
  readonly services: FieldServices;
  readonly adapters: AdapterRegistry;
  readonly sessions: ToolSessions;
  /** The document that runs; null before the first. */
  site(): SiteDocument | null;
  device(id: string): DeviceConfig | undefined;
  deviceViews(): readonly DeviceView[];
}

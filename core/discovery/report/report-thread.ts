import type { ReportDevice, ReportFacts } from './facts.ts';

export type ReportFormat = 'html' | 'json' | 'pdf';

/** What the thread of a report is told: the devices in parts, so that handing them over never takes long; then all the rest. */
export type ToReport =
  | { readonly devices: readonly ReportDevice[] }
  | { readonly format: ReportFormat; readonly facts: Omit<ReportFacts, 'devices'> };

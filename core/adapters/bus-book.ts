import type { BusMinuteView, BusUnitView, BusView } from '../contract/field-views.ts';

/** The buses that are open, or were, with what was measured on them. Filled by the Modbus bus registry. */
export interface BusBook {
  buses(): readonly BusView[];
  /** All units, or those of one bus. */
  units(bus: string | undefined): readonly BusUnitView[];
  /** Throws `api/bad-input` where there is no such bus. */
  timeline(bus: string, unit: number | null): readonly BusMinuteView[];
  probe(bus: string, unit: number): void;
  reset(bus: string): void;
}

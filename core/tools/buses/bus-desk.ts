import type { Desk } from '../../contract/desk.ts';
import { isModbus } from '../../contract/document/devices.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

/** Bus health: what was measured on the buses of the running document. */
export function createBusDesk(
  deps: Pick<FieldDeskDeps, 'adapters' | 'lines' | 'site'>,
): Desk<'bus.timeline' | 'bus.probe' | 'bus.reset', 'buses' | 'units'> {
  const book = deps.adapters.buses;
  /** Buses of devices that are no longer in the document are not shown. */
  function keys(): ReadonlySet<string> {
    const devices = deps.site()?.devices ?? [];
    return new Set(devices.filter(isModbus).map(({ id, link }) => deps.lines.keyOf(link, id)));
  }
  return {
    calls: {
      async 'bus.timeline'({ bus, unit }) {
        return [...book.timeline(bus, unit)];
      },
      async 'bus.probe'({ bus, unit }) {
        book.probe(bus, unit);
        return null;
      },
      async 'bus.reset'({ bus }) {
        book.reset(bus);
        return null;
      },
    },
    views: {
      buses: {
        kind: 'table',
        rows() {
          const known = keys();
          return book.buses().filter(({ id }) => known.has(id));
        },
      },
      units: {
        kind: 'table',
        rows({ bus }) {
          const known = keys();
          return book.units(bus).filter((unit) => known.has(unit.bus));
        },
      },
    },
  };
}

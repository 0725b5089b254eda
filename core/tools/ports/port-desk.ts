import type { Clock } from '../../base/clock.ts';
import type { Desk } from '../../contract/desk.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { SerialLinkConfig } from '../../contract/document/links.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { PortView } from '../../contract/field-views.ts';
import { diagnosePort } from '../../transports/ports/diagnose.ts';
import type { LineFigures } from '../../transports/ports/line-counts.ts';
import type { PortFacts } from '../../transports/ports/port-book.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import { createPortMemory, type KnownPort } from './port-memory.ts';

type PortDeskDeps = Pick<FieldDeskDeps, 'lines' | 'clock' | 'site'>;

/** What a port is, in words. */
function titleOf({ maker, product, kind, path, vendorId, productId }: PortFacts): string {
  const words = product.startsWith(maker) ? product : `${maker} ${product}`.trim();
  if (words) return words;
  if (kind === 'usb') return `USB adapter ${vendorId}:${productId}`;
  return kind === 'uart' ? 'Serial port of the main board' : path;
}

const linkOf = (device: DeviceConfig): SerialLinkConfig | undefined =>
  'link' in device && device.link.kind === 'serial' ? device.link : undefined;

/** A port that a device is bound to and that has not been seen since the start: known by the document alone. */
function absent(id: string, link: SerialLinkConfig, clock: Clock): KnownPort {
  const usb = link.bind?.by === 'usb' ? link.bind : undefined;
  const facts: PortFacts = {
    id,
    path: link.path,
    stablePath: '',
    physicalPath: link.bind?.by === 'physical' ? link.bind.path : '',
    kind: usb ? 'usb' : 'other',
    maker: '',
    product: '',
    serialNumber: usb?.serial ?? '',
    vendorId: usb?.vendor ?? '',
    productId: usb?.product ?? '',
    interfaceNumber: usb?.interface ?? -1,
  };
  return { facts, present: false, since: clock.now(), plugs: 0 };
}

/** The settings at the end of a label: `9600 8N1`. */
const settingsOf = (label: string): string => label.slice(label.lastIndexOf(', ') + 2);

/** Ports: what is plugged in, who has it, and what is in the way. */
export function createPortDesk(deps: PortDeskDeps): Desk<'port.diagnose' | 'port.refresh', 'ports'> {
  const { lines, clock } = deps;
  const memory = createPortMemory(lines.book, clock);
  /** Ports that only the document knows keep the time at which they were first missed. */
  let missed = new Map<string, KnownPort>();

  function bound(): Map<string, { readonly link: SerialLinkConfig; readonly devices: string[] }> {
    const ports = new Map<string, { link: SerialLinkConfig; devices: string[] }>();
    for (const device of deps.site()?.devices ?? []) {
      const link = linkOf(device);
      if (!link) continue;
      const id = lines.keyOf(link, device.id);
      const one = ports.get(id) ?? { link, devices: [] };
      one.devices.push(device.id);
      ports.set(id, one);
    }
    return ports;
  }
  function holderOf(id: string, figures: LineFigures | undefined): PortView['holder'] {
    const claim = lines.claims.of(id);
    if (claim) return { kind: 'tool', name: claim.holder };
    return figures?.open && figures.user !== null ? { kind: 'device', name: figures.user } : null;
  }
  function viewOf(port: KnownPort, devices: string[], figures: LineFigures | undefined): PortView {
    const { facts, present, since, plugs } = port;
    return {
      id: facts.id,
      path: facts.path,
      stablePath: facts.stablePath,
      physicalPath: facts.physicalPath,
      kind: facts.kind,
      title: titleOf(facts),
      usbId: facts.vendorId && `${facts.vendorId}:${facts.productId}`,
      serialNumber: facts.serialNumber,
      maker: facts.maker,
      present,
      since,
      plugs,
      devices,
      holder: holderOf(facts.id, figures),
      settings: figures?.open ? settingsOf(figures.label) : '',
      bytesIn: figures?.bytesIn ?? 0,
      bytesOut: figures?.bytesOut ?? 0,
      opens: figures?.opens ?? 0,
      lastError: figures?.lastError ? faultView(figures.lastError, figures.lastErrorAt) : null,
    };
  }
  function rows(): readonly PortView[] {
    const figures = new Map(lines.figures().map((one) => [one.key, one]));
    const wanted = bound();
    const known = new Map(memory.all().map((port) => [port.facts.id, port]));
    const stillMissed = new Map<string, KnownPort>();
    for (const [id, { link }] of wanted) {
      if (known.has(id)) continue;
      // A path that is no port the book knows (a pseudo terminal) is there as long as it is open.
      const seen = missed.get(id) ?? absent(id, link, clock);
      stillMissed.set(id, seen);
      known.set(id, { ...seen, present: figures.get(id)?.open === true });
    }
    missed = stillMissed;
    return [...known.values()].map((port) => viewOf(port, wanted.get(port.facts.id)?.devices ?? [], figures.get(port.facts.id)));
  }

  return {
    calls: {
      async 'port.diagnose'({ path }) {
        const known = lines.book.ports().find((port) => port.path === path || port.stablePath === path);
        const open = lines.figures().some(({ key, open: isOpen }) => isOpen && (key === known?.id || key === `path:${path}`));
        return await diagnosePort(path, open);
      },
      async 'port.refresh'() {
        await lines.book.refresh();
        return null;
      },
    },
    views: { ports: { kind: 'table', rows } },
  };
}

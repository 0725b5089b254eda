import { type DeviceConfig, isModbus } from '../../contract/document/devices.ts';
import type { Lines } from '../../transports/ports/lines.ts';
import type { Sighting, SiteMatch } from './sighting.ts';
import { isTcpDevice } from './tcp-identity.ts';
import { matchNetwork, type NetworkFacts } from './tcp-match.ts';

/** What the document says of where a device is, in the words of a sighting's `key`, and of what it is, in those of its `id`. */
function traceOf(device: DeviceConfig, lines: Lines): { readonly ids: readonly string[]; readonly key: string | null } {
  const own = device.identity === undefined ? [] : [device.identity];
  switch (device.adapter) {
    case 'ble':
      return { ids: [...own, `ble:${device.address}`], key: null };
    case 'mqtt':
      return { ids: device.client === undefined ? own : [...own, `mqtt:${device.client}`], key: null };
    case 'sparkplug': {
      const id = [device.group, device.node, device.device].filter((part) => part !== undefined).join('/');
      return { ids: [...own, `sparkplug:${id}`], key: null };
    }
    case 'simulated':
      return { ids: own, key: null };
    default:
      return traceOfLink(device, own, lines);
  }
}

function traceOfLink(
  device: Extract<DeviceConfig, { readonly link: unknown }>,
  own: readonly string[],
  lines: Lines,
): { readonly ids: readonly string[]; readonly key: string | null } {
  const { link } = device;
  const key = lines.keyOf(link, device.id);
  const ids = [...own, key];
  if (isModbus(device)) ids.push(`modbus:${key} ${device.unit}`);
  // A link with a binding is found under any name; only one that has nothing but its name can be at the wrong place.
  return { ids, key: link.kind === 'serial' && !link.bind ? link.path : null };
}

/** Compares sightings with the devices of a document. */
export function createSiteMatch(
  devices: readonly DeviceConfig[],
  lines: Lines,
  facts: NetworkFacts,
): (sighting: Sighting) => SiteMatch {
  const onNetwork = devices.filter(isTcpDevice);
  const byId = new Map<string, { readonly device: string; readonly path: string | null }>();
  for (const device of devices) {
    const { ids, key } = traceOf(device, lines);
    for (const id of ids) if (!byId.has(id)) byId.set(id, { device: device.id, path: key });
  }
  return (sighting) => {
    if (sighting.network) return matchNetwork(onNetwork, sighting.network, facts);
    const found = byId.get(sighting.id) ?? (sighting.kind === 'port' ? byId.get(`path:${sighting.key}`) : undefined);
    if (!found) return { device: null, moved: false, note: null };
    const isElsewhere = sighting.kind === 'port' && found.path !== null && found.path !== sighting.key;
    const moved = isElsewhere && !found.path?.startsWith('/dev/serial/');
    const note = moved ? `It was at ${found.path} and is now at ${sighting.key}.` : null;
    return { device: found.device, moved, note };
  };
}

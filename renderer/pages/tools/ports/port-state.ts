import type { PortView } from '../../../../core/contract/field-views.ts';
import type { Tone } from '../../../components/tone.ts';
import { ports as text } from '../../../text/tools.ts';

/** How a port is, in one word. Grey unless something is wrong; a port that nobody needs may be gone. */
export function portState(port: PortView): { readonly tone: Tone; readonly word: string } {
  if (!port.present) return { tone: port.devices.length > 0 ? 'lost' : 'normal', word: text.states.gone };
  if (port.holder?.kind === 'tool') return { tone: 'check', word: text.states.tool };
  if (port.holder) return { tone: 'normal', word: text.states.open };
  if (port.lastError && port.devices.length > 0) return { tone: 'fault', word: text.states.fault };
  return { tone: 'normal', word: text.states.free };
}

const RANK: Readonly<Partial<Record<Tone, number>>> = { fault: 0, lost: 1, check: 2 };
/** What needs somebody first. */
export const portRank = (port: PortView): number => (RANK[portState(port).tone] ?? 3) * 2 + (port.present ? 0 : 1);

/** Whether a search finds this port. */
export function portMatches(port: PortView, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return true;
  const all = [port.path, port.stablePath, port.title, port.maker, port.usbId, port.serialNumber, ...port.devices];
  return all.some((part) => part.toLowerCase().includes(wanted));
}

/** What it is; for one that nothing is known of but its name, what kind of port. */
export const portTitle = (port: PortView): string =>
  port.title === '' || port.title === port.path ? text.kinds[port.kind] : port.title;

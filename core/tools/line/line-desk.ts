import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = ['tool.open', 'tool.close', 'tool.send', 'tool.lines', 'tool.loopback'] as const;
const TOPICS = ['tools', 'tool-lines'] as const;

/** The terminal and the sniffer, and opening and closing of every tool on a line. */
export function createLineDesk(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}

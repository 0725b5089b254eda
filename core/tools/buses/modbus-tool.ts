import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = ['tool.modbus'] as const;
const TOPICS = [] as const satisfies readonly never[];

/** The Modbus master of the Tools page. */
export function createModbusTool(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}

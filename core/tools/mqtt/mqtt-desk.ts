import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = [] as const satisfies readonly never[];
const TOPICS = ['mqtt-topics'] as const;

/** The MQTT explorer: the topics of the local broker. */
export function createMqttDesk(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}

import type { Desk } from '../../contract/desk.ts';
import { topicMatches } from '../../router/topics.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';
import { createTopicBook } from './topic-book.ts';

/** Nobody has looked for so long: it listens no more. */
const REST_AFTER_MS = 30_000;

/**
 * The MQTT explorer: the topics of the local broker. It begins with what is retained, and listens only while somebody looks, as every
 * message would otherwise be copied for nobody.
 */
export function createMqttDesk(deps: Pick<FieldDeskDeps, 'clock' | 'services'>): Desk<never, 'mqtt-topics'> {
  const { clock, services } = deps;
  const book = createTopicBook();
  let stopListening: (() => void) | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(): void {
    lookedAt = clock.monotonic();
    if (stopListening) return;
    book.clear();
    stopListening = services.mqtt.onMessage('#', (heard) => {
      if (clock.monotonic() - lookedAt > REST_AFTER_MS) {
        stopListening?.();
        stopListening = undefined;
      } else book.add(heard);
    });
  }

  return {
    calls: {},
    views: {
      'mqtt-topics': {
        kind: 'table',
        rows({ filter }) {
          look();
          const wanted = filter === undefined || filter === '' ? () => true : (topic: string) => topicMatches(filter, topic);
          return book.rows(wanted, clock.monotonic());
        },
      },
    },
  };
}

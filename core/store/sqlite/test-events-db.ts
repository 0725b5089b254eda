import type { Database } from 'better-sqlite3';
import { testEventRefusal } from '../function-rules.ts';
import type { TestEvent } from '../test-events.ts';
import { asBytes, asNumber, asRow, asText } from './cells.ts';

/** The events that a person has saved to try a function with, in the state database. */
export interface TestEventsDb {
  list(name: string): TestEvent[];
  /** Throws `function/test-events-full`. */
  save(event: TestEvent): void;
  remove(name: string, event: string): boolean;
}

function toEvent(row: unknown): TestEvent {
  const cell = asRow(row);
  return {
    function: asText(cell[0]),
    name: asText(cell[1]),
    topic: asText(cell[2]),
    payload: asBytes(cell[3]),
    savedAt: asNumber(cell[4]),
  };
}

export function createTestEventsDb(db: Database): TestEventsDb {
  const list = db
    .prepare('SELECT function, name, topic, payload, saved_ms FROM test_events WHERE function = ? ORDER BY name')
    .raw();
  const others = db.prepare('SELECT count(*) FROM test_events WHERE function = ? AND name <> ?').pluck();
  const put = db.prepare(
    `INSERT INTO test_events (function, name, topic, payload, saved_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (function, name) DO UPDATE SET topic = excluded.topic, payload = excluded.payload, saved_ms = excluded.saved_ms`,
  );
  const remove = db.prepare('DELETE FROM test_events WHERE function = ? AND name = ?');
  const save = db.transaction((event: TestEvent) => {
    const refusal = testEventRefusal(event, asNumber(others.get(event.function, event.name)));
    if (refusal) throw refusal;
    put.run(event.function, event.name, event.topic, event.payload, event.savedAt);
  });
  return {
    list: (name) => list.all(name).map(toEvent),
    save: (event) => save.immediate(event),
    remove: (name, event) => remove.run(name, event).changes > 0,
  };
}

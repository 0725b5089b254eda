import { createEvents, type Events, type EventsDeps } from './inside/events.ts';
import type { InsideSdkLine } from './inside/sdk-line.ts';
import type { Handler } from './lambda/contract.ts';
import { readEvents } from './packing.ts';
import { type BatchMessage, CELL, type FromInstance, SERIALS, type ToInstance } from './protocol.ts';

export interface LoopDeps extends EventsDeps {
  readonly line: Pick<InsideSdkLine, 'answer'>;
  send(message: FromInstance): void;
}

export interface ThreadLoop extends Pick<Events, 'current' | 'publish' | 'countPublish'> {
  receive(message: ToInstance): void;
}

/** Handles events strictly one after the other, in order, in the function's instance. */
export function createThreadLoop(handler: Handler, deps: LoopDeps): ThreadLoop {
  const { cell, outbox } = deps;
  const inbox: BatchMessage[] = [];
  const events = createEvents(handler, deps);
  let busy = false;

  /** False when the main thread wants no further event to begin. */
  async function handleBatch(batch: BatchMessage): Promise<boolean> {
    const { first, count, extras } = batch;
    const { topic, source, start } = readEvents(batch);
    const bytes = Buffer.from(batch.bytes);
    let next = 0;
    events.resume();
    for (let i = 0; i < count; i += 1) {
      if (cell.load(CELL.stop) !== 0) return false;
      const extra = extras[next]?.index === i ? extras[next] : undefined;
      if (extra) next += 1;
      const serial = (first + i) % SERIALS;
      const pending = events.handle({
        serial,
        topic: topic(i),
        source: source(i),
        bytes,
        start: start(i),
        end: start(i + 1),
        extra,
      });
      if (pending) await pending;
    }
    return true;
  }
  async function run(): Promise<void> {
    busy = true;
    for (let batch = inbox.shift(); batch; batch = inbox.shift()) {
      const goOn = await handleBatch(batch);
      outbox.flush();
      if (!goOn) break;
    }
    busy = false;
    if (cell.load(CELL.stop) !== 0) deps.send({ t: 'stopped' });
  }
  return {
    receive(message) {
      if (message.t === 'accepted') {
        outbox.accepted(message.first, message.count, message.refused);
        return;
      }
      if (message.t === 'answer') {
        deps.line.answer(message.id, message.value, message.fault);
        return;
      }
      if (message.t === 'batch') inbox.push(message);
      if (!busy) void run();
    },
    publish: events.publish,
    countPublish: events.countPublish,
    get current() {
      return events.current;
    },
  };
}

import { type OutboxConfig, REST_STREAM } from '../../contract/document/outbox.ts';
import type { Spool } from '../../store/spool.ts';
import type { AckWriter } from '../ack-writer.ts';
import type { Lane, LaneCounts, StreamRules } from './lane.ts';

/** One lane for every stream that the document names or the spool holds. */
export interface Lanes {
  all(): readonly Lane[];
  /** Makes the lane of a stream that was not known. */
  ensure(stream: string): void;
  /** The rules of the document from now on; a lane whose rules change finishes what is in flight first. */
  configure(outbox: OutboxConfig): void;
  stop(): Promise<void>;
}

export interface LanesDeps {
  readonly spool: Spool;
  readonly acks: AckWriter;
  readonly signal: AbortSignal;
  /** `before`: the counts of the lane whose place it takes. */
  create(rules: StreamRules, before?: LaneCounts): Lane;
  changed(): void;
}

function rulesOf(outbox: OutboxConfig): ReadonlyMap<string, StreamRules> {
  return new Map(
    outbox.streams.map(({ id, priority, order, idField, batch }) => [
      id,
      { name: id, priority, order, ...(idField !== undefined && { idField }), ...(batch && { batch }) },
    ]),
  );
}

export function createLanes(deps: LanesDeps): Lanes {
  const lanes = new Map<string, Lane>();
  /** Streams whose lane is being replaced. */
  const changing = new Set<string>();
  let rules: ReadonlyMap<string, StreamRules> = new Map();
  let list: readonly Lane[] = [];

  /** A stream that the document does not name (any more) is sent as the rest is. */
  const wanted = (name: string): StreamRules => rules.get(name) ?? { name, priority: 'normal', order: 'oldest-first' };
  function put(name: string, before?: LaneCounts): void {
    lanes.set(name, deps.create(wanted(name), before));
    list = [...lanes.values()];
  }
  async function replace(old: Lane): Promise<void> {
    const { name } = old.rules;
    changing.add(name);
    lanes.delete(name);
    list = [...lanes.values()];
    await old.stop();
    // What was acknowledged must be gone before the stream is read again.
    await deps.acks.settled(deps.signal);
    changing.delete(name);
    put(name, old.counts);
    deps.changed();
  }
  function ensure(name: string): void {
    if (!lanes.has(name) && !changing.has(name)) put(name);
  }
  return {
    all: () => list,
    ensure,
    configure(outbox) {
      rules = rulesOf(outbox);
      for (const lane of list) {
        if (JSON.stringify(lane.rules) === JSON.stringify(wanted(lane.rules.name))) continue;
        // Rejects only when the uplink stops.
        replace(lane).catch(() => {});
      }
      for (const name of [REST_STREAM, ...rules.keys(), ...deps.spool.stats().streams.map((one) => one.name)]) ensure(name);
    },
    async stop() {
      await Promise.all(list.map((lane) => lane.stop()));
    },
  };
}

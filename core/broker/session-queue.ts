import { copyPacket, type KeptPacket } from './packet-records.ts';

/** A message for a session, from the moment it is queued until its client has acknowledged it. */
export interface Entry {
  /** Counts up within the session. */
  readonly seq: number;
  /** A publish; after the client's PUBREC the PUBREL that is then owed. */
  packet: KeptPacket;
  readonly bytes: number;
  /** On disk: only then it is sent. */
  committed: boolean;
  /** Written to the client's present connection. */
  sent: boolean;
}

/** What waits for one session, in order, and what is under way to it under which message id. */
export interface SessionQueue {
  push(packet: KeptPacket): Entry;
  /** Of an earlier life of the gateway. */
  restore(seq: number, packet: KeptPacket): void;
  all(): IterableIterator<Entry>;
  has(entry: Entry): boolean;
  byMessageId(messageId: number | undefined): Entry | undefined;
  /** By the broker's id and counter, as aedes names a packet. */
  byCounter(packet: Pick<KeptPacket, 'brokerId' | 'brokerCounter'>): Entry | undefined;
  assign(entry: Entry, messageId: number): void;
  remove(entry: Entry): void;
  clear(): void;
  /** A message id that nothing is under way with. */
  freeId(): number;
  /** A free id for a message that is not kept (a retained one at the subscription), taken until it is acknowledged. */
  looseId(): number;
  releaseLoose(messageId: number | undefined): boolean;
  markSent(entry: Entry): void;
  /** A new connection: nothing was sent on it yet; what was sent before goes again as a duplicate. */
  restart(): void;
  /** The next that are committed and not sent, at most `limit`. */
  unsent(limit: number): Entry[];
  readonly size: number;
  readonly bytes: number;
  readonly inFlight: number;
}

const LAST_ID = 65_535;
const MOST_LOOSE = 10_000;

export const sizeOfPacket = ({ topic, payload }: Pick<KeptPacket, 'topic' | 'payload'>): number => topic.length + payload.length;

export function createSessionQueue(): SessionQueue {
  const entries = new Map<number, Entry>();
  const ids = new Map<number, Entry>();
  const loose = new Set<number>();
  let seq = 0;
  let lastId = 0;
  let bytes = 0;
  let inFlight = 0;
  function add(entry: Entry): Entry {
    entries.set(entry.seq, entry);
    bytes += entry.bytes;
    return entry;
  }
  function freeId(): number {
    do lastId = lastId >= LAST_ID ? 1 : lastId + 1;
    while (ids.has(lastId) || loose.has(lastId));
    return lastId;
  }
  return {
    push(original) {
      seq += 1;
      const packet = copyPacket(original);
      return add({ seq, packet, bytes: sizeOfPacket(packet), committed: false, sent: false });
    },
    restore(at, packet) {
      seq = Math.max(seq, at);
      const { messageId } = packet;
      const size = sizeOfPacket(packet);
      const entry = add({ seq: at, packet, bytes: size, committed: true, sent: false });
      if (messageId === undefined) return;
      ids.set(messageId, entry);
      lastId = messageId;
      if (packet.cmd === 'publish') packet.dup = true;
    },
    all: () => entries.values(),
    has: (entry) => entries.get(entry.seq) === entry,
    byMessageId: (messageId) => (messageId === undefined ? undefined : ids.get(messageId)),
    byCounter({ brokerId, brokerCounter }) {
      for (const entry of entries.values())
        if (entry.packet.brokerId === brokerId && entry.packet.brokerCounter === brokerCounter) return entry;
      return undefined;
    },
    assign(entry, messageId) {
      const before = entry.packet.messageId;
      if (before !== undefined && ids.get(before) === entry) ids.delete(before);
      entry.packet.messageId = messageId;
      ids.set(messageId, entry);
    },
    remove(entry) {
      if (!entries.delete(entry.seq)) return;
      bytes -= entry.bytes;
      if (entry.sent) inFlight -= 1;
      const { messageId } = entry.packet;
      if (messageId !== undefined && ids.get(messageId) === entry) ids.delete(messageId);
    },
    clear() {
      entries.clear();
      ids.clear();
      loose.clear();
      bytes = 0;
      inFlight = 0;
    },
    freeId,
    looseId() {
      if (loose.size >= MOST_LOOSE) loose.clear(); // a client that never acknowledges
      const id = freeId();
      loose.add(id);
      return id;
    },
    releaseLoose: (messageId) => messageId !== undefined && loose.delete(messageId),
    markSent(entry) {
      if (!entry.sent) inFlight += 1;
      entry.sent = true;
    },
    restart() {
      loose.clear();
      // They are sent in order: behind the first that was not, none was.
      for (const entry of entries.values()) {
        if (!entry.sent) break;
        entry.sent = false;
        if (entry.packet.cmd === 'publish') entry.packet.dup = true;
      }
      inFlight = 0;
    },
    unsent(limit) {
      const found: Entry[] = [];
      for (const entry of entries.values()) {
        if (found.length >= limit || !entry.committed) break;
        if (!entry.sent) found.push(entry);
      }
      return found;
    },
    get size() {
      return entries.size;
    },
    get bytes() {
      return bytes;
    },
    get inFlight() {
      return inFlight;
    },
  };
}

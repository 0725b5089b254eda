/** What a broker needs of a PUBLISH with QoS 0 or 1 (MQTT 3.1.1 section 3.3), before anything is copied. */
export interface PlainPublish {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly topic: string;
  /** 0 for QoS 0. */
  readonly messageId: number;
  readonly payloadFrom: number;
  readonly end: number;
}

/** Where the packet that begins at `from` ends (in a whole header), or null when its header is not there yet. */
export function packetEnd(bytes: Uint8Array, from: number): number | null {
  let length = 0;
  for (let at = from + 1, factor = 1; at < bytes.length && at <= from + 4; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return at + 1 + length;
  }
  return null;
}

/** True for the first byte of a PUBLISH with QoS 0 or 1. */
export const mayBePlain = (first: number): boolean => first >> 4 === 3 && (first & 0x04) === 0;

const PLUS = 43;
const HASH = 35;

/** A topic of one connection is nearly always the one before: its text is made once. */
export interface TopicReader {
  /** The topic's text; null where it is none that may be published to. */
  read(bytes: Buffer, from: number, to: number): string | null;
}

export function createTopicReader(): TopicReader {
  let known = new Uint8Array(0);
  let text: string | null = null;
  function isKnown(bytes: Buffer, from: number, to: number): boolean {
    if (to - from !== known.length) return false;
    for (let at = 0; at < known.length; at += 1) if (bytes[from + at] !== known[at]) return false;
    return true;
  }
  return {
    read(bytes, from, to) {
      if (text !== null && isKnown(bytes, from, to)) return text;
      known = Uint8Array.prototype.slice.call(bytes, from, to);
      text = null;
      if (known.length === 0 || known.includes(PLUS) || known.includes(HASH) || known.includes(0)) return null;
      text = bytes.toString('utf8', from, to);
      return text;
    },
  };
}

/**
 * Reads the PUBLISH from `from` to `end`, all of which is there. null where it is not quite in order: then it is for the MQTT
 * library to say what is wrong with it.
 */
export function readPlainPublish(bytes: Buffer, from: number, end: number, topics: TopicReader): PlainPublish | null {
  const first = bytes[from] ?? 0;
  let at = from + 1;
  while (((bytes[at] ?? 0) & 0x80) !== 0) at += 1;
  at += 1;
  const qos = (first & 0x02) === 0 ? 0 : 1;
  if (at + 2 > end) return null;
  const topicFrom = at + 2;
  const topicTo = topicFrom + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  const payloadFrom = topicTo + 2 * qos;
  if (payloadFrom > end) return null;
  const messageId = qos === 0 ? 0 : ((bytes[topicTo] ?? 0) << 8) | (bytes[topicTo + 1] ?? 0);
  if (qos === 1 && messageId === 0) return null;
  const topic = topics.read(bytes, topicFrom, topicTo);
  if (topic === null) return null;
  return { qos, retain: (first & 0x01) !== 0, dup: (first & 0x08) !== 0, topic, messageId, payloadFrom, end };
}

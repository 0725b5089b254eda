import type { Qos } from './topic-index.ts';

/** A packet as aedes hands it over: a publish, or the PUBREL that has taken its place. */
export interface KeptPacket {
  cmd: 'publish' | 'pubrel';
  brokerId?: string | undefined;
  brokerCounter?: number;
  topic: string;
  payload: Buffer | string;
  qos: Qos;
  retain: boolean;
  dup: boolean;
  messageId?: number | undefined;
}

/** A copy with the fields that count, and without a message id: that belongs to one client. */
export function copyPacket(original: Partial<KeptPacket>): KeptPacket {
  const { cmd, brokerId, brokerCounter, topic, payload, qos, retain, dup } = original;
  return {
    cmd: cmd ?? 'publish',
    brokerId,
    brokerCounter: brokerCounter ?? 0,
    topic: topic ?? '',
    payload: payload ?? Buffer.alloc(0),
    qos: qos ?? 0,
    retain: retain ?? false,
    dup: dup ?? false,
    ...((qos ?? 0) > 0 && { messageId: undefined }),
  };
}

/** Keys of a session's records: a message that waits or is under way, the id of a QoS 2 message that came in, a will. */
export const queueKey = (seq: number): string => `q:${String(seq).padStart(16, '0')}`;
export const incomingKey = (messageId: number): string => `i:${messageId}`;
export const willKey = (brokerId: string, clientId: string): string => `w:${brokerId}:${clientId}`;
/** Wills are kept apart from the sessions: they also belong to clients without one, and outlive it. */
export const WILL_OWNER = '';

const LENGTH_BYTES = 4;

/** A packet as bytes: length of a JSON header, the header, the payload. */
export function encodePacket(packet: KeptPacket): Uint8Array {
  const { payload, ...rest } = packet;
  const header = Buffer.from(JSON.stringify({ ...rest, ...(typeof payload === 'string' && { text: true }) }));
  const body = Buffer.from(payload ?? '');
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + body.length);
  new DataView(bytes.buffer).setUint32(0, header.length);
  bytes.set(header, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + header.length);
  return bytes;
}

/** null for what is not such a record. */
export function decodePacket(bytes: Uint8Array): KeptPacket | null {
  if (bytes.byteLength < LENGTH_BYTES) return null;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = LENGTH_BYTES + all.readUInt32BE(0);
  if (end > all.length) return null;
  try {
    const { text, ...header } = JSON.parse(all.toString('utf8', LENGTH_BYTES, end));
    const payload = text === true ? all.toString('utf8', end) : all.subarray(end);
    if (header.cmd !== 'pubrel' && typeof header.topic !== 'string') return null;
    return { ...copyPacket({ ...header, payload }), messageId: header.messageId };
  } catch {
    return null;
  }
}

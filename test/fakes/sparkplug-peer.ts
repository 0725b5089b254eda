import { get } from 'sparkplug-payload';

type Peer = NonNullable<ReturnType<typeof get>>;
export type PeerMetric = NonNullable<NonNullable<Parameters<Peer['encodePayload']>[0]['metrics']>[number]>;

function load(): Peer {
  const peer = get('spBv1.0');
  if (!peer) throw new Error('the encoder does not know spBv1.0');
  return peer;
}

/** Encoder and decoder of another maker, compatible with Eclipse Tahu. */
export const sparkplugPeer: Peer = load();

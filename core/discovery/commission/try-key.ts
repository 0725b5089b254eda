import { type DecodedAdvert, decodeAdvert } from '../../adapters/ble/decode.ts';
import type { Fact } from '../../adapters/ble/fact.ts';
import { createOpener } from '../../adapters/ble/opener.ts';
import { GatewayError } from '../../base/errors.ts';
import type { DiscoveryDeps } from '../deps.ts';

/** A sensor speaks every few seconds, a thermometer that spares its battery every ten. */
const LISTEN_MS = 15_000;
/** Devices send their values in turns: so long is listened on after the first one. */
const MORE_MS = 5000;
const MOST_FACTS = 64;

/**
 * Tries a key on what a device sends now, and gives the values that it tells. Nothing is kept, and nothing is sent. Rejects with
 * `ble/wrong-key`, `ble/not-seen` where nothing encrypted was heard, and what is wrong with the radio.
 */
export async function tryKey(
  { clock, services }: Pick<DiscoveryDeps, 'clock' | 'services'>,
  { address, bindKey }: { readonly address: string; readonly bindKey: string },
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const { radio } = services;
  if (radio.problem) throw radio.problem;
  const opener = createOpener(Buffer.from(bindKey, 'hex'));
  const facts = new Map<string, Fact>();
  const first = Promise.withResolvers<void>();
  function hear({ seal, facts: told }: DecodedAdvert): void {
    if (seal?.state === 'wrong-key' && facts.size === 0) {
      first.reject(new GatewayError('ble/wrong-key', `The key does not fit ${address}: tag check failed.`));
    }
    if (seal?.state !== 'open') return;
    for (const fact of told) if (facts.size < MOST_FACTS) facts.set(fact.name, fact);
    first.resolve();
  }
  const release = radio.holdScan();
  const stop = radio.onAdvert((advert) => {
    if (advert.address === address) hear(decodeAdvert(advert, 'auto', opener));
  });
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, waiting.signal]);
  const late = clock.sleep(LISTEN_MS, either).then(() => {
    throw new GatewayError('ble/not-seen', `Nothing encrypted was heard of ${address} in ${LISTEN_MS / 1000} s.`);
  });
  try {
    await Promise.race([first.promise, late]);
    await clock.sleep(MORE_MS, signal);
  } finally {
    waiting.abort();
    late.catch(() => {}); // nobody waits for it any more
    stop();
    release();
  }
  return [...facts.values()];
}

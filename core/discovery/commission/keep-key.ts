import { GatewayError } from '../../base/errors.ts';
import { keySecretOf } from '../../contract/bind-key.ts';
import type { Draft } from '../../contract/commission-views.ts';
import type { DiscoveryDeps } from '../deps.ts';

/** The secret that a draft names. A person at a screen may set the key of this device, and no other secret of the gateway. */
function secretOf({ adapter, address, keySecret }: Draft): string {
  const own = typeof address === 'string' && adapter === 'ble' ? keySecretOf(address) : undefined;
  if (own !== undefined && keySecret === own) return own;
  throw new GatewayError('api/bad-input', 'A key is kept only for a Bluetooth device, under a name of its own.', {
    remedy: own === undefined ? 'Save the device without a key.' : `Set "keySecret" to "${own}".`,
  });
}

async function before(secrets: DiscoveryDeps['secrets'], name: string): Promise<string | null> {
  try {
    const { value } = await secrets.get(name, null);
    return 'text' in value ? value.text : null;
  } catch (cause) {
    if (cause instanceof GatewayError && (cause.code === 'secret/unknown' || cause.code === 'secret/unreadable')) return null;
    throw cause;
  }
}

/**
 * Keeps the key of a device that is about to be saved among the gateway's secrets, encrypted and never in the document. Gives what puts
 * back what was there before, for a document that is refused after all.
 */
export async function keepKey(secrets: DiscoveryDeps['secrets'], draft: Draft, bindKey: string): Promise<() => Promise<void>> {
  const name = secretOf(draft);
  const old = await before(secrets, name);
  await secrets.set(name, { text: bindKey.toLowerCase() });
  return async () => {
    if (old === null) await secrets.remove(name);
    else await secrets.set(name, { text: old });
  };
}

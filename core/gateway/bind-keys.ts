import type { FieldServices } from '../adapters/adapter.ts';
import type { SecretStore } from '../security/secrets.ts';

/** Keys of Bluetooth devices out of the gateway's secrets, as text. Rejects as the store does. */
export const createBindKeys =
  (secrets: SecretStore): FieldServices['bindKey'] =>
  async (name) => {
    const { value } = await secrets.get(name, null);
    return 'text' in value ? value.text : Buffer.from(value.bytes).toString('hex');
  };

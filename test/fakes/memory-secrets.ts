import type { Clock } from '../../core/base/clock.ts';
import type { Logger } from '../../core/base/log.ts';
import { createSecretStore } from '../../core/security/secret-file.ts';
import type { SecretStore } from '../../core/security/secrets.ts';

/** The gateway's real secrets, with their files in memory. */
export function createMemorySecrets(clock: Clock, log: Logger): SecretStore {
  let book: string | null = null;
  let key: string | null = null;
  let ids = 0;
  return createSecretStore({
    clock,
    log,
    keeping: {
      readBook: () => ({ text: book, torn: [] }),
      writeBook: async (text) => {
        book = text;
      },
      readKey: () => key,
      writeKey: async (text) => {
        key = text;
      },
    },
    newId: () => {
      ids += 1;
      return `version-${ids}`;
    },
  });
}

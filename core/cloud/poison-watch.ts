import { GatewayError } from '../base/errors.ts';
import type { SpoolEntry } from '../store/spool.ts';

/** Hang-ups without any progress before messages are sent one by one, and before the one that is sent is blamed. */
const SUSPECT_AFTER = 3;
const BLAME_AFTER = 8;
/** How often one message may be declined for a reason that does not pass by itself. */
const MOST_DECLINES = 10;

/**
 * Finds the message that keeps the line from working. Some clouds (AWS IoT Core with MQTT 3.1.1) answer a message that they will
 * never take by closing the connection; without this the gateway would send it for ever.
 */
export interface PoisonWatch {
  /** Something was acknowledged. */
  progress(): void;
  /** True while messages are to be sent one at a time. */
  readonly suspicious: boolean;
  /** After a failure of this (the oldest failed) entry: the fault with which it goes to the dead letters, or null. */
  judge(entry: SpoolEntry, fault: GatewayError): GatewayError | null;
}

export function createPoisonWatch(): PoisonWatch {
  let hangUps = 0;
  let declines = 0;
  let suspect = 0;
  return {
    progress() {
      hangUps = 0;
    },
    get suspicious() {
      return hangUps >= SUSPECT_AFTER;
    },
    judge(entry, fault) {
      if (entry.id !== suspect) {
        suspect = entry.id;
        hangUps = 0;
        declines = 0;
      }
      if (fault.code === 'cloud/declined' && fault.details['passing'] !== true) declines += 1;
      if (fault.code === 'cloud/offline' && fault.details['byPeer'] === true) hangUps += 1;
      if (declines >= MOST_DECLINES) {
        declines = 0;
        return new GatewayError('cloud/rejected', fault.message, { cause: fault, details: fault.details });
      }
      if (hangUps < BLAME_AFTER) return null;
      hangUps = 0;
      const { topic } = entry.message;
      return new GatewayError(
        'cloud/rejected',
        `${topic}: the cloud closed the connection ${BLAME_AFTER} times when this was sent`,
        {
          cause: fault,
          remedy: 'Check in the cloud whether this gateway may publish on this topic.',
        },
      );
    },
  };
}

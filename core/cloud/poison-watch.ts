import { GatewayError } from '../base/errors.ts';
import type { SpoolEntry } from '../store/spool.ts';

/** Hang-ups without any progress before messages are sent one by one, and before the one that is sent is blamed. */
const SUSPECT_AFTER = 3;
const BLAME_AFTER = 8;
/** So many messages are then sent one by one: the one that is at fault may not be the first of those that were in flight. */
const PROBATION = 100;
/** How often one message may be declined for a reason that does not pass by itself. */
const MOST_DECLINES = 10;

/**
 * Finds the message of a stream that keeps the line from working. Some clouds (AWS IoT Core with MQTT 3.1.1) answer a message that
 * they will never take by closing the connection; without this the gateway would send it for ever.
 */
export interface PoisonWatch {
  /** Something of the stream was acknowledged. */
  progress(): void;
  /** True while messages of the stream are to be sent one at a time, with nothing else in flight. */
  readonly suspicious: boolean;
  /** The same message was hanging when the cloud hung up, this many times. */
  readonly hangUps: number;
  /**
   * After a failure of this (the first failed) entry: the fault with which it goes to the dead letters, or null. `alone`: nothing else
   * was in flight with it.
   */
  judge(entry: SpoolEntry, fault: GatewayError, alone: boolean): GatewayError | null;
}

export function createPoisonWatch(): PoisonWatch {
  let hangUps = 0;
  let declines = 0;
  let suspect = 0;
  let probation = 0;
  return {
    progress() {
      hangUps = 0;
      if (probation > 0) probation -= 1;
    },
    get suspicious() {
      return probation > 0;
    },
    get hangUps() {
      return hangUps;
    },
    judge(entry, fault, alone) {
      if (entry.id !== suspect) {
        suspect = entry.id;
        hangUps = 0;
        declines = 0;
      }
      if (fault.code === 'cloud/declined' && fault.details['passing'] !== true) declines += 1;
      const hungUp = fault.code === 'cloud/offline' && fault.details['byPeer'] === true;
      // Among others it may be one of those; from the suspicion on only what it does alone counts.
      if (hungUp && (alone || hangUps < SUSPECT_AFTER)) hangUps += 1;
      if (hangUps >= SUSPECT_AFTER) probation = PROBATION;
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

import type { OutboxConfig } from '../contract/document/outbox.ts';
import type { SubscriptionConfig } from '../contract/document/subscriptions.ts';
import type { CrossFault } from './cross-fault.ts';
import type { Path } from './document-path.ts';

interface OutboxParts {
  readonly outbox: OutboxConfig;
  readonly subscriptions: readonly SubscriptionConfig[];
  /** Names of all subscriptions, also of those with faults of their own. */
  readonly known: readonly string[];
}

const KINDS = ['hours', 'bytes', 'messages'] as const;

/** The second stream that takes the same messages would never get one. */
function takenTwice({ outbox }: OutboxParts): readonly CrossFault[] {
  const first = new Map<string, string>();
  return outbox.streams.flatMap((one, i): CrossFault[] => {
    const field = one.subscription === undefined ? 'filter' : 'subscription';
    const what = `${field} "${one[field] ?? ''}"`;
    const other = first.get(what);
    if (other === undefined) {
      first.set(what, one.id);
      return [];
    }
    return [
      {
        path: ['outbox', 'streams', i, field],
        message: `The ${what} is taken by the stream "${other}" already.`,
        remedy: 'Keep one of the two streams: the first one that fits takes a message.',
      },
    ];
  });
}

function sameName({ outbox }: OutboxParts): readonly CrossFault[] {
  return outbox.streams.flatMap((one, i, all): CrossFault[] =>
    all.findIndex((other) => other.id === one.id) === i
      ? []
      : [
          {
            path: ['outbox', 'streams', i, 'id'],
            message: `The stream id "${one.id}" is used twice.`,
            remedy: 'Give every stream id its own name.',
          },
        ],
  );
}

function wrongSubscription({ outbox, subscriptions, known }: OutboxParts): readonly CrossFault[] {
  return outbox.streams.flatMap((one, i): CrossFault[] => {
    if (one.subscription === undefined) return [];
    const path: Path = ['outbox', 'streams', i, 'subscription'];
    const found = subscriptions.find((other) => other.id === one.subscription);
    if (found && found.target !== 'cloud') {
      return [
        {
          path,
          message: `The subscription "${found.id}" leads to "${found.target}", not to the cloud.`,
          remedy: 'Only what goes to the cloud waits in the outbox: name a subscription with the target "cloud".',
        },
      ];
    }
    if (found || known.includes(one.subscription)) return [];
    const others = subscriptions.filter((other) => other.target === 'cloud').map((other) => other.id);
    return [
      {
        path,
        message: `There is no subscription "${one.subscription}".`,
        remedy:
          others.length === 0
            ? 'There is none with the target "cloud" in this document.'
            : `Known here, with the target "cloud": ${others.slice(0, 8).join(', ')}${others.length > 8 ? ', ...' : ''}.`,
      },
    ];
  });
}

/** A limit beyond that of the whole would promise what is not kept. */
function beyondWhole({ outbox }: OutboxParts): readonly CrossFault[] {
  return outbox.streams.flatMap((one, i) =>
    KINDS.flatMap((kind): CrossFault[] => {
      const own = one.keep[kind];
      const whole = outbox.keep[kind];
      if (own === null || whole === null || own <= whole) return [];
      return [
        {
          path: ['outbox', 'streams', i, 'keep', kind],
          message: `The stream "${one.id}" may keep ${own} ${kind}, but all streams together only ${whole}.`,
          remedy: `Lower it, or raise outbox.keep.${kind}.`,
        },
      ];
    }),
  );
}

function expiryElsewhere(subscriptions: readonly SubscriptionConfig[]): readonly CrossFault[] {
  return subscriptions.flatMap((one, i): CrossFault[] =>
    one.expireAfterS === undefined || one.target === 'cloud'
      ? []
      : [
          {
            path: ['subscriptions', i, 'expireAfterS'],
            message: `The subscription "${one.id}" leads to "${one.target}", where nothing waits long enough to expire.`,
            remedy: 'Remove "expireAfterS": it is for the target "cloud".',
          },
        ],
  );
}

/** Faults between the outbox and the subscriptions. `outbox` is undefined where it has faults of its own. */
export function outboxFaults(
  outbox: OutboxConfig | undefined,
  subscriptions: readonly SubscriptionConfig[],
  known: readonly string[],
): readonly CrossFault[] {
  const expiry = expiryElsewhere(subscriptions);
  if (!outbox) return expiry;
  const parts = { outbox, subscriptions, known };
  return [...sameName(parts), ...takenTwice(parts), ...wrongSubscription(parts), ...beyondWhole(parts), ...expiry];
}

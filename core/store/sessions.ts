/** A subscription that a client's session holds. */
export interface StoredSubscription {
  readonly client: string;
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
}

export interface StoredRetained {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** One change of what the local broker must not forget. All changes of one call share one commit. */
export type SessionChange =
  | { readonly kind: 'retain'; readonly message: StoredRetained }
  | { readonly kind: 'unretain'; readonly topic: string }
  | { readonly kind: 'subscribe'; readonly subscription: StoredSubscription }
  | { readonly kind: 'unsubscribe'; readonly client: string; readonly filter: string }
  /** `awaySince`: steady ms; null while connected. */
  | { readonly kind: 'session'; readonly client: string; readonly awaySince: number | null }
  | { readonly kind: 'forget'; readonly client: string }
  /** A record of a session, by key: a packet that waits or is in flight. The value is opaque to the store. */
  | { readonly kind: 'put'; readonly client: string; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'remove'; readonly client: string; readonly key: string };

export interface StoredSessions {
  readonly retained: readonly StoredRetained[];
  readonly subscriptions: readonly StoredSubscription[];
  readonly sessions: readonly { readonly client: string; readonly awaySince: number | null }[];
  readonly records: readonly { readonly client: string; readonly key: string; readonly value: Uint8Array }[];
}

/** Retained messages and persistent sessions of the local broker, in their own database with `synchronous=FULL`. */
export interface Sessions {
  /** All of it, once at the start of the broker. */
  load(): Promise<StoredSessions>;
  /** Resolves when on disk; calls of one turn of the loop share one commit. Rejects with `store/*`; nothing of it is then kept. */
  change(changes: readonly SessionChange[]): Promise<void>;
}

/** What a change overwrites: of two changes with one key only the later counts. A `forget` also takes what came before it. */
export function changeKey(change: SessionChange): string {
  switch (change.kind) {
    case 'retain':
      return `r ${change.message.topic}`;
    case 'unretain':
      return `r ${change.topic}`;
    case 'subscribe':
      return `s ${JSON.stringify([change.subscription.client, change.subscription.filter])}`;
    case 'unsubscribe':
      return `s ${JSON.stringify([change.client, change.filter])}`;
    case 'session':
      return `c ${change.client}`;
    case 'forget':
      return `f ${change.client}`;
    case 'put':
    case 'remove':
      return `k ${change.key} ${change.client}`;
  }
}

import { createEmitter } from '../../base/emitter.ts';
import { GatewayError } from '../../base/errors.ts';
import type { LinkConfig } from '../../contract/document/links.ts';

/** Somebody has the line for himself. */
export interface Claim {
  readonly key: string;
  readonly holder: string;
  /** Users that had it open and were sent away. */
  readonly pauses: readonly string[];
  /** Gives it back; the devices go on by themselves. Safe to call again. */
  release(): Promise<void>;
}

export interface ClaimView {
  readonly key: string;
  readonly holder: string;
  readonly since: number;
  readonly pauses: readonly string[];
}

/**
 * Who has which line. A line is what `keyOf` says: the same for every name of one port and for every device on one bus.
 * A tool takes a line as a whole: links that are open on it end with `link/claimed`, and `ByteLinks.open` refuses new ones until it is
 * given back. Radios are claimed the same way, with the key `ble:<address>`.
 */
export interface PortClaims {
  /** Rejects with `link/claimed` where another tool has it, or the signal's reason; waits until the links on it are closed. */
  take(key: string, holder: string, signal: AbortSignal): Promise<Claim>;
  /** The claim on a line, if there is one. */
  of(key: string): ClaimView | undefined;
  list(): readonly ClaimView[];
  onChanged(listener: () => void): () => void;
  /** Resolves when nobody claims the line; rejects with the signal's reason. */
  whenFree(key: string, signal: AbortSignal): Promise<void>;
  /** For who opens a link: it is ended when the line is claimed, and whoever claims it waits for its `closed`. */
  enter(key: string, user: string, link: { readonly closed: Promise<unknown> }, end: (fault: GatewayError) => void): () => void;
  /** For who uses a link that another one has opened: he is named too. Gives what to call when he leaves. */
  share(key: string, user: string): () => void;
  /** Throws `link/claimed` where the line is claimed; `claim` may pass, until it is released. */
  check(key: string, claim?: Claim): void;
  /** Users that have the line open now. */
  users(key: string): readonly string[];
}

/** The key of a line without a port book: by its name. */
export function plainKey(link: LinkConfig, device: string): string {
  switch (link.kind) {
    case 'serial':
      return `path:${link.path}`;
    case 'tcp':
      return `tcp:${link.host}:${link.port}`;
    case 'rfc2217':
      return `rfc2217:${link.host}:${link.port}`;
    case 'simulated':
      return `simulated:${device}`;
  }
}

export const claimedFault = (key: string, holder: string): GatewayError =>
  new GatewayError('link/claimed', `${holder} has taken the line for itself`, { details: { line: key, holder } });

interface User {
  readonly name: string;
  readonly closed: Promise<unknown>;
  end(fault: GatewayError): void;
}

export function createPortClaims(deps: { readonly now: () => number }): PortClaims {
  const claims = new Map<string, ClaimView>();
  /** Two claims of one holder are two claims. */
  const views = new WeakMap<Claim, ClaimView>();
  const users = new Map<string, Set<User>>();
  /** Those who use a link of another one, by line. */
  const guests = new Map<string, { readonly name: string }[]>();
  const changes = createEmitter<void>();

  function release(view: ClaimView): void {
    if (claims.get(view.key) !== view) return;
    claims.delete(view.key);
    changes.emit();
  }
  const namesOn = (key: string): string[] => [
    ...new Set([...(users.get(key) ?? []), ...(guests.get(key) ?? [])].map(({ name }) => name)),
  ];
  function check(key: string, claim?: Claim): void {
    const view = claims.get(key);
    if (view && view !== (claim && views.get(claim))) throw claimedFault(key, view.holder);
    if (!view && claim) throw new GatewayError('link/claimed', `${claim.holder} has given the line back`);
  }

  return {
    async take(key, holder, signal) {
      signal.throwIfAborted();
      check(key);
      const there = [...(users.get(key) ?? [])];
      const view: ClaimView = { key, holder, since: deps.now(), pauses: namesOn(key) };
      claims.set(key, view);
      changes.emit();
      const claim: Claim = { key, holder, pauses: view.pauses, release: async () => release(view) };
      views.set(claim, view);
      try {
        for (const user of there) user.end(claimedFault(key, holder));
        await Promise.all(there.map(({ closed }) => closed));
        signal.throwIfAborted();
      } catch (cause) {
        release(view);
        throw cause;
      }
      return claim;
    },
    of: (key) => claims.get(key),
    list: () => [...claims.values()],
    onChanged: (listener) => changes.on(() => listener()),
    whenFree(key, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (!claims.has(key)) return resolve();
        const stop = changes.on(() => {
          if (claims.has(key)) return;
          end();
          resolve();
        });
        const onAbort = (): void => {
          end();
          reject(signal.reason);
        };
        const end = (): void => {
          stop();
          signal.removeEventListener('abort', onAbort);
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
    enter(key, name, link, end) {
      const user: User = { name, closed: link.closed, end };
      const all = users.get(key) ?? new Set<User>();
      users.set(key, all.add(user));
      const leave = (): void => {
        all.delete(user);
        if (all.size === 0 && users.get(key) === all) users.delete(key);
      };
      void link.closed.then(leave);
      return leave;
    },
    share(key, name) {
      const guest = { name };
      guests.set(key, [...(guests.get(key) ?? []), guest]);
      return () => {
        const rest = (guests.get(key) ?? []).filter((one) => one !== guest);
        if (rest.length > 0) guests.set(key, rest);
        else guests.delete(key);
      };
    },
    check,
    users: namesOn,
  };
}

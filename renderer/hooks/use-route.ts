import { useMemo, useSyncExternalStore } from 'react';

/** Where the address points: `#/devices/meter?tab=frames` is page `devices`, rest `['meter']`. */
export interface Route {
  readonly page: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  return { page, rest, query: new URLSearchParams(query) };
}

/** The address of a page: `href('devices', 'meter')` is `#/devices/meter`. */
export const href = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function go(...parts: readonly string[]): void {
  window.location.hash = href(...parts);
}

/** The page of a party as it is named in alarms, flows and traces: `device:meter`, `function:alarm`; null where there is none. */
export function hrefOfParty(party: string): string | null {
  const at = party.indexOf(':');
  const kind = at < 0 ? party : party.slice(0, at);
  const id = at < 0 ? '' : party.slice(at + 1);
  if (kind === 'device' && id !== '') return href('devices', id);
  if (kind === 'function' && id !== '') return href('functions', id);
  if (kind === 'deployment') return href('deployments');
  if (kind === 'subscription' || kind === 'edge') return href('flows');
  if (kind === 'store' || kind === 'time') return href('data', 'storage');
  if (kind === 'outbox') return href('data');
  if (kind === 'broker') return href('data', 'sessions');
  if (kind === 'stream' && id !== '') return href('data', 'stream', id);
  return null;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

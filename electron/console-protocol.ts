import { arrayBuffer as buffer } from 'node:stream/consumers';
import type { Privileges, Protocol } from 'electron';
import { findFile } from '../core/api/frames/static-files.ts';
import type { Logger } from '../core/base/log.ts';
import { isOurs, SCHEME } from './origin.ts';

/** To be registered before the app is ready. */
export const SCHEMES: { scheme: string; privileges: Privileges }[] = [
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
];

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), bluetooth=(), payment=()',
};

const answer = (status: number, text: string): Response =>
  new Response(text, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });

/** Answers requests for the console from its built files, with the security headers on every answer. */
export function consoleHandler(folder: string, log: Logger): (request: Pick<Request, 'url' | 'method'>) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Only GET is possible.');
    const file = isOurs(request.url) ? await findFile(folder, new URL(request.url).pathname) : null;
    if (file === null) {
      log.warn('console.refused-address', { address: request.url });
      return answer(404, 'There is no such file.');
    }
    const headers = { ...HEADERS, 'content-type': file.type, 'cache-control': file.cacheControl };
    if (request.method === 'HEAD') return new Response(null, { headers });
    try {
      return new Response(await buffer(file.open()), { headers });
    } catch (cause) {
      log.warn('console.unreadable-file', { address: request.url, cause });
      return answer(404, 'There is no such file.');
    }
  };
}

export function serveConsole(protocol: Pick<Protocol, 'handle'>, folder: string, log: Logger): void {
  protocol.handle(SCHEME, consoleHandler(folder, log));
}

import type { IncomingMessage } from 'node:http';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Why a request must not be served, or null. A web page of another site can make a browser send requests to this
 * machine: its Origin gives it away, or, when its name was re-pointed to loopback (DNS rebinding), its Host. Programs on
 * this machine send no Origin and are let in.
 */
export function refusal(request: IncomingMessage, port: number): 'host' | 'origin' | null {
  const names = LOOPBACK.map((name) => `${name}:${port}`);
  const host = request.headers.host?.toLowerCase() ?? '';
  if (!names.includes(host) && !(port === 80 && LOOPBACK.includes(host))) return 'host';
  const { origin } = request.headers;
  if (origin === undefined) return null;
  return origin.toLowerCase() === `http://${host}` ? null : 'origin';
}

/** What every answer carries: nothing may be loaded from elsewhere, framed, or sniffed. */
export function securityHeaders(port: number): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
      "font-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  };
}

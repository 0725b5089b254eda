import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateFile } from '../../../../core/api/files/certificate-file.ts';
import { certificateHash } from '../../../../core/cloud/custody/certificate-text.ts';
import type { CertificateView } from '../../../../core/contract/outbox-views.ts';

const AT = Date.UTC(2026, 2, 1, 12);
const base: CertificateView = {
  id: 'gw-3',
  state: 'complete',
  gateway: 'gw',
  site: 'Halle & Süd',
  endpoint: 'mqtts://cloud.example:8883',
  from: AT,
  restoredAt: AT + 3_600_000,
  to: AT + 3_660_000,
  offlineMs: 3_600_000,
  drainMs: 60_000,
  clockTrust: 'synced',
  cause: { code: 'cloud/offline', message: 'no answer within 10 s', remedy: 'Check the network.', at: AT },
  restarts: 1,
  waitingBefore: 4,
  accepted: 2000,
  delivered: 1990,
  deadLettered: 1,
  dropped: { expired: 13 },
  waitingAfter: 0,
  balanced: true,
  highestBacklog: { messages: 2004, bytes: 400_000 },
  duplicatesPossible: 12,
  sources: [
    {
      source: 'device:meter',
      first: 11,
      last: 2014,
      gaps: [
        { source: 'device:meter', first: 11, last: 23, count: 13, reason: 'expired', at: AT },
        { source: 'device:meter', first: 90, last: 90, count: 1, reason: 'dead-letter', at: AT },
      ],
    },
  ],
  abridged: false,
  hash: null,
};
const sealed = (more: Partial<CertificateView> = {}): CertificateView => {
  const one = { ...base, ...more };
  return { ...one, hash: certificateHash(one) };
};
const page = (one: CertificateView): string => certificateFile(one, 'html').text;

describe('a delivery certificate as JSON', () => {
  it('holds the certificate, and the text whose hash anybody can make again', () => {
    const one = sealed();
    const { text } = certificateFile(one, 'json');
    const parsed = JSON.parse(text);
    expect(parsed.certificate).toEqual(one);
    expect(createHash('sha256').update(parsed.hashed.text, 'utf8').digest('hex')).toBe(one.hash);
    expect(parsed.hashed.how).toContain('SHA-256');
    expect(text).toContain('\n  "certificate": {');
  });
});

describe('a delivery certificate as a page', () => {
  it('says what a customer wants to know', () => {
    const html = page(sealed());
    for (const part of [
      'After 1 h offline, 1,990 messages delivered. 13 messages not delivered; the reasons are below. 1 message refused by the far end.',
      'Halle &amp; Süd',
      '2026-03-01 12:00:00 UTC',
      'no answer within 10 s (cloud/offline)',
      '2,004 messages, 400 kB',
      'Not delivered: too old to be kept',
      'the account balances',
      '<td>11 – 23</td>',
      'refused by the far end for good',
      sealed().hash ?? '',
    ])
      expect(html).toContain(part);
    expect(html).not.toContain('was changed after it was made');
  });

  it('of an outage without loss says so first', () => {
    expect(page(sealed({ delivered: 2004, deadLettered: 0, dropped: {} }))).toContain(
      'every one of 2,004 messages was delivered. None was lost.',
    );
  });

  it.each([
    [{ state: 'open', to: null, restoredAt: null, drainMs: null, hash: null } as const, 'not over yet'],
    [sealed({ balanced: false, accepted: 2001 }), 'the account does not balance'],
    [sealed({ clockTrust: 'never' }), 'was not set right'],
    [sealed({ abridged: true }), 'more sources or gaps than are listed'],
    [sealed({ sources: [] }), 'No message was accepted'],
    [{ ...sealed(), accepted: 9, sources: [] }, 'was changed after it was made'],
    [sealed({ from: Number.NaN, cause: null }), 'unknown'],
  ])('tells what is special about it: %#', (more, words) => {
    expect(page({ ...base, ...more })).toContain(words);
  });

  it('needs nothing from elsewhere and runs nothing, whatever a name holds', () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const html = page(
      sealed({
        id: evil,
        site: evil,
        gateway: evil,
        endpoint: evil,
        dropped: { [evil]: 13 },
        cause: { code: 'cloud/offline', message: evil, remedy: evil, at: AT },
        sources: [
          { source: evil, first: 1, last: 2, gaps: [{ source: evil, first: 1, last: 1, count: 1, reason: evil, at: AT }] },
        ],
      }),
    );
    const tags = [...html.matchAll(/<\/?([a-z0-9]+)((?:\s[^>]*)?)>/g)];
    const known = /^(html|head|meta|title|style|body|header|h1|h2|h3|p|code|table|thead|tbody|tr|th|td|strong)$/;
    for (const [, name = '', attributes = ''] of tags) {
      expect(name).toMatch(known);
      expect(attributes).not.toMatch(/\s(src|href|style|on\w+)=/);
    }
    expect(html).not.toMatch(/url\(|@import/);
    expect(html).toContain("default-src 'none'");
    expect(html.match(/</g)?.length).toBe(html.match(/>/g)?.length);
  });
});

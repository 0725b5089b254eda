import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import type { CertificateView } from '../../../core/contract/outbox-views.ts';
import { createCertificateList } from '../../../core/gateway/certificate-list.ts';
import { destinationRow } from '../../../core/gateway/destination-view.ts';
import { certificateRows } from '../../fakes/fake-certificates.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const [template] = certificateRows(1e12, 'calm');
function row(n: number, more: Partial<CertificateView> = {}): CertificateView {
  if (!template) throw new Error('the fake has no certificate');
  return { ...template, id: `gw-${n}`, ...more };
}
function build(stored: () => Promise<readonly CertificateView[]>) {
  const logs = createLogHub({ clock: createManualClock() }, { keep: 10, level: 'debug' });
  const list = createCertificateList({ certificates: { put: async () => {}, list: stored }, log: logs.logger('test') });
  return { list, logs };
}

describe('the list of certificates', () => {
  it('is newest first by number, whatever the clock said', async () => {
    const { list } = build(async () => [row(9, { from: 5 }), row(10, { from: 1 }), row(2, { from: 9 })]);
    await list.load();
    list.changed(row(11, { from: 0 }));
    expect(list.rows().map((one) => one.id)).toEqual(['gw-11', 'gw-10', 'gw-9', 'gw-2']);
  });

  it('shows the latest state of an open one, also when it came before the list was read', async () => {
    const { list } = build(async () => [row(1, { state: 'open', accepted: 1 })]);
    list.changed(row(1, { state: 'complete', accepted: 7 }));
    await list.load();
    expect(list.rows()).toMatchObject([{ state: 'complete', accepted: 7 }]);
    expect(list.rows()).toBe(list.rows());
  });

  it('holds the newest 500', async () => {
    const { list } = build(async () => Array.from({ length: 500 }, (_, n) => row(n + 1)));
    await list.load();
    for (const n of [501, 502]) list.changed(row(n));
    expect([list.rows().length, list.rows()[0]?.id, list.rows().at(-1)?.id]).toEqual([500, 'gw-502', 'gw-3']);
  });

  it('goes without the earlier ones where the store cannot read them, and says so', async () => {
    const { list, logs } = build(() => Promise.reject(new Error('gone')));
    await list.load();
    list.changed(row(3));
    expect([list.rows().length, logs.recent().map((one) => one.event)]).toEqual([1, ['certificate.list-not-read']]);
  });
});

describe('the row of a destination', () => {
  const fault = (message: string) => ({ code: 'cloud/offline', message, remedy: 'r', at: 1 }) as const;
  const status = { since: 1, endpoint: 'mqtts://c', attempts: 0, nextAttemptAt: null };
  const stats = {
    sent: 9,
    acknowledged: 8,
    duplicatesPossible: 1,
    rejected: 0,
    inFlight: 2,
    window: 64,
    holding: false,
    lastError: fault('message'),
    streams: [],
  };

  it.each([
    ['connected', 'message'],
    ['offline', 'line'],
  ] as const)('tells while %s what went wrong with the %s', (state, message) => {
    const made = destinationRow({ ...status, state, lastError: fault('line') }, stats, null);
    expect(made).toMatchObject({ id: 'cloud', state, inFlight: 2, window: 64, lastError: { message } });
  });

  it('shows the limit of the line only where there is one', () => {
    const rateOf = (messagesPerS: number | null) =>
      destinationRow({ ...status, state: 'connected', lastError: null }, stats, { messagesPerS, bytesPerS: null, holding: true })
        .rate;
    expect([rateOf(5), rateOf(null)]).toEqual([{ messagesPerS: 5, bytesPerS: null, holding: true }, null]);
  });

  it('is there before there is an uplink', () => {
    expect(destinationRow({ ...status, state: 'not-configured', lastError: null }, null, null)).toMatchObject({
      inFlight: 0,
      window: 0,
      lastError: null,
    });
  });
});

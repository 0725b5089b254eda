import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../../core/base/log.ts';
import { certificateHash, missingIn } from '../../../../core/cloud/custody/certificate-text.ts';
import { createOutageRecorder } from '../../../../core/cloud/custody/outage-recorder.ts';
import type { Stamp } from '../../../../core/contract/message.ts';
import type { CertificateView } from '../../../../core/contract/outbox-views.ts';
import { createMemorySpool, createMemorySpoolState } from '../../../../core/store/memory-spool.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { fakeLink } from '../fake-link.ts';
import { message } from '../harness.ts';

/** A site whose store outlives its gateways. */
function makeSite() {
  const clock = createManualClock();
  const steady = () => clock.monotonic() + 1;
  const spool = createMemorySpool(createMemorySpoolState(), { steady, now: () => clock.now() });
  const written = new Map<string, CertificateView>();
  let figures: Record<string, number> = {};
  let wallOffset = 0;
  let puts = 0;
  const received = new Map<string, Set<number>>();
  const stamp = (): Stamp => ({ wallMs: clock.now(), monoMs: clock.monotonic(), bootId: 'b', trust: 'never' });

  async function boot(connected = true) {
    const line = fakeLink();
    if (!connected) line.setState('offline');
    const recorder = createOutageRecorder(
      {
        clock,
        log: createLogHub({ clock }, { keep: 100, level: 'debug' }).logger('custody'),
        spool,
        certificates: {
          put: async (certificate) => {
            puts += 1;
            written.delete(certificate.id);
            written.set(certificate.id, structuredClone(certificate));
          },
          list: async () => [...written.values()].toReversed(),
        },
        link: line.link,
        figures: {
          load: async () => ({ ...figures }),
          save: (more) => {
            figures = { ...figures, ...more };
          },
        },
        steady,
        stamp,
        redate: ({ wallMs }) => ({ wallMs: wallMs + wallOffset }),
        duplicatesPossible: () => 3,
      },
      { gateway: 'gw', site: () => 'quarry' },
    );
    await recorder.start(new AbortController().signal);
    /** Delivers up to so many of what waits, oldest first. */
    async function deliver(count: number): Promise<void> {
      const page = await spool.peek({ stream: 'rest', from: 'oldest', limit: count, maxBytes: 1e9 });
      for (const { message: own, custody } of page) {
        const source = `${own.source.kind}:${own.source.id}`;
        received.set(source, (received.get(source) ?? new Set()).add(custody));
      }
      recorder.delivered(page);
      await spool.ack(page.map(({ id }) => id));
    }
    return { line, recorder, deliver };
  }
  const append = (count: number, id = 'meter', expiresInMs: number | null = null) =>
    spool.append(
      Array.from({ length: count }, () => message('t', 'xy', { source: { kind: 'device', id } })),
      'rest',
      expiresInMs,
    );
  return {
    clock,
    spool,
    boot,
    append,
    received,
    certificates: () => [...written.values()],
    puts: () => puts,
    setOffset(ms: number) {
      wallOffset = ms;
    },
  };
}

const fault = { code: 'cloud/offline', message: 'cut', remedy: 'wait', at: 1 } as const;

describe('outage recorder', () => {
  it('certifies an outage: counts, ranges and gaps that a far end can verify', async () => {
    const site = makeSite();
    const { clock, append, received } = site;
    const { line, recorder, deliver } = await site.boot();
    await append(10);
    await deliver(10);
    await clock.advance(2000);
    await append(3);
    line.setState('offline', { lastError: fault, endpoint: 'cloud:1883' });
    await append(20, 'meter', 5000);
    await append(7, 'pump');
    await append(2);
    await clock.advance(60_000);
    expect(recorder.open()).toMatchObject({ state: 'open', accepted: 29, delivered: 0, cause: fault });
    line.setState('connected', { lastError: null });
    await clock.advance(10);
    // Live messages after the line is back are not waited for.
    await append(5);
    await site.spool.bury(
      [(await site.spool.peek({ stream: 'rest', from: 'oldest', limit: 1, maxBytes: 1 }))[0]?.id ?? 0],
      fault,
      'cloud',
    );
    await clock.advance(3000);
    expect(recorder.open()?.state).toBe('open');
    await deliver(11);
    await clock.advance(2000);
    const [certificate, ...others] = site.certificates();
    expect(others).toEqual([]);
    expect(certificate).toMatchObject({
      id: 'gw-1',
      state: 'complete',
      site: 'quarry',
      endpoint: 'cloud:1883',
      waitingBefore: 3,
      accepted: 34,
      delivered: 11,
      deadLettered: 1,
      dropped: { expired: 20 },
      waitingAfter: 5,
      balanced: true,
      restarts: 0,
      duplicatesPossible: 3,
      clockTrust: 'never',
      highestBacklog: { messages: 32 },
    });
    expect(certificate?.offlineMs).toBe(60_000);
    expect(certificate?.sources).toMatchObject([
      { source: 'device:meter', first: 11, last: 35 },
      { source: 'device:pump', first: 1, last: 7 },
    ]);
    if (!certificate) throw new Error('no certificate');
    expect(certificate.hash).toBe(certificateHash(certificate));
    const has = (source: string, seq: number): boolean => received.get(source)?.has(seq) === true;
    expect(missingIn(certificate.sources, has)).toEqual([]);
    // A far end that lost one sees it.
    received.get('device:pump')?.delete(4);
    expect(missingIn(certificate.sources, has)).toEqual([{ source: 'device:pump', first: 4, last: 4, count: 1 }]);
    expect(recorder.open()).toBeNull();
    await recorder.stop();
  });

  it('writes nothing for a short outage with nothing waiting', async () => {
    const site = makeSite();
    const { line, recorder } = await site.boot();
    line.setState('offline', { lastError: fault });
    await site.clock.advance(1500);
    line.setState('connected');
    await site.clock.advance(5000);
    expect(site.certificates()).toEqual([]);
    line.setState('offline', { lastError: fault });
    await site.clock.advance(5000);
    line.setState('connected');
    await site.clock.advance(5000);
    expect(site.certificates()).toMatchObject([{ id: 'gw-1', state: 'complete', accepted: 0, balanced: true }]);
    await recorder.stop();
  });

  it('goes on with the same certificate over restarts and over a line that is lost again', async () => {
    const site = makeSite();
    const { clock, append } = site;
    const first = await site.boot();
    await append(4);
    await first.deliver(4);
    await clock.advance(1000);
    first.line.setState('offline', { lastError: fault });
    await append(6);
    await clock.advance(10_000);
    // Killed: nothing is said to the recorder. Six more messages come before the last writing is renewed.
    await append(6);
    const second = await site.boot(false);
    await append(1);
    await clock.advance(20_000);
    second.line.setState('connected');
    await clock.advance(1000);
    await second.deliver(2);
    second.line.setState('offline', { lastError: fault });
    await clock.advance(5000);
    await append(1);
    second.line.setState('connected');
    await clock.advance(1000);
    await second.deliver(100);
    await clock.advance(2000);
    expect(site.certificates()).toMatchObject([
      {
        id: 'gw-1',
        state: 'complete',
        cause: fault,
        restarts: 1,
        waitingBefore: 0,
        accepted: 14,
        delivered: 14,
        balanced: true,
        sources: [{ source: 'device:meter', first: 5, last: 18 }],
      },
    ]);
    expect(site.certificates()[0]?.offlineMs).toBeGreaterThanOrEqual(35_000);
    await first.recorder.stop();
    await second.recorder.stop();
  });

  it('begins one at a start without a line, and puts its time right when the clock is set', async () => {
    const site = makeSite();
    const { recorder, line, deliver } = await site.boot(false);
    const from = site.clock.now();
    await site.append(3);
    await site.clock.advance(30_000);
    expect(site.certificates()).toMatchObject([{ state: 'open', from, restoredAt: null, hash: null }]);
    site.setOffset(1_000_000);
    line.setState('connected');
    await deliver(3);
    await site.clock.advance(3000);
    expect(site.certificates()).toMatchObject([{ state: 'complete', from: from + 1_000_000, delivered: 3 }]);
    expect(site.certificates()[0]?.to).toBeGreaterThan(from + 1_000_000);
    await recorder.stop();
  });

  it('spares the disk in a long outage', async () => {
    const site = makeSite();
    const { recorder, line } = await site.boot();
    line.setState('offline', { lastError: fault });
    await site.clock.advance(24 * 3_600_000);
    // About once a minute: a crash costs no more than that.
    expect(site.puts()).toBeGreaterThan(24 * 60 - 20);
    expect(site.puts()).toBeLessThan(24 * 60 + 20);
    expect(recorder.open()?.offlineMs).toBe(24 * 3_600_000);
    await recorder.stop();
  });
});

import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../../core/base/log.ts';
import { createPager } from '../../../../core/cloud/uplink/pager.ts';
import { batchSource } from '../../../../core/cloud/uplink/parcel-source.ts';
import type { StreamReader } from '../../../../core/cloud/uplink/stream-reader.ts';
import { createMemorySpool } from '../../../../core/store/memory-spool.ts';
import type { SpoolEntry } from '../../../../core/store/spool.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';
import { message } from '../harness.ts';

const SENDER = {
  clientId: 'gw',
  maxPayloadBytes: 100_000,
  properties: true,
  steady: () => 60_000,
  redate: ({ wallMs }: { wallMs: number }) => ({ wallMs, redated: false }),
};

describe('reading ahead', () => {
  it('goes on behind a page that ended before a message larger than half a page', async () => {
    const clock = createManualClock();
    const spool = createMemorySpool(undefined, { steady: () => 1 });
    await spool.append([message('small', 'x'), message('large', 'y'.repeat(900)), message('small', 'z')], 'rest');
    const pager = createPager(
      {
        spool,
        clock,
        log: createLogHub({ clock }, { keep: 10, level: 'debug' }).logger('uplink'),
        steady: () => 1,
        changed: () => {},
        page: () => ({ limit: 500, maxBytes: 500, largest: 1000 }),
        retryMs: 100,
      },
      'rest',
      'oldest',
      undefined,
    );
    const read: string[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      const entry = pager.head();
      if (entry) {
        read.push(entry.message.topic);
        pager.shift();
      }
      await clock.advance(0);
    }
    expect(read).toEqual(['small', 'large', 'small']);
    expect(pager.ended).toBe(true);
  });

  it('does not ask to be woken for a batch while more of its stream is still to be read', () => {
    const entry: SpoolEntry = { id: 1, stream: 's', custody: 1, message: message('t', '1'), keptAt: 1, expiresAt: null };
    const waiting = [entry];
    let ended = false;
    const reader: StreamReader = {
      head: () => waiting[0] ?? null,
      shift: () => void waiting.shift(),
      get ended() {
        return ended;
      },
      appended: () => {},
      restart: () => {},
      stop: () => {},
    };
    const source = batchSource(
      { sender: SENDER, reader, changed: () => {}, failed: () => {} },
      { messages: 10, bytes: 10_000, waitS: 5, gzip: false },
    );
    expect(source.next()).toBeNull();
    expect(source.dueAt()).toBeNull();
    ended = true;
    expect(source.dueAt()).toBe(5001);
  });
});

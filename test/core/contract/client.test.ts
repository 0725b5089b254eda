import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { TopicEvent } from '../../../core/contract/api.ts';
import { type ApiClient, createApiClient } from '../../../core/contract/client.ts';
import type { ClientFrame, ServerFrame } from '../../../core/contract/wire.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createMemoryPair, type MemoryPair } from '../../fakes/memory-transport.ts';

interface Line {
  readonly pair: MemoryPair;
  readonly heard: ClientFrame[];
  say(frame: ServerFrame): void;
}

let open: ApiClient | null = null;
afterEach(async () => {
  await open?.close();
});

/** A client and the far ends of the lines it opens, played by the test. */
function setUp(refuse: () => boolean = () => false) {
  const clock = createManualClock();
  const lines: Line[] = [];
  const faults: unknown[] = [];
  let attempts = 0;
  const client = createApiClient(
    {
      clock,
      random: () => 1,
      async connect() {
        attempts += 1;
        if (refuse()) throw new Error('refused');
        const pair = createMemoryPair();
        const heard: ClientFrame[] = [];
        pair.server.onFrame((frame) => heard.push(frame));
        lines.push({ pair, heard, say: (frame) => pair.server.send(frame) });
        return pair.client;
      },
    },
    { onFault: (fault) => faults.push(fault) },
  );
  open = client;
  const line = (index = lines.length - 1): Line => {
    const one = lines[index];
    if (!one) throw new Error('no such line');
    return one;
  };
  const idOf = (t: ClientFrame['t']): number => {
    const frame = line().heard.findLast((one) => one.t === t);
    if (!frame || !('id' in frame)) throw new Error(`no ${t} was sent`);
    return frame.id;
  };
  return { clock, client, lines, line, idOf, faults, attempts: () => attempts };
}

describe('api client', () => {
  it('sends a call that was made before the connection was there, and gives its answer', async () => {
    const { clock, client, line, idOf } = setUp();
    const answer = client.call('device.read', { device: 'meter' });
    await clock.advance(0);
    expect(line().heard).toEqual([{ t: 'call', id: idOf('call'), method: 'device.read', input: { device: 'meter' } }]);
    line().say({ t: 'ok', id: idOf('call'), output: null });
    expect(await answer).toBeNull();
    expect(client.status()).toBe('online');
  });

  it('rebuilds the error of the far side, also one whose code it does not know', async () => {
    const { clock, client, line, idOf } = setUp();
    await clock.advance(0);
    for (const [code, expected] of [
      ['adapter/unknown-device', 'adapter/unknown-device'],
      ['later/code', 'gateway/internal'],
    ] as const) {
      const answer = client.call('device.read', { device: 'x' });
      await clock.advance(0);
      line().say({ t: 'err', id: idOf('call'), error: { code: code as never, message: 'm', remedy: 'r', details: { a: 1 } } });
      await expect(answer).rejects.toMatchObject({
        name: 'GatewayError',
        code: expected,
        message: 'm',
        remedy: 'r',
        details: { a: 1 },
      });
    }
  });

  it('cancels by signal: the far side is told, a late answer is ignored', async () => {
    const { clock, client, line, idOf } = setUp();
    await clock.advance(0);
    const life = new AbortController();
    const answer = client.call('device.list', {}, life.signal);
    await clock.advance(0);
    life.abort();
    await expect(answer).rejects.toMatchObject({ code: 'api/cancelled' });
    await clock.advance(0);
    expect(idOf('cancel')).toBe(idOf('call'));
    line().say({ t: 'ok', id: idOf('call'), output: [] });
    await clock.advance(0);
    await expect(client.call('device.list', {}, life.signal)).rejects.toMatchObject({ code: 'api/cancelled' });
  });

  it('rejects open calls and new ones while offline, tells watches, and watches anew after the reconnect', async () => {
    let refuse = false;
    const { clock, client, line, idOf, lines } = setUp(() => refuse);
    const events: TopicEvent<'devices'>['kind'][] = [];
    const states: string[] = [];
    client.onStatus((status) => states.push(status));
    client.watch('devices', {}, (event) => events.push(event.kind));
    await clock.advance(0);
    line().say({ t: 'event', id: idOf('watch'), event: { kind: 'snapshot', rev: 1, items: [] } });
    const pending = client.call('device.list', {});
    await clock.advance(0);
    refuse = true;
    line().pair.server.close();
    await expect(pending).rejects.toMatchObject({ code: 'api/disconnected' });
    await expect(client.call('device.list', {})).rejects.toMatchObject({ code: 'api/disconnected' });
    await clock.advance(4000);
    refuse = false;
    await clock.advance(5000);
    expect(lines).toHaveLength(2);
    line().say({ t: 'event', id: idOf('watch'), event: { kind: 'snapshot', rev: 1, items: [] } });
    await clock.advance(0);
    expect(events).toEqual(['snapshot', 'offline', 'snapshot']);
    expect(states).toEqual(['online', 'offline', 'online']);
  });

  it('waits longer after every failure, up to 5 s', async () => {
    const { clock, client, attempts } = setUp(() => true);
    await clock.advance(0);
    expect([client.status(), attempts()]).toEqual(['offline', 1]);
    const counts: number[] = [];
    for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      await clock.advance(wait - 1);
      counts.push(attempts());
      await clock.advance(1);
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('asks for a snapshot after a gap, and ignores what still comes for the old watch', async () => {
    const { clock, client, line, idOf } = setUp();
    const events: number[] = [];
    client.watch('devices', {}, (event) => events.push(event.kind === 'offline' ? -1 : event.rev));
    await clock.advance(0);
    const first = idOf('watch');
    line().say({ t: 'event', id: first, event: { kind: 'snapshot', rev: 3, items: [] } });
    line().say({ t: 'event', id: first, event: { kind: 'patch', rev: 4, set: [], gone: [] } });
    line().say({ t: 'event', id: first, event: { kind: 'patch', rev: 6, set: [], gone: [] } });
    line().say({ t: 'event', id: first, event: { kind: 'patch', rev: 7, set: [], gone: [] } });
    await clock.advance(100);
    expect(idOf('unwatch')).toBe(first);
    expect(idOf('watch')).not.toBe(first);
    line().say({ t: 'event', id: idOf('watch'), event: { kind: 'snapshot', rev: 9, items: [] } });
    await clock.advance(0);
    expect(events).toEqual([3, 4, 9]);
  });

  it('does not hammer a far side that only sends nonsense', async () => {
    const { clock, client, line } = setUp();
    client.watch('devices', {}, () => {});
    await clock.advance(0);
    line().pair.server.onFrame((frame) => {
      if (frame.t === 'watch') line().say({ t: 'event', id: frame.id, event: { kind: 'patch', rev: 1, set: [], gone: [] } });
      if (frame.t === 'beat') line().say({ t: 'beat' });
    });
    line().say({ t: 'event', id: 1, event: 'nonsense' });
    await clock.advance(60_000);
    expect(line().heard.filter((frame) => frame.t === 'watch').length).toBeLessThan(30);
  });

  it('closes a line that is silent for 10 s and opens another; an answered beat keeps it', async () => {
    const { clock, client, line, lines } = setUp();
    await clock.advance(0);
    line().pair.server.onFrame((frame) => {
      if (frame.t === 'beat' && lines.length === 1 && clock.monotonic() < 30_000) line().say({ t: 'beat' });
    });
    await clock.advance(29_000);
    expect(lines).toHaveLength(1);
    await clock.advance(20_000);
    expect(lines.length).toBeGreaterThan(1);
    expect(client.status()).toBe('online');
  });

  it('ends a watch once, tells a refused one, and survives a listener that throws', async () => {
    const { clock, client, line, idOf, faults } = setUp();
    await clock.advance(0);
    const stop = client.watch('devices', {}, () => {
      throw new Error('listener');
    });
    await clock.advance(0);
    line().say({ t: 'event', id: idOf('watch'), event: { kind: 'snapshot', rev: 1, items: [] } });
    await clock.advance(0);
    stop();
    stop();
    await clock.advance(0);
    expect(line().heard.filter((frame) => frame.t === 'unwatch')).toHaveLength(1);
    client.watch('frames', { device: 'x' }, () => {});
    await clock.advance(0);
    line().say({ t: 'err', id: idOf('watch'), error: { code: 'adapter/unknown-device', message: 'm', remedy: '', details: {} } });
    await clock.advance(0);
    expect(faults).toMatchObject([{ message: 'listener' }, { code: 'adapter/unknown-device' }]);
  });

  it('does not stay with a gateway of another protocol', async () => {
    const { clock, line, faults, client } = setUp();
    await clock.advance(0);
    line().say({ t: 'hello', protocol: 99, version: '9' });
    await clock.advance(0);
    expect(client.status()).toBe('offline');
    expect(faults).toMatchObject([{ message: 'the gateway speaks protocol 99, this program 1' }]);
  });

  it('needs no Node module and no schemas, so that a browser under a strict policy can load it', async () => {
    const seen = new Set<string>();
    const walk = async (file: URL): Promise<void> => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      const source = await readFile(file, 'utf8');
      for (const [, name = ''] of source.matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';$/gm)) {
        expect([file.href, name]).toEqual([file.href, expect.stringMatching(/^\.\.?\//)]);
        await walk(new URL(name, file));
      }
    };
    for (const entry of ['client.ts', 'table.ts']) await walk(new URL(`../../../core/contract/${entry}`, import.meta.url));
    expect([...seen].some((href) => href.endsWith('/watches.ts'))).toBe(true);
    expect([...seen].filter((href) => /\/(api|wire|views)\.ts$/.test(href))).toEqual([]);
  });

  it('settles everything when it is closed, also twice, and leaves no timer', async () => {
    const { clock, client, lines } = setUp();
    await clock.advance(0);
    client.watch('devices', {}, () => {});
    const pending = client.call('device.list', {});
    const rejected = expect(pending).rejects.toMatchObject({ code: 'api/disconnected' });
    await Promise.all([client.close(), client.close()]);
    await rejected;
    await lines[0]?.pair.server.closed;
    await expect(client.call('device.list', {})).rejects.toMatchObject({ code: 'api/disconnected' });
    expect(clock.pending).toBe(0);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CertificateView,
  DeadLetterView,
  OutboxStreamView,
  SessionView,
  StorageView,
} from '../../../core/contract/outbox-views.ts';
import { type SocketGateway, startSocketGateway } from '../../fakes/socket-gateway.ts';
import { createCommand } from './run-command.ts';

const command = createCommand();
let gateway: SocketGateway;
let empty: SocketGateway;
let folder = '';

beforeAll(async () => {
  gateway = await startSocketGateway('salvaged');
  empty = await startSocketGateway('empty');
  folder = await mkdtemp(join(tmpdir(), 'gh-outbox-'));
});
afterEach(command.endAll);
afterAll(async () => {
  await gateway.stop();
  await empty.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], at = gateway) {
  const one = command.run(['--data', at.dataDir, ...args]);
  const code = await one.code;
  return { code, out: one.out(), err: one.err(), json: (): unknown => JSON.parse(one.out()) };
}
const asked = (method: string): unknown[] => gateway.fake.asked.filter((one) => one.method === method).map((one) => one.input);

// A process for each command: slow where the machine is busy.
describe('gatehouse', { timeout: 60_000 }, () => {
  it('shows the outbox: streams, what happens to them, fuel gauge and books', async () => {
    const { code, out } = await run(['outbox']);
    expect(code).toBe(0);
    for (const part of [
      /^STREAM +PRIORITY +WAITING/m,
      /^energy +normal +\d+ .* energy\/#$/m,
      /^alarms +Kept until delivered, at most 30 days \(older ones are dropped\) or 50 MB, then new messages are refused and devices keep them, order not kept, duplicates possible\.$/m,
      /^rest +Kept until delivered, /m,
      /^offline for +\S.* then the limit in \w+ of the stream \w+ is met \(/m,
      /^books +\d+ in = \d+ delivered \+ \d+ waiting \+ 3 refused/m,
      /^refused +3; see "gatehouse dead-letters list"$/m,
    ])
      expect(out).toMatch(part);
    const json = (await run(['outbox', '--json'])).json() as { streams: unknown[]; fuel: unknown; books: unknown };
    expect(json.streams.map((row) => OutboxStreamView.parse(row).id)).toEqual(['alarms', 'energy', 'vibration', 'rest']);
    expect(StorageView.shape.fuel.parse(json.fuel)).toEqual(json.fuel);
    expect(StorageView.shape.books.parse(json.books)).toEqual(json.books);
  });

  it('says what a full stream has refused', async () => {
    const full = await startSocketGateway('full');
    try {
      const { out } = await run(['outbox'], full);
      expect(out).toMatch(/^alarms +Refused 1,204 messages since the start, as it was full; repeats count\.$/m);
      expect(out).not.toMatch(/^energy +Refused/m);
    } finally {
      await full.stop();
    }
  });

  it('shows what waits in a stream, and how to go on', async () => {
    const { out } = await run(['outbox', 'messages', 'energy', '-n', '2']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\d+ \S+Z energy\/cold-store\/0 device:cold-store#9000 waits .*: \{"value":20,/);
    const first = JSON.parse((await run(['outbox', 'messages', 'energy', '-n', '1', '--json'])).out);
    const next = await run(['outbox', 'messages', 'energy', '-n', '1', '--json', '--after', String(first.id)]);
    expect(JSON.parse(next.out).id).toBe(first.id + 1);
    const none = await run(['outbox', 'messages', 'none']);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('there is no stream "none"')]);
  });

  it('changes limits of a stream and of the whole', async () => {
    const args = [
      'outbox',
      'limit',
      'energy',
      '--hours',
      '36',
      '--bytes',
      '2GB',
      '--messages',
      'none',
      '--when-full',
      'thin-out',
    ];
    expect((await run(args)).out).toBe('The limits are changed; version 3 runs.\n');
    expect((await run(['outbox', 'limit', 'all', '--bytes', 'none', '--json'])).json()).toEqual({ version: 3 });
    expect(asked('outbox.limit')).toEqual([
      { stream: 'energy', keep: { hours: 36, bytes: 2e9, messages: null }, whenFull: 'thin-out' },
      { stream: null, keep: { bytes: null } },
    ]);
  });

  it('lists, shows and exports what was refused', async () => {
    const { out } = await run(['dead-letters', 'list']);
    expect(out.trimEnd().split('\n')).toHaveLength(4);
    expect(out).toMatch(/^9999 +\S+Z +rest +75 B +plant\/7\/raw\/9999 +not authorised to publish to plant\/7\/raw$/m);
    const rows = (await run(['dead-letters', 'list', '-n', '2', '--json'])).json() as unknown[];
    expect(rows.map((row) => DeadLetterView.parse(row).id)).toEqual([10_000, 9999]);
    const shown = await run(['dead-letters', 'show', '9998']);
    expect(shown.out).toMatch(/what to do +Send smaller messages[\s\S]*\n\n\{"device":"vibration-3"/);
    const file = join(folder, 'letters.jsonl');
    expect((await run(['dead-letters', 'export', '--out', file])).out).toBe(`3 messages written to ${file}.\n`);
    const written = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(written.map((line) => JSON.parse(line).id)).toEqual([10_000, 9999, 9998]);
    expect((await run(['dead-letters', 'export'])).out.trimEnd().split('\n')).toEqual(written);
    const nowhere = await run(['dead-letters', 'export', '--out', '/nonexistent/x']);
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('/nonexistent/x cannot be written')]);
  });

  it('sends refused messages again, one of them changed, and discards them', async () => {
    await writeFile(join(folder, 'small.bin'), Buffer.from([1, 2, 3]));
    const changed = ['dead-letters', 'retry', '9998', '--topic', 'other', '--payload-file', join(folder, 'small.bin')];
    expect((await run(changed)).out).toBe('1 message will be sent again.\n');
    expect((await run(['dead-letters', 'retry', '9999', '--json'])).json()).toEqual({ retried: 1 });
    expect((await run(['dead-letters', 'discard', '--all'])).out).toBe('1 message discarded.\n');
    expect([asked('deadletter.retry'), asked('deadletter.discard')]).toEqual([
      [{ ids: [9998], edit: { topic: 'other', payload: 'AQID' } }, { ids: [9999] }],
      [{ ids: null }],
    ]);
    const gone = await run(['dead-letters', 'show', '9998']);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('there is no refused message 9998')]);
  });

  it('lists, shows and exports delivery certificates', async () => {
    const { out } = await run(['certificates', 'list']);
    expect(out).toMatch(/^gatehouse-demo-2 +complete +\S+Z +8 d 8 h +718702 +12 +1286 +holds$/m);
    const rows = (await run(['certificates', 'list', '--json'])).json() as unknown[];
    for (const row of rows) expect(CertificateView.parse(row)).toEqual(row);
    const shown = await run(['certificates', 'show', 'gatehouse-demo-2']);
    expect(shown.out).toMatch(/^hash +[0-9a-f]{64}$/m);
    expect(shown.out).toMatch(/^ +not delivered: 1200 of 1 to 1200, too old to be kept$/m);
    const file = join(folder, 'certificate.html');
    expect((await run(['certificates', 'export', 'gatehouse-demo-2', '--format', 'html', '--out', file])).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('<!doctype html>');
    expect(JSON.parse((await run(['certificates', 'export', 'gatehouse-demo-2'])).out).id).toBe('gatehouse-demo-2');
    const none = await run(['certificates', 'show', 'x']);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('no delivery certificate "x"')]);
  });

  it('lists sessions and forgets one', async () => {
    const { out } = await run(['sessions', 'list']);
    expect(out).toMatch(/^away .* 1000 of 1000 +\S+ kB +5120 +scada-historian$/m);
    const rows = (await run(['sessions', 'list', '--json'])).json() as unknown[];
    for (const row of rows) expect(SessionView.parse(row)).toEqual(row);
    expect((await run(['sessions', 'forget', 'scada-historian'])).out).toBe('The session of scada-historian is forgotten.\n');
    const again = await run(['sessions', 'forget', 'scada-historian']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('no session "scada-historian"')]);
  });

  it('shows the disk, its wear, the databases and the clock', async () => {
    const { out } = await run(['storage']);
    for (const part of [
      /^disk +\S+ GB free of \S+ GB; \S+ MB are never used$/m,
      /^outbox +\d+ messages?, .*\. Kept until delivered, all streams together at most /m,
      /^databases +\S+ MB; check: sound/m,
      /^salvage +48210 messages saved, 316 lost, .*; the damaged file is \S+$/m,
      /^written +\S+ MB today, \S+ GB a day; a flash disk of this size and 3000 cycles bears that for /m,
      /^time +synchronised \(system\) since .*; jumped -31536000\.0 s at/m,
      /^to cloud +connected mqtts:\/\/cloud\.example:8883, \d+ of \d+ in flight, at most 100 messages and 512 kB a second \(messages wait for that\)$/m,
    ])
      expect(out).toMatch(part);
    const json = (await run(['storage', '--json'])).json();
    expect(StorageView.parse(json)).toEqual(json);
  });

  it.each([
    [['dead-letters', 'list'], 'No message was refused.'],
    [['certificates', 'list'], 'There was no outage yet.'],
    [['sessions', 'list'], 'The local broker remembers no client.'],
  ])('says that there is nothing: %j', async (args, words) => {
    expect(await run(args, empty)).toMatchObject({ code: 0, out: '', err: `${words}\n` });
    expect((await run([...args, '--json'], empty)).out).toBe('[]\n');
  });

  it.each([
    [['outbox', 'bogus'], 'bogus'],
    [['outbox', 'messages'], 'Not enough'],
    [['outbox', 'messages', 'energy', '-n', '500'], '--limit must be a whole number from 1 to 200'],
    [['outbox', 'limit', 'energy', '--bytes', '2XB'], '--bytes must be a size like 500MB or 2GB'],
    [['outbox', 'limit', 'energy', '--hours', '-3'], '--hours must be a number'],
    [['outbox', 'limit', 'energy', '--when-full', 'explode'], 'when-full'],
    [['dead-letters'], 'list, show, retry, discard or export'],
    [['dead-letters', 'show', 'x'], 'the number must be a whole number'],
    [['dead-letters', 'retry'], 'or give --all'],
    [['dead-letters', 'retry', '1', '2', '--topic', 'x'], 'are for one message'],
    [['dead-letters', 'retry', '--all', '--topic', 'x'], 'are for one message'],
    [['dead-letters', 'discard', '1', '--all'], 'not both'],
    [['certificates', 'export', 'x', '--format', 'pdf'], 'format'],
    [['sessions'], 'list or forget'],
  ])('explains wrong use: %j', async (args, words) => {
    const answer = await run(args);
    expect([answer.code, answer.out]).toEqual([2, '']);
    expect(answer.err).toContain(words);
  });

  it('helps with each of them', async () => {
    const help = await run(['dead-letters', 'retry', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('--payload-file');
  });
});

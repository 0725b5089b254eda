import { describe, expect, it } from 'vitest';
import { createOutboxHandlers } from '../../../../core/api/handlers/outbox-handlers.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import { certificateRows } from '../../../fakes/fake-certificates.ts';
import { CLI, createOutboxRuntime, message, signal } from './outbox-runtime.ts';

const DOCUMENT = `schema: gatehouse/1
name: site # the pumps
outbox:
  streams:
    - { id: alarms, filter: alarms/# }
`;

function build(text = DOCUMENT) {
  const world = createOutboxRuntime(text);
  return { ...world, handlers: createOutboxHandlers(world.runtime) };
}

describe('what waits in a stream', () => {
  it('is shown oldest first, page by page, with ages in steady time and times put right', async () => {
    const { handlers, spool, clock } = build();
    await spool.append([message(1), message(2), message(3)], 'rest', 60_000);
    await clock.advance(5000);
    clock.jumpWall(-1e12);
    const first = await handlers['outbox.messages']({ stream: 'rest', after: 0, limit: 2 }, signal, CLI);
    expect(METHODS['outbox.messages'].output.parse(first)).toMatchObject([
      {
        topic: 't/1',
        source: 'device:meter',
        custody: 1,
        at: 1_000_001,
        redated: true,
        ageMs: 5000,
        expiresInMs: 55_000,
        size: 7,
      },
      { topic: 't/2', custody: 2, truncated: false },
    ]);
    const rest = await handlers['outbox.messages']({ stream: 'rest', after: first[1]?.id ?? 0, limit: 2 }, signal, CLI);
    expect(rest.map((row) => row.topic)).toEqual(['t/3']);
  });

  it('shows the first 4 KiB of a payload', async () => {
    const { handlers, spool } = build();
    await spool.append([message(1, Buffer.alloc(5000, 1))], 'rest');
    const [row] = await handlers['outbox.messages']({ stream: 'rest', after: 0, limit: 1 }, signal, CLI);
    expect([row?.size, row?.truncated, Buffer.from(row?.payload ?? '', 'base64').length]).toEqual([5000, true, 4096]);
  });

  it('of a stream that is not there is refused', async () => {
    const asked = build().handlers['outbox.messages']({ stream: 'none', after: 0, limit: 1 }, signal, CLI);
    await expect(asked).rejects.toMatchObject({ code: 'outbox/unknown-stream' });
  });
});

describe('limits', () => {
  it('become a new version of the document with its comments, based on the one that runs, with the code that runs', async () => {
    const { handlers, applied, audit } = build();
    const input = { stream: 'alarms', keep: { hours: 24 }, whenFull: 'reject-newest' } as const;
    expect(await handlers['outbox.limit'](input, signal, CLI)).toEqual({ version: 5 });
    expect(applied).toMatchObject([
      {
        by: 'cli',
        note: 'Outbox limits changed from the command line',
        basedOn: 4,
        sameCode: true,
        text: expect.stringContaining('# the pumps'),
      },
    ]);
    expect(applied[0]?.text).toContain('keep: { hours: 24 }, whenFull: reject-newest');
    expect(audit()).toMatchObject([{ event: 'outbox.limit-changed', stream: 'alarms', hours: 24, by: 'cli', version: 5 }]);
  });

  it.each([
    [DOCUMENT, { stream: 'none', keep: { hours: 1 } }, 'outbox/unknown-stream'],
    [DOCUMENT, { stream: 'rest', keep: { hours: 1 } }, 'outbox/unknown-stream'],
    [DOCUMENT, { stream: null }, 'api/bad-input'],
    [DOCUMENT, { stream: 'alarms', whenFull: 'drop-lowest' }, 'api/bad-input'],
    ['', { stream: null, keep: { hours: 1 } }, 'document/not-found'],
  ] as const)('that make no sense are refused with a remedy, and nothing is applied: %#', async (text, input, code) => {
    const { handlers, applied, audit } = build(text);
    await expect(handlers['outbox.limit'](input, signal, CLI)).rejects.toMatchObject({
      code,
      remedy: expect.stringMatching(/^[A-Z].*\.$/),
    });
    expect([applied, audit()]).toEqual([[], []]);
  });
});

describe('a certificate', () => {
  it('is exported under a name that any file system takes', async () => {
    const { handlers, certificates } = build();
    const [row] = certificateRows(1e12, 'calm');
    if (row) certificates.push({ ...row, id: '../Halle Süd/7' });
    const file = await handlers['certificate.export']({ id: '../Halle Süd/7', format: 'json' }, signal, CLI);
    expect(file.name).toBe('delivery-certificate--Halle-S-d-7.json');
    expect(JSON.parse(file.text).certificate.id).toBe('../Halle Süd/7');
    const none = handlers['certificate.export']({ id: 'x', format: 'html' }, signal, CLI);
    await expect(none).rejects.toMatchObject({ code: 'certificate/unknown' });
  });
});

describe('a session', () => {
  it('is forgotten, and the log says who wanted it; a refusal is passed on and not logged', async () => {
    const { handlers, sessions, audit } = build();
    await handlers['session.forget']({ id: 'printer' }, signal, CLI);
    expect(sessions.size).toBe(0);
    await expect(handlers['session.forget']({ id: 'printer' }, signal, CLI)).rejects.toThrow('no session');
    expect(audit()).toEqual([{ event: 'broker.session-forgotten', client: 'printer', by: 'cli' }]);
  });
});

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/base/clock.ts';
import { type SdkProbe, startProbe } from '../../../fakes/functions/sdk-probe.ts';
import { createSdkSite, type SdkSite } from '../../../fakes/functions/sdk-site.ts';

const SURFACE = fileURLToPath(new URL('../../../fakes/functions/gatehouse-surface.mjs', import.meta.url));

let site: SdkSite;
let probe: SdkProbe;
beforeAll(async () => {
  site = createSdkSite(systemClock);
  await site.secrets.set('modem', { text: '1234' });
  await site.secrets.set('key-1', { bytes: Uint8Array.of(0, 255) });
  probe = await startProbe(SURFACE, site.desk, true);
});
afterAll(() => probe?.stop());

const step = (name: string, ...given: unknown[]): Promise<unknown> => probe.call({ step: name, given });
const gives = (value?: unknown): object => ({ value });
const denied = (line: string): object => ({ failed: expect.stringContaining(line), code: 'function/denied' });

it('exports what its types say', async () => {
  const names = ['default', 'device', 'history', 'invoke', 'log', 'metrics', 'publish', 'request', 'schedule', 'secret', 'state'];
  expect(await step('names')).toEqual(gives([...names, 'subscribe']));
});

it('publishes by the packed way of the context', async () => {
  expect(await step('publish', 'hello/world', { watts: 4 }, { qos: 1 })).toEqual(gives());
  expect(probe.published.at(-1)).toMatchObject({ topic: 'hello/world', payload: { watts: 4 }, options: { qos: 1 } });
});

describe('request', () => {
  const asked = () => expect.poll(() => site.published.at(-1)?.topic);

  it('gives the reply', async () => {
    const before = site.published.length;
    const reply = step('request', 'ask/price', { article: 7 });
    await expect.poll(() => site.published.length).toBe(before + 1);
    expect(Buffer.from(site.published.at(-1)?.payload ?? []).toString()).toBe('{"article":7}');
    site.reply('{"price":3}');
    const told = { topic: 'ask/price/reply', source: 'client:till', text: '{"price":3}', bytes: 11, json: { price: 3 } };
    expect(await reply).toEqual(gives(told));
  });

  it('says when a reply is no JSON', async () => {
    const reply = step('badJson', 'ask/weight', 'now', { replyTopic: 'ask/answer' });
    await asked().toBe('ask/weight');
    site.reply('heavy');
    expect(await reply).toMatchObject({ failed: expect.stringContaining('the message on topic "ask/answer" is not JSON') });
  });

  it('ends without one, and where replies are not allowed', async () => {
    expect(await step('request', 'ask/nobody', '', { timeoutMs: 20 })).toMatchObject({ code: 'function/no-reply' });
    expect(await step('request', 'ask/price', '', { replyTopic: 'other' })).toMatchObject(denied('replies: ["other"]'));
    expect(await step('request', 'ask/price', '', { timeoutMs: -1 })).toMatchObject({ code: 'api/bad-input' });
  });
});

describe('state', () => {
  it('keeps, lists and forgets values', async () => {
    expect(await step('state', 'get', 'peak')).toEqual(gives());
    for (const value of [{ watts: 40, since: ['a', null] }, 0, false, '', [1]]) {
      expect(await step('state', 'set', 'peak', value)).toEqual(gives());
      expect(await step('state', 'get', 'peak')).toEqual(gives(value));
    }
    await step('state', 'set', 'pump/1', 1);
    expect(await step('state', 'keys')).toEqual(gives(['peak', 'pump/1']));
    expect(await step('state', 'keys', 'pump/')).toEqual(gives(['pump/1']));
    expect(await step('state', 'delete', 'peak')).toEqual(gives());
    expect(await step('state', 'get', 'peak')).toEqual(gives());
    expect(await step('state', 'delete', 'peak')).toEqual(gives());
  });

  it('counts right when others write meanwhile', async () => {
    await Promise.all(Array.from({ length: 5 }, () => step('count', 'visits')));
    expect(await step('state', 'get', 'visits')).toEqual(gives(5));
    expect(await step('forget', 'visits')).toEqual(gives());
    expect(await step('state', 'get', 'visits')).toEqual(gives());
  });

  it('gives up when somebody is always quicker', async () => {
    let writes = 0;
    site.onStateSet = async () => {
      writes += 1;
      const found = await site.host.state.get('probe', 'busy');
      site.onStateSet = null;
      await site.host.state.set('probe', 'busy', String(writes), found?.revision ?? 0);
      site.onStateSet = again;
    };
    const again = site.onStateSet;
    expect(await step('count', 'busy')).toMatchObject({ code: 'function/state-conflict' });
    expect(writes).toBe(10);
    site.onStateSet = null;
  });

  it('refuses what JSON cannot say, naming the key', async () => {
    for (const what of ['bigint', 'circle', 'code'])
      expect(await step('stateOdd', what)).toMatchObject({ name: 'TypeError', failed: expect.stringContaining('state "odd"') });
    expect(await step('state', 'set', '', 1)).toMatchObject({ code: 'api/bad-input' });
  });
});

it('asks history with times in ms or as Date', async () => {
  const point = { at: 1000, min: 1, max: 3, avg: 2, last: 3 };
  expect(await step('history', 'devices/meter/power', { from: 1000, to: 3000, buckets: 2 })).toEqual(
    gives([{ ...point, count: 2002 }]),
  );
  expect(await step('history', 'devices/meter/power', { from: 1000, to: 3000, dates: true })).toEqual(
    gives([{ ...point, count: 2300 }]),
  );
  expect(await step('history', 'other', { from: 0 })).toMatchObject(denied('history: ["other"]'));
});

it('commands and reads devices', async () => {
  expect(await step('command', 'meter', 'limit', 40)).toEqual(gives());
  expect(site.commands).toEqual([['meter', 'limit', 40]]);
  expect(await step('read', 'meter')).toEqual(gives({ power: { value: 40, unit: 'W', quality: 'good', at: 1000 } }));
  expect(await step('command', 'pump', 'on', true)).toMatchObject(denied('devices: { command: [pump] }'));
});

it('gives secrets as text or bytes', async () => {
  expect(await step('secret', 'modem')).toEqual(gives('1234'));
  expect(await step('secret', 'key-1', 'AWSCURRENT')).toEqual(gives({ bytes: [0, 255], kind: 'Uint8Array' }));
  expect(await step('secret', 'key-2')).toMatchObject({ code: 'secret/unknown' });
  expect(await step('secret', 'pin')).toMatchObject(denied('secrets: ["pin"]'));
});

describe('invoke', () => {
  it('gives results as values, and bytes as bytes', async () => {
    expect(await step('invoke', 'echo', { a: [1] })).toEqual(gives({ a: [1] }));
    expect(await step('invoke', 'echo', 'text')).toEqual(gives('text'));
    expect(await step('invoke', 'echo')).toEqual(gives(null));
    expect(await step('invoke', 'echo', 'bytes')).toEqual(gives(Uint8Array.of(1, 2)));
  });

  it('throws the other function’s error in its words', async () => {
    const handled = { failed: 'no paper', name: 'PrinterError', code: 'function/failed', functionError: 'Handled' };
    expect(await step('invoke', 'thrower', {})).toMatchObject(handled);
    expect(await step('invoke', 'crasher', {})).toMatchObject({ name: 'Runtime.ExitError', functionError: 'Unhandled' });
    expect(await step('invoke', 'gone', {})).toMatchObject({ code: 'function/unknown' });
    expect(await step('invoke', 'other', {})).toMatchObject(denied('invoke: [other]'));
  });
});

it('logs with data', async () => {
  for (const level of ['debug', 'info', 'warn', 'error']) await step('log', level, `a ${level} line`, { watts: 4 });
  expect(probe.logs.slice(-4)).toEqual(
    ['debug', 'info', 'warn', 'error'].map((level) => [level, `a ${level} line { watts: 4 }`]),
  );
  await step('logOdd');
  expect(probe.logs.at(-1)).toEqual(['warn', expect.stringMatching(/^50 % of %s .*big: 1n.*inner/s)]);
});

describe('metrics', () => {
  it('counts and measures', async () => {
    await step('metrics', 'count', 'sold');
    await step('metrics', 'count', 'sold', 3);
    await step('metrics', 'gauge', 'level_mm', -4.5);
    expect(probe.metrics).toEqual([
      { name: 'sold', kind: 'count', value: 1 },
      { name: 'sold', kind: 'count', value: 3 },
      { name: 'level_mm', kind: 'gauge', value: -4.5 },
    ]);
  });

  it.each([['Sold'], ['9a'], ['a-b'], ['a'.repeat(65)], ['']])('refuses the name "%s"', async (name) => {
    expect(await step('metrics', 'count', name)).toMatchObject({ name: 'TypeError', failed: expect.stringContaining(name) });
  });

  it('refuses what is no number, and leaves out the 51st name, telling it once', async () => {
    for (const value of ['3', null, Number.NaN])
      expect(await step('metrics', 'gauge', 'g', value)).toMatchObject({ name: 'TypeError' });
    await step('manyMetrics');
    expect(new Set(probe.metrics.map(({ name }) => name)).size).toBe(50);
    expect(probe.logs.filter(([, text]) => text.includes('is left out'))).toHaveLength(1);
  });
});

it('sets one-shots at a time, a date or in so many ms', async () => {
  expect(await step('at', 'a', 1000, { door: 1 })).toEqual(gives());
  expect(await step('at', 'b', { date: 2000 })).toEqual(gives());
  const before = systemClock.now();
  expect(await step('at', 'c', { inMs: 60_000 })).toEqual(gives());
  expect(site.schedules.get('a')).toEqual({ at: 1000, payload: '{"door":1}' });
  expect(site.schedules.get('b')).toEqual({ at: 2000, payload: '' });
  expect(site.schedules.get('c')?.at).toBeGreaterThanOrEqual(before + 60_000);
  expect(await step('cancel', 'a')).toEqual(gives(true));
  expect(await step('cancel', 'a')).toEqual(gives(false));
  expect(await step('at', 'd', { inMs: 'soon' })).toMatchObject({ code: 'api/bad-input' });
});

describe('subscribe', () => {
  const heard = () => step('heard');

  it('takes matching events from the handler until its end', async () => {
    await step('subscribe', 'till/+/sold');
    expect(await probe.call({ n: 3 }, 'till/1/sold')).toBeUndefined();
    expect(await heard()).toEqual(
      gives([{ filter: 'till/+/sold', topic: 'till/1/sold', source: '', text: '{"n":3}', bytes: 7 }]),
    );
    expect(await probe.call({ step: 'names' }, 'till/1')).toMatchObject({ value: expect.any(Array) });
    await step('unsubscribe');
    expect(await probe.call({ step: 'heard' }, 'till/1/sold')).toEqual(gives([]));
  });

  it('gives an event to each listener that matches, one after the other; a throw fails it', async () => {
    await step('subscribe', 'pump/#');
    await step('subscribe', 'pump/1', 'too hot');
    await expect(probe.call({}, 'pump/1')).rejects.toThrow('too hot');
    expect(await heard()).toMatchObject({ value: [{ filter: 'pump/#' }, { filter: 'pump/1' }] });
  });

  it('refuses filters that are none', async () => {
    for (const filter of ['', 'a/#/b', 'a+', 7])
      expect(await step('subscribe', filter)).toMatchObject({
        name: 'TypeError',
        failed: expect.stringContaining('subscribe to'),
      });
  });
});

it('subscribes in long-lived functions only', async () => {
  const other = await startProbe(SURFACE, site.desk);
  const told = await other.call({ step: 'subscribe', given: ['a/#'] });
  expect(told).toMatchObject({ failed: expect.stringContaining('"lifetime": "long-lived"') });
  await other.stop();
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventName } from '../../../renderer/components/SaveTestEvent.tsx';
import { checkDraft, draftOf, draftPayload, FRESH, readKept } from '../../../renderer/pages/functions/try-draft.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const lastAsked = (screen: OpenConsole) => screen.fake.asked.at(-1);
const typedIn = (element: HTMLElement): string => (element instanceof HTMLTextAreaElement ? element.value : '');

async function choose(screen: OpenConsole, select: HTMLElement, value: string): Promise<void> {
  if (!(select instanceof HTMLSelectElement)) throw new Error('not a list of choices');
  select.value = value;
  await screen.fire(select, new Event('change', { bubbles: true }));
}

describe('the parts of a function’s page', () => {
  let screen: OpenConsole;
  beforeEach(() => window.sessionStorage.clear());
  afterEach(() => screen.close());

  it('now: figures, instances at work, and a log that can be searched', async () => {
    screen = await openConsole('#/functions/pump-vibration');
    const text = screen.text();
    for (const words of ['Not taken, queue full', 'Start of an instance', '944 of 1,000 events', '4 of at most 4']) {
      expect(text).toContain(words);
    }
    expect(screen.all('.table-row').length).toBe(4);
    expect(text).toContain('The books balance');
    await screen.type(screen.get('input', 'Search in this log'), 'nothing like it');
    expect(screen.text()).toContain('It has not written anything');
  });

  it('now: searches the log of this function only', async () => {
    screen = await openConsole('#/functions/energy-minutes');
    for (let i = 0; i < 3; i += 1) screen.fake.tick();
    await screen.pass(600);
    await screen.type(screen.get('input', 'Search in this log'), '3 so far');
    expect(screen.all('.log-words').map((one) => one.textContent)).toEqual(['minute written, 3 so far']);
    await screen.type(screen.get('input', 'Search in this log'), 'offline');
    expect(screen.text()).toContain('No entry matches');
  });

  it('errors: equal ones as one row, which opens to stack and event, kept in one touch', async () => {
    screen = await openConsole('#/functions/pump-vibration/errors');
    expect(screen.all('.error-row').length).toBe(4);
    await screen.click(screen.get('.error-row', 'Cannot read properties'));
    expect(screen.text()).toContain('spectrum.mjs:48:21');
    await screen.click(screen.get('button', 'Save as test event'));
    expect(lastAsked(screen)).toMatchObject({
      method: 'test-event.save',
      input: { function: 'pump-vibration', topic: 'devices/pump/speed', payload: base64('{"value":1461,"unit":"rpm"}') },
    });
    expect(screen.get('a', 'Try it now').getAttribute('href')).toMatch(/^#\/functions\/pump-vibration\/try\?event=speed%20/);
  });

  it('failed events: chosen ones are tried again; those of a parked function are not', async () => {
    screen = await openConsole('#/functions/pump-vibration/failed');
    const boxes = screen.all('input[type=checkbox]');
    await screen.click(boxes[0] as HTMLElement);
    await screen.click(boxes[2] as HTMLElement);
    await screen.click(screen.get('button', 'Try 2 again'));
    expect(lastAsked(screen)).toEqual({ method: 'function.failed.retry', input: { name: 'pump-vibration', ids: [90, 88] } });
    await screen.pass(5000);
    expect(screen.text()).toContain('19 events');
    await screen.close();
    screen = await openConsole('#/functions/label-lookup/failed');
    expect(screen.get('button', 'Try all again')).toHaveProperty('disabled', true);
    expect(screen.text()).toContain('mend the cause and restart it');
  });

  it('failed events: one alone, whole; and one that is gone', async () => {
    screen = await openConsole('#/functions/pump-vibration/failed/90');
    expect(screen.text()).toContain('spectrum.mjs:48:21');
    await screen.click(screen.get('button', 'Try again'));
    expect(lastAsked(screen)?.input).toEqual({ name: 'pump-vibration', ids: [90] });
    await screen.close();
    screen = await openConsole('#/functions/pump-vibration/failed/4711');
    expect(screen.text()).toContain('This event is not there any more');
  });

  it('try it: runs a saved event and shows how it went', async () => {
    screen = await openConsole('#/functions/pump-vibration/try');
    await choose(screen, screen.get('#try-event'), 'full speed');
    await screen.click(screen.get('button', 'Run'));
    expect(lastAsked(screen)).toEqual({
      method: 'function.invoke',
      input: { name: 'pump-vibration', payload: base64('{"value":2900,"unit":"rpm"}'), topic: 'devices/pump/speed' },
    });
    for (const words of ['Succeeded', '4.3 ms', 'warm', 'no limit is set, 6 is used', 'alarms/cold-store']) {
      expect(screen.text()).toContain(words);
    }
  });

  it.each([
    ['{"unit":"bad"}', 'Failed', 'RangeError: no such unit'],
    ['{"unit":"hang"}', 'Broke off', 'Task timed out after 3.00 seconds'],
  ])('try it: shows how %s fails', async (content, state, words) => {
    screen = await openConsole('#/functions/cold-chain-alarm/try');
    await screen.type(screen.get('#try-content'), content);
    await screen.click(screen.get('button', 'Run'));
    expect(screen.get('.state-badge', state).textContent).toContain(state);
    expect(screen.text()).toContain(words);
  });

  it('try it: says why a function was not run', async () => {
    screen = await openConsole('#/functions/label-lookup/try');
    await screen.click(screen.get('button', 'Run'));
    expect(screen.get('[role=alert]').textContent).toContain('label-lookup is parked.');
  });

  it('try it: keeps what was typed while one looks elsewhere, and saves it under a name', async () => {
    screen = await openConsole('#/functions/cold-chain-alarm/try');
    await screen.type(screen.get('#try-content'), '{"value":-3}');
    await screen.close();
    screen = await openConsole('#/functions/cold-chain-alarm/try');
    expect(typedIn(screen.get('#try-content'))).toBe('{"value":-3}');
    await screen.click(screen.get('button', 'Save'));
    await screen.type(screen.get('#event-name'), '  too warm ');
    await screen.click(screen.get('dialog[open] button[type=submit]'));
    expect(lastAsked(screen)?.input).toMatchObject({ name: 'too warm', payload: base64('{"value":-3}') });
    await screen.pass(500);
    expect(screen.get('#try-event')).toHaveProperty('value', 'too warm');
  });

  it('code: versions, schedules and permissions; what undoes the protection is marked', async () => {
    screen = await openConsole('#/functions/energy-minutes/code');
    for (const words of ['Runs now', 'every 60 s', 'Turned off', 'energy-minutes.zip', 'tariff/*', 'undoes the protection']) {
      expect(screen.text()).toContain(words);
    }
    await screen.close();
    screen = await openConsole('#/functions/cold-chain-alarm/code');
    expect(screen.text()).toContain('follows from the subscriptions');
    expect(screen.text()).toContain('It has no schedule');
  });

  it('keeps a message of a flow for the function that it goes to', async () => {
    screen = await openConsole('#/flows?view=list');
    await screen.click(screen.get('button', 'meter-to-minutes'));
    for (let i = 0; i < 2; i += 1) screen.fake.tick();
    await screen.pass(600);
    await screen.click(screen.get('.message-row', 'devices/meter'));
    await screen.click(screen.get('button', 'Save as test event'));
    expect(lastAsked(screen)).toMatchObject({ method: 'test-event.save', input: { function: 'energy-minutes' } });
  });
});

describe('a test event', () => {
  it('has a name that nobody has to think of, never too long', () => {
    const at = new Date(2026, 10, 22, 14, 3, 27, 125).getTime();
    expect(eventName('devices/meter/power', at)).toBe('power 14:03:27.125');
    expect(eventName('', at)).toBe('14:03:27.125');
    expect(Array.from(eventName(`a/${'x'.repeat(200)}`, at)).length).toBe(64);
  });

  it.each([
    ['', 'json', 'Empty: the function gets {}.'],
    ['{"a":1}', 'json', '7 B. The function gets it parsed.'],
    ['{"a"', 'json', 'This is not JSON: the function takes JSON and will fail on it.'],
    ['{"a"', 'binary', '4 B. The function gets it as bytes.'],
  ] as const)('with content %j for a function that takes %s: %s', (words, encoding, hint) => {
    expect(checkDraft({ ...FRESH, words }, encoding)).toEqual({ topic: null, content: null, context: null, hint });
  });

  it('is held back when topic or content cannot be sent', () => {
    expect(checkDraft({ ...FRESH, topic: 'a/#' }, 'json').topic).not.toBeNull();
    expect(checkDraft({ ...FRESH, words: 'x'.repeat(262_145) }, 'json').content).not.toBeNull();
  });

  it('keeps bytes that are no text as they are', () => {
    const payload = Buffer.from([1, 255, 0, 7]).toString('base64');
    const draft = draftOf({ name: 'raw', topic: 'a', payload, savedAt: 0 });
    expect([draft.raw, draftPayload(draft)]).toEqual([payload, payload]);
    expect(draftPayload(draftOf({ name: 'x', topic: 'a', payload: base64('{"ü":1}'), savedAt: 0 }))).toBe(base64('{"ü":1}'));
  });

  it.each(['', '{', '[]', '{"topic":1,"words":""}'])('is not read from what is none: %j', (text) => {
    expect(readKept(text)).toBeNull();
  });
});

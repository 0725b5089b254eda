import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextOf, FRESH, readKept } from '../../../renderer/pages/functions/try-draft.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const asked = (screen: OpenConsole) => screen.fake.asked.filter((one) => one.method === 'function.invoke');

describe('trying a function by hand', () => {
  let screen: OpenConsole;
  beforeEach(async () => {
    window.sessionStorage.clear();
    screen = await openConsole('#/functions/cold-chain-alarm/try');
  });
  afterEach(() => screen.close());

  async function writeContext(words: string): Promise<void> {
    if (screen.all('#try-context').length === 0) await screen.click(screen.get('button', 'Add a client context'));
    await screen.type(screen.get('#try-context'), words);
  }

  it('sends a client context along', async () => {
    await writeContext('{"custom": {"order": 7}}');
    await screen.click(screen.get('button', 'Run'));
    expect(asked(screen).map((one) => one.input)).toEqual([
      {
        name: 'cold-chain-alarm',
        payload: base64('{}'),
        topic: 'gatehouse/invoke',
        clientContext: { custom: { order: 7 } },
      },
    ]);
    expect(screen.text()).toContain('Succeeded');
  });

  it('says of a wrong context what is wrong, and does not run; the event alone may be saved', async () => {
    await writeContext('{"custom":\n  {"order": }}');
    expect(screen.text()).toContain('This is not JSON: look at line 2');
    expect(screen.get('button', 'Run')).toHaveProperty('disabled', true);
    expect(screen.get('button', 'Save')).toHaveProperty('disabled', false);
    await screen.press(screen.get('#try-context'), 'Enter', { ctrlKey: true });
    expect(asked(screen)).toEqual([]);
    await writeContext('');
    expect(screen.get('button', 'Run')).toHaveProperty('disabled', false);
  });

  it('keeps the context while another event is chosen, and while one looks elsewhere', async () => {
    await writeContext('{"env": {}}');
    await screen.close();
    screen = await openConsole('#/functions/cold-chain-alarm/try');
    expect(screen.get('#try-context')).toHaveProperty('value', '{"env": {}}');
    const select = screen.get('#try-event');
    await screen.fire(select, new Event('change', { bubbles: true }));
    expect(screen.get('#try-context')).toHaveProperty('value', '{"env": {}}');
  });

  it.each([{ ctrlKey: true }, { metaKey: true }])('runs by %j and Enter in a field, once at a time', async (keys) => {
    const field = screen.get('#try-content');
    await screen.type(field, '{"wait": 1}');
    await screen.press(field, 'Enter', keys);
    await screen.press(field, 'Enter', keys);
    await screen.press(field, 'Enter');
    expect(asked(screen).length).toBe(1);
  });

  it('says how long it runs, can stop waiting, and then runs again', async () => {
    await screen.type(screen.get('#try-content'), '{"wait": 1}');
    await screen.click(screen.get('button', 'Run'));
    await screen.pass(4000);
    expect(screen.text()).toContain('For 4 s. It may take 3.00 s once it has begun.');
    await screen.click(screen.get('button', 'Stop waiting'));
    await screen.pass(100);
    expect(screen.text()).toContain('Its end is not waited for');
    expect(screen.all('.notice')).toEqual([]);
    await screen.type(screen.get('#try-content'), '{}');
    await screen.click(screen.get('button', 'Run'));
    expect(screen.text()).toContain('Succeeded');
    expect(screen.text()).not.toContain('Its end is not waited for');
  });

  it('lists all that it published, and says of more than is kept that it is more', async () => {
    await screen.type(screen.get('#try-content'), '{"publish": 1300}');
    await screen.click(screen.get('button', 'Run'));
    expect(screen.all('.try-published').length).toBe(1000);
    expect(screen.text()).toContain('What it published (1,300)');
    expect(screen.text()).toContain('Only the first 1,000 are listed.');
  });
});

describe('a client context', () => {
  it.each([
    ['', undefined],
    ['  \n', undefined],
    ['{}', {}],
    ['{"client":{"a":1},"custom":{},"env":{}}', { client: { a: 1 }, custom: {}, env: {} }],
  ])('is what was written: %j', (words, value) => {
    expect(contextOf(words)).toEqual({ value });
  });

  it.each([
    ['{', 'This is not JSON'],
    ['[]', 'It must be an object'],
    ['null', 'It must be an object'],
    ['7', 'It must be an object'],
    ['{"Custom":{}}', 'no part "Custom"'],
    ['{"custom":[1]}', '"custom" must be an object'],
    ['{"env":null}', '"env" must be an object'],
  ])('%j cannot be sent', (words, fault) => {
    expect(contextOf(words)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('is read from a draft that was kept before there was one', () => {
    expect(readKept('{"picked":null,"topic":"a","words":"{}","raw":null}')?.draft).toEqual({ ...FRESH, topic: 'a' });
  });
});

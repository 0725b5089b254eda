import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { asked, catchFiles, goTo, hold, isDisabled, typeInto } from '../console-steps.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('refused messages', () => {
  let screen: OpenConsole;
  afterEach(async () => {
    await screen.close();
    vi.restoreAllMocks();
  });
  it('says in words that there are none', async () => {
    screen = await openConsole('#/data/refused');
    expect(screen.text()).toContain('Nothing was refused');
  });

  it('lists 10,000 by pages, draws only what is in sight, and says that they are bounded', async () => {
    screen = await openConsole('#/data/refused', { scene: 'refused' });
    expect(screen.text()).toContain('10,000 held');
    expect(screen.text()).toContain('The newest 10,000 are kept. 12 older ones were removed.');
    expect(screen.all('.table-row').length).toBeLessThan(60);
    expect(screen.get('.table-row').textContent).toContain('the message has 412,306 bytes');
  });

  it('sends the chosen ones again', async () => {
    screen = await openConsole('#/data/refused', { scene: 'refused' });
    await screen.click(screen.get('input', /plant\/7\/raw\/9999$/));
    await screen.click(screen.get('input', /plant\/7\/raw\/9997$/));
    await screen.click(screen.get('button', 'Send 2 again'));
    await screen.pass(500);
    expect(asked(screen, 'deadletter.retry')).toEqual([{ ids: [9999, 9997] }]);
    expect(screen.text()).toContain('2 messages go again.');
    await screen.pass(4000);
    expect(screen.all('a', 'plant/7/raw/9999')).toHaveLength(0);
    expect(screen.all('button', 'The list has changed')).toHaveLength(0);
  });

  it('asks before it sends all again', async () => {
    screen = await openConsole('#/data/refused', { scene: 'offline' });
    await screen.click(screen.get('button', 'Send all again'));
    expect(asked(screen, 'deadletter.retry')).toEqual([]);
    await screen.click(screen.get('dialog[open] footer button', 'Send all again'));
    expect(asked(screen, 'deadletter.retry')).toEqual([{ ids: null }]);
    await screen.pass(1500);
    expect(screen.text()).toContain('Nothing was refused');
  });

  it('discards only when the button is held', async () => {
    screen = await openConsole('#/data/refused', { scene: 'offline' });
    await screen.click(screen.get('button', 'Discard all'));
    await screen.click(screen.get('dialog[open] .hold'));
    expect(asked(screen, 'deadletter.discard')).toEqual([]);
    await hold(screen, 'Hold to discard');
    expect(asked(screen, 'deadletter.discard')).toEqual([{ ids: null }]);
  });

  it('does not move the list when one more comes, and shows it when asked', async () => {
    screen = await openConsole('#/data/refused', { scene: 'offline' });
    await screen.pass(2000);
    screen.fake.outbox.refuse();
    await screen.pass(3000);
    expect(screen.all('.table-row')).toHaveLength(3);
    await screen.click(screen.get('button', 'The list has changed'));
    await screen.pass(500);
    expect(screen.all('.table-row')).toHaveLength(4);
  });

  it('exports all of them as lines of JSON, page by page', async () => {
    const files = catchFiles();
    screen = await openConsole('#/data/refused', { scene: 'refused' });
    await act(async () => {
      screen.get('button', 'Export').dispatchEvent(new MouseEvent('click', { bubbles: true }));
    });
    for (let i = 0; i < 20; i += 1) await screen.pass(200);
    const [file] = files;
    expect(file?.name).toMatch(/^refused-messages-\d{4}-\d\d-\d\d\.jsonl$/);
    const lines = (await file?.text)?.trim().split('\n') ?? [];
    expect(lines).toHaveLength(10_000);
    expect(JSON.parse(lines[9999] ?? '')).toMatchObject({ id: 1, topic: 'plant/7/raw/1' });
  });

  it('edits one as it is typed, and sends the changed one', async () => {
    screen = await openConsole('#/data/refused/9999', { scene: 'refused' });
    expect(screen.text()).toContain('not authorised to publish to plant/7/raw');
    await screen.click(screen.get('button', 'Edit'));
    await typeInto(screen, 'letter-topic', 'plant/+/raw');
    expect(screen.text()).toContain('no “+” and no “#”');
    expect(isDisabled(screen, 'Send the changed message')).toBe(true);
    await typeInto(screen, 'letter-topic', 'plant/7/values');
    await typeInto(screen, 'letter-payload', '{"rms":');
    expect(screen.text()).toContain('This is not JSON any more');
    expect(isDisabled(screen, 'Send the changed message')).toBe(true);
    await typeInto(screen, 'letter-payload', '{"rms":1}');
    await screen.click(screen.get('button', 'Send the changed message'));
    await screen.pass(500);
    expect(asked(screen, 'deadletter.retry')).toEqual([
      { ids: [9999], edit: { topic: 'plant/7/values', payload: btoa('{"rms":1}') } },
    ]);
    expect(window.location.hash).toBe('#/data/refused');
  });

  it('lets only the topic be edited where the content is not text', async () => {
    screen = await openConsole('#/data/refused/9995', { scene: 'refused' });
    await screen.click(screen.get('button', 'Edit'));
    expect(screen.text()).toContain('The content is not text');
    expect(screen.all('#letter-payload')).toHaveLength(0);
    expect(document.activeElement).toBe(screen.get('#letter-topic'));
    await screen.click(screen.get('button', 'Leave it as it was'));
    expect(document.activeElement).toBe(screen.get('button', 'Edit'));
  });

  it('does not say that it is gone when it could not be read, and reads it again', async () => {
    screen = await openConsole('#/data/refused', { scene: 'refused' });
    const { handlers } = screen.fake;
    const get = handlers['deadletter.get'];
    const failing = async (): Promise<never> => {
      throw new GatewayError('store/failed', 'The store does not answer.');
    };
    Object.assign(handlers, { 'deadletter.get': failing });
    await goTo(screen, '#/data/refused/9995');
    expect(screen.get('[role=alert]').textContent).toContain('The store does not answer.');
    expect(screen.text()).not.toContain('not there any more');
    Object.assign(handlers, { 'deadletter.get': get });
    await screen.click(screen.get('[role=alert] button'));
    expect(screen.get('button', 'Edit')).toBeTruthy();
  });

  it('says so when it is gone', async () => {
    screen = await openConsole('#/data/refused/123456', { scene: 'refused' });
    expect(screen.text()).toContain('This refused message is not there any more');
  });
});

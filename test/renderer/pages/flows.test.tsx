import { afterEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

const send = (screen: OpenConsole, topic: string, content: string): Promise<void> =>
  screen.value.api.call('message.publish', { topic, payload: btoa(content), qos: 1, retain: false }).then(() => screen.pass(600));

describe('flows', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  async function openEdge(): Promise<void> {
    screen = await openConsole('#/flows?view=list');
    const first = screen.all('.flow-pick')[0];
    if (!first) throw new Error('no flow in the list');
    await screen.click(first);
  }
  const rows = (): string[] => screen.all('.message-row').map((row) => row.textContent ?? '');

  it('lists all flows, the broken ones first, and finds one by its topic', async () => {
    screen = await openConsole('#/flows?view=list');
    const all = screen.all('.flow-pick').length;
    expect(all).toBeGreaterThan(4);
    expect(screen.all('.table-row')[0]?.textContent).toContain('Offline');
    await screen.type(screen.get('[data-search]'), 'no such topic');
    expect(screen.text()).toContain('No flow matches');
    await screen.click(screen.get('button', 'Show all flows'));
    expect(screen.all('.flow-pick')).toHaveLength(all);
  });

  it('shows the messages on a flow as they pass, and stands still while paused', async () => {
    await openEdge();
    await send(screen, 'x/one', '{"n":1}');
    expect(rows().join()).toContain('x/one');
    await screen.click(screen.get('.flow-panel button', 'Pause'));
    await send(screen, 'x/two', '{"n":2}');
    expect(rows().join()).not.toContain('x/two');
    expect(screen.text()).toContain('1 new');
    await screen.click(screen.get('.flow-panel button', '1 new'));
    expect(rows().join()).toContain('x/two');
  });

  it('keeps what is read while paused, also where more pass than are kept', async () => {
    await openEdge();
    await send(screen, 'x/one', '{"n":1}');
    await screen.click(screen.get('.flow-panel button', 'Pause'));
    for (let second = 0; second < 300; second += 1) screen.fake.tick();
    await screen.pass(600);
    expect(screen.text()).toMatch(/5\d\d new/);
    expect(rows().join()).toContain('x/one');
  });

  it('filters messages by text in topic and content', async () => {
    await openEdge();
    await send(screen, 'x/one', '{"word":"apple"}');
    await send(screen, 'x/two', '{"word":"pear"}');
    await screen.type(screen.get('.messages [data-search]'), 'PEAR');
    expect(rows()).toHaveLength(1);
    expect(rows()[0]).toContain('x/two');
    await screen.type(screen.get('.messages [data-search]'), 'plum');
    expect(screen.text()).toContain('No message has this text');
  });

  it('opens one message as JSON, hex and text, and goes back', async () => {
    await openEdge();
    await send(screen, 'x/json', '{"deep":{"word":"apple"}}');
    await screen.click(screen.get('.message-row', 'x/json'));
    expect(screen.get('.json').textContent).toContain('word: "apple"');
    await screen.click(screen.get('[role=radio]', 'Hex'));
    expect(screen.get('.payload').textContent).toContain('7B 22 64 65');
    await screen.click(screen.get('[role=radio]', 'Text'));
    expect(screen.get('.payload-text').textContent).toBe('{"deep":{"word":"apple"}}');
    await screen.click(screen.get('button', 'All messages'));
    expect(rows().length).toBeGreaterThan(0);
  });

  it('opens what is not JSON as text and says so', async () => {
    await openEdge();
    await send(screen, 'x/plain', 'no json');
    await screen.click(screen.get('.message-row', 'x/plain'));
    expect(screen.get('.payload-text').textContent).toBe('no json');
    await screen.click(screen.get('[role=radio]', 'JSON'));
    expect(screen.text()).toContain('The content is not JSON.');
  });

  it('shows books by reason for a broken flow', async () => {
    screen = await openConsole('#/flows?view=list');
    const parked = screen.all('.table-row').find((row) => row.textContent?.includes('37 dropped'));
    const button = parked?.querySelector<HTMLElement>('.flow-pick');
    if (!button) throw new Error('no flow with losses');
    await screen.click(button);
    await screen.click(screen.get('[role=tab]', 'Figures'));
    expect(screen.text()).toContain('The function is parked after repeated failure.');
    expect(screen.text()).toContain('40 in = 3 out + 0 waiting + 37 dropped');
  });

  it('asks for a trace of the flow’s source and shows the traces', async () => {
    await openEdge();
    await screen.click(screen.get('[role=tab]', 'Figures'));
    await screen.click(screen.get('button', 'Trace next message'));
    await screen.pass(600);
    expect(screen.fake.asked.at(-1)?.method).toBe('trace.next');
    expect(screen.all('.trace-row').length).toBeGreaterThan(0);
    expect(screen.get('.trace-one').textContent).toContain('Acknowledged by the cloud');
  });

  it('closes the panel with Escape', async () => {
    await openEdge();
    await screen.press(screen.get('.flow-panel'), 'Escape');
    expect(screen.all('.flow-panel')).toHaveLength(0);
  });
});

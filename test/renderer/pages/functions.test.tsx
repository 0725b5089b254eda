import { afterEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('functions', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  it('lists all functions, the parked one first', async () => {
    screen = await openConsole('#/functions');
    expect(screen.all('.function-name')[0]?.textContent).toBe('label-lookup');
    expect(screen.get('.table-row').textContent).toContain('Parked');
    await screen.type(screen.get('[data-search]'), 'nothing');
    expect(screen.text()).toContain('No function matches');
  });

  it('shows a parked function’s last error, what it means and what to do', async () => {
    screen = await openConsole('#/functions/label-lookup');
    const text = screen.text();
    expect(text).toContain('The function is parked');
    expect(text).toContain('Last error');
    expect(text).toContain('labels.json');
    expect(text).toContain('None is started before somebody restarts the function.');
    await screen.click(screen.get('button', 'Restart'));
    expect(screen.fake.asked.at(-1)).toEqual({ method: 'function.restart', input: { name: 'label-lookup' } });
  });

  it('pauses only after it was asked about, and resumes at once', async () => {
    screen = await openConsole('#/functions/energy-minutes');
    await screen.click(screen.get('button', 'Pause'));
    expect(screen.fake.asked).toEqual([]);
    await screen.click(screen.get('dialog[open] .dialog-foot button', 'Pause'));
    expect(screen.fake.asked.at(-1)?.input).toEqual({ name: 'energy-minutes', paused: true });
    await screen.pass(1000);
    expect(screen.text()).toContain('The function is paused');
    await screen.click(screen.get('button', 'Resume'));
    expect(screen.fake.asked.at(-1)?.input).toEqual({ name: 'energy-minutes', paused: false });
  });

  it('shows only its own log', async () => {
    screen = await openConsole('#/functions/energy-minutes');
    for (let i = 0; i < 5; i += 1) screen.fake.tick();
    await screen.pass(600);
    const words = screen.all('.log-words').map((one) => one.textContent);
    expect(words.length).toBeGreaterThan(2);
    for (const one of words) expect(one).toContain('minute written');
  });

  it('says so when there is no such function', async () => {
    screen = await openConsole('#/functions/nobody');
    expect(screen.text()).toContain('There is no such function');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('overview', () => {
  let screen: OpenConsole;
  beforeEach(async () => {
    screen = await openConsole('#/overview');
  });
  afterEach(() => screen.close());

  it('says how many devices and functions are in order and what is not', () => {
    const text = screen.text();
    expect(text).toContain('6 of 8 in order');
    expect(text).toContain('1 offline');
    expect(text).toContain('1 failing');
    expect(text).toContain('Northern warehouse');
  });

  it('lists the device that needs somebody first', () => {
    const names = screen.all('.attention-name a').map((link) => link.textContent);
    expect(names[0]).toBe('Chiller controller');
    expect(names[1]).toBe('Circulation pump');
  });

  it('explains an outage before it cuts the practice line, and restores it', async () => {
    await screen.click(screen.get('button', 'Practise an outage'));
    expect(screen.get('dialog[open]', 'Practise an outage').textContent).toContain('sent in order');
    await screen.click(screen.get('dialog[open] button', /^Cut the line/));
    expect(screen.fake.asked).toContainEqual({ method: 'line.set', input: { state: 'cut' } });
    await screen.pass(1000);
    expect(screen.all('dialog[open]')).toHaveLength(0);
    expect(screen.get('.chip-cloud').textContent).toContain('Offline');
    await screen.click(screen.get('button', 'Restore the line'));
    await screen.pass(1000);
    expect(screen.get('.chip-cloud').textContent).toContain('Connected');
  });

  it('acknowledges an alarm', async () => {
    await screen.click(screen.get('.alarm-sheet button', 'Acknowledge'));
    expect(screen.fake.asked.at(-1)?.method).toBe('alarm.acknowledge');
    await screen.pass(1000);
    expect(screen.get('.alarm-chip').textContent).toContain('1 not acknowledged');
  });

  it('opens the cloud panel from the header', async () => {
    await screen.click(screen.get('.chip-cloud'));
    const panel = screen.get('dialog[open]', 'Cloud link');
    expect(panel.textContent).toContain('mqtt://127.0.0.1:18830');
    expect(panel.textContent).toContain('removed from the disk only after the cloud has confirmed it');
  });

  it('says that the connection to the gateway is lost, keeps the old values, and recovers', async () => {
    await screen.disconnect();
    expect(screen.text()).toContain('No connection to the gateway');
    expect(screen.text()).toContain('6 of 8 in order');
    await screen.reconnect();
    expect(screen.text()).not.toContain('No connection to the gateway');
  });
});

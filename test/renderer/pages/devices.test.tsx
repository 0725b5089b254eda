import { afterEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('devices', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  it('lists all devices, the worst first, and filters by state and search', async () => {
    screen = await openConsole('#/devices');
    const names = (): (string | null)[] => screen.all('.device-name').map((link) => link.textContent);
    expect(names()).toHaveLength(8);
    expect(names()[0]).toBe('Chiller controller');
    await screen.click(screen.get('[role=radio]', 'Degraded'));
    expect(names()).toEqual(['Circulation pump']);
    await screen.type(screen.get('[data-search]'), 'nothing like this');
    expect(screen.text()).toContain('No device matches');
    await screen.click(screen.get('button', 'Show all devices'));
    expect(names()).toHaveLength(8);
  });

  it('sorts by a column when its head is pressed', async () => {
    screen = await openConsole('#/devices');
    await screen.click(screen.get('.table-sort', 'Device'));
    expect(screen.get('.device-name').textContent).toBe('Barcode scanner, dock 2');
    expect(screen.get('[role=columnheader]', 'Device').getAttribute('aria-sort')).toBe('ascending');
    await screen.click(screen.get('.table-sort', 'Device'));
    expect(screen.get('[role=columnheader]', 'Device').getAttribute('aria-sort')).toBe('descending');
  });

  it('shows values, connection, faults and frames of one device', async () => {
    screen = await openConsole('#/devices/pump');
    const text = screen.text();
    expect(text).toContain('Circulation pump');
    expect(text).toContain('192.168.20.15:502, unit 7');
    expect(text).toContain('The device did not answer in time.');
    expect(text).toContain('Check the unit id');
    expect(screen.all('.frame-row').length).toBeGreaterThan(0);
  });

  it('stops the frames while paused and counts those that came meanwhile', async () => {
    screen = await openConsole('#/devices/pump');
    await screen.click(screen.get('button', 'Pause'));
    const before = screen.get('.frame-row').textContent;
    screen.fake.tick();
    await screen.pass(1000);
    expect(screen.get('.frame-row').textContent).toBe(before);
    expect(screen.text()).toMatch(/\d+ newer frames/);
  });

  it('writes a point only after validation and a held button', async () => {
    screen = await openConsole('#/devices/pump');
    await screen.click(screen.get('button', 'Write Setpoint'));
    const field = screen.get('#write-value');
    await screen.type(field, 'fast');
    expect(screen.text()).toContain('Enter a number');
    const hold = screen.get('.hold') as HTMLButtonElement;
    expect(hold.disabled).toBe(true);
    await screen.type(field, '1480,5');
    expect(hold.disabled).toBe(false);
    // The command "Stop" asks this before it writes the same point.
    expect(screen.get('dialog[open]').textContent).toContain('The pump stops and the circuit cools down. Stop it?');
    await screen.press(hold, 'Enter');
    await screen.pass(300);
    await screen.fire(hold, new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
    await screen.pass(2000);
    expect(screen.fake.asked.filter((call) => call.method === 'device.write')).toHaveLength(0);
    await screen.press(hold, 'Enter');
    await screen.pass(1500);
    expect(screen.fake.asked.at(-1)).toEqual({
      method: 'device.write',
      input: { device: 'pump', point: 'setpoint', value: 1480.5, confirmed: true },
    });
    expect(screen.all('dialog[open]')).toHaveLength(0);
  });

  it('asks before it reconnects', async () => {
    screen = await openConsole('#/devices/meter');
    await screen.click(screen.get('.device-head button', 'Reconnect'));
    expect(screen.fake.asked.map((call) => call.method)).not.toContain('device.reconnect');
    await screen.click(screen.get('dialog[open] button', /^Reconnect$/));
    expect(screen.fake.asked.at(-1)).toEqual({ method: 'device.reconnect', input: { device: 'meter' } });
  });

  it('shows the state in the letters of NE 107, and why', async () => {
    screen = await openConsole('#/devices/pump');
    expect(screen.get('.ne107').textContent).toBe('SOut of specification');
    await screen.close();
    screen = await openConsole('#/devices/meter');
    expect(screen.get('.ne107').textContent).toBe('In order');
  });

  it('runs a command that asks first only after it was held', async () => {
    screen = await openConsole('#/devices/pump');
    await screen.click(screen.get('button', 'Stop the pump'));
    const hold = screen.get('dialog[open] .hold');
    await screen.click(hold);
    const sent = (): unknown[] => screen.fake.asked.filter((call) => call.method === 'device.command').map((call) => call.input);
    expect(sent()).toEqual([]);
    await screen.press(hold, 'Enter');
    await screen.pass(1500);
    expect(sent()).toEqual([{ device: 'pump', command: 'stop', confirmed: true }]);
    expect(screen.text()).toContain('The device confirms: Setpoint is 0 rpm.');
  });

  it('makes a template of a device, with the source of its table', async () => {
    screen = await openConsole('#/devices/meter');
    await screen.click(screen.get('button', 'Make a template'));
    const save = (): HTMLButtonElement => screen.get('dialog[open] button', 'Save the file') as HTMLButtonElement;
    await screen.type(screen.get('#profile-maker'), 'ACME');
    await screen.type(screen.get('#profile-model'), 'PM 5');
    expect(save().disabled).toBe(true);
    await screen.type(screen.get('#profile-source'), 'PM 5 manual, edition 3, table 7');
    expect(save().disabled).toBe(false);
  });

  it('says so when there is no such device', async () => {
    screen = await openConsole('#/devices/nobody');
    expect(screen.text()).toContain('There is no such device');
  });
});

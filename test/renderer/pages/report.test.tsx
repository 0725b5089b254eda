import { afterEach, describe, expect, it, vi } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('the site acceptance report', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  it('wants to know who accepts; shows devices, readings and limits; is saved for the same devices', async () => {
    const address = vi.fn(() => 'blob:test');
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: address, revokeObjectURL: () => {} }));
    screen = await openConsole('#/devices/report');
    const show = (): HTMLButtonElement => screen.get('button', 'Show the report') as HTMLButtonElement;
    expect(show().disabled).toBe(true);
    await screen.type(screen.get('#report-by'), 'Kim <Technician>');
    await screen.type(screen.get('#report-company'), 'Pumps & Sons');
    await screen.click(screen.get('input[type=checkbox]', 'GPS receiver'));
    await screen.click(show());
    const report = screen.get('.acceptance').textContent ?? '';
    expect(report).toContain('Kim <Technician>, Pumps & Sons');
    expect(report).toContain('Energy meter');
    expect(report).toContain('Out of specification');
    expect(report).not.toContain('GPS receiver');
    const before = screen.get('.acceptance').textContent;
    screen.fake.tick();
    await screen.pass(2000);
    // what is on paper does not move
    expect(screen.get('.acceptance').textContent).toBe(before);
    await screen.click(screen.get('button', 'Save as HTML'));
    const input = screen.fake.asked.find((call) => call.method === 'report.make')?.input;
    expect(input).toMatchObject({ format: 'html', by: 'Kim <Technician>', company: 'Pumps & Sons' });
    expect(input).toMatchObject({ devices: expect.not.arrayContaining(['gps']) });
    expect(address).toHaveBeenCalledOnce();
  });

  it('saves the PDF that the gateway has made', async () => {
    const saved: Blob[] = [];
    const createObjectURL = (blob: Blob): string => {
      saved.push(blob);
      return 'blob:test';
    };
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL, revokeObjectURL: () => {} }));
    screen = await openConsole('#/devices/report');
    await screen.type(screen.get('#report-by'), 'Kim');
    await screen.click(screen.get('button', 'Show the report'));
    await screen.click(screen.get('button', 'Save PDF'));
    expect(screen.fake.asked.find((call) => call.method === 'report.make')?.input).toMatchObject({ format: 'pdf', keep: false });
    expect(saved.map(({ type, size }) => ({ type, size }))).toEqual([{ type: 'application/pdf', size: '%PDF-1.7'.length }]);
    expect(screen.text()).toContain('acceptance.pdf was saved.');
    expect(screen.all('button', 'Print')).toHaveLength(1);
  });

  it('leaves the file on the gateway and says where, on a panel that has no place for files', async () => {
    const save = vi.fn(() => 'blob:test');
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: save, revokeObjectURL: () => {} }));
    vi.stubGlobal('gatehouse', { kiosk: true });
    screen = await openConsole('#/devices/report');
    await screen.type(screen.get('#report-by'), 'Kim');
    await screen.click(screen.get('button', 'Show the report'));
    expect(screen.all('button', 'Print')).toHaveLength(0);
    await screen.click(screen.get('button', 'Save PDF'));
    expect(screen.get('[role=status]', 'kept on the gateway').textContent).toContain('/var/lib/gatehouse/reports/acceptance.pdf');
    expect(save).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});

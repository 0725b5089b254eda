import { afterEach, describe, expect, it } from 'vitest';
import type { LogView } from '../../../core/contract/views.ts';
import { tailOf } from '../../../renderer/components/TailList.tsx';
import { fileNameAt, filterLogs, jsonLines, NO_FILTER, sourcesOf, wordsOf } from '../../../renderer/pages/logs/filter.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const row = (id: number, more: Partial<LogView> = {}): LogView => ({
  id,
  at: 1000 * id,
  mono: 1000 * id,
  level: 'info',
  source: 'gateway',
  event: 'gateway.started',
  message: '',
  data: {},
  ...more,
});

describe('filtering the log', () => {
  const rows = [
    row(1),
    row(2, { level: 'warn', source: 'device:meter', event: 'device.lost', message: 'no answer', data: { port: '/dev/ttyUSB0' } }),
    row(3, { level: 'error', source: 'cloud' }),
    row(4, { level: 'debug' }),
  ];
  const ids = (filter: Partial<typeof NO_FILTER>): number[] => filterLogs(rows, { ...NO_FILTER, ...filter }).map((one) => one.id);

  it('takes a level and what is worse', () => {
    expect(ids({})).toEqual([1, 2, 3, 4]);
    expect(ids({ level: 'info' })).toEqual([1, 2, 3]);
    expect(ids({ level: 'warn' })).toEqual([2, 3]);
    expect(ids({ level: 'error' })).toEqual([3]);
  });

  it('finds text in words and data, and filters by source', () => {
    expect(ids({ search: 'TTYUSB' })).toEqual([2]);
    expect(ids({ search: 'the gateway runs' })).toEqual([1, 3, 4]);
    expect(ids({ source: 'cloud' })).toEqual([3]);
    expect(sourcesOf(rows)).toEqual(['cloud', 'device:meter', 'gateway']);
  });

  it('says an event in words where the entry has none, and its name where nobody wrote words', () => {
    expect(wordsOf(row(1))).toBe('The gateway runs.');
    expect(wordsOf(row(1, { event: 'new.event' }))).toBe('new.event');
  });

  it('exports one JSON object a line', () => {
    const lines = jsonLines(rows.slice(0, 2)).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ id: 2, time: '1970-01-01T00:00:02.000Z', data: { port: '/dev/ttyUSB0' } });
    expect(fileNameAt(0)).toBe('gatehouse-log-1970-01-01T00-00-00.jsonl');
  });

  it('holds a tail at a row and counts what came since', () => {
    expect(tailOf(rows, (one) => one.id, null)).toEqual({ rows, newer: 0 });
    expect(tailOf(rows, (one) => one.id, 2)).toEqual({ rows: rows.slice(0, 2), newer: 2 });
  });
});

describe('logs', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());
  const count = (): number => screen.all('.log-row').length;

  it('follows the newest, stands still when touched, and jumps back', async () => {
    screen = await openConsole('#/logs');
    screen.fake.tick();
    await screen.pass(600);
    const before = count();
    await screen.fire(screen.get('.virtual'), new MouseEvent('pointerdown', { bubbles: true }));
    screen.fake.tick();
    screen.fake.tick();
    await screen.pass(600);
    expect(count()).toBe(before);
    await screen.click(screen.get('button', '2 new'));
    expect(count()).toBe(before + 2);
  });

  it('stands still when somebody scrolls back by wheel or key', async () => {
    screen = await openConsole('#/logs');
    const before = count();
    await screen.fire(screen.get('.virtual'), new WheelEvent('wheel', { deltaY: -10, bubbles: true }));
    screen.fake.tick();
    await screen.pass(600);
    expect(count()).toBe(before);
    await screen.click(screen.get('button', 'Resume'));
    expect(count()).toBe(before + 1);
    await screen.press(screen.get('.virtual'), 'PageUp');
    expect(screen.text()).toContain('Jump to the newest');
  });

  it('opens an entry to its data and the way on', async () => {
    screen = await openConsole('#/logs?level=warn');
    for (let i = 0; i < 5; i += 1) screen.fake.tick();
    await screen.pass(600);
    await screen.click(screen.get('.log-row', 'did not answer'));
    expect(screen.text()).toContain('device.connect-failed');
    expect(screen.get('.log-details a').getAttribute('href')).toBe('#/devices/chiller');
  });

  it('says so when nothing matches and shows all again', async () => {
    screen = await openConsole('#/logs?level=error');
    expect(screen.text()).toContain('No entry matches');
    await screen.click(screen.get('button', 'Show all entries'));
    expect(count()).toBeGreaterThan(0);
  });
});

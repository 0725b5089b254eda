import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { press } from '../../../renderer/frame/Keys.tsx';
import { href, hrefOfParty, parseRoute } from '../../../renderer/hooks/use-route.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('frame', () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  it('has a skip link, landmarks and one current page', async () => {
    screen = await openConsole('#/devices');
    expect(screen.get('.skip').textContent).toBe('Skip to the page');
    expect(screen.all('header.header, nav.rail, main')).toHaveLength(3);
    expect(screen.get('a[aria-current=page]').getAttribute('href')).toBe('#/devices');
    expect(document.title).toBe('Devices · Northern warehouse · Gatehouse');
  });

  it('goes to pages and opens panels by keyboard', async () => {
    screen = await openConsole('#/overview');
    await screen.press(document.body, '2', { altKey: true });
    await screen.pass(500);
    expect(window.location.hash).toBe('#/devices');
    await screen.press(document.body, '/');
    expect(document.activeElement?.hasAttribute('data-search')).toBe(true);
    await screen.press(document.activeElement ?? document.body, '?');
    expect(screen.all('dialog[open]')).toHaveLength(0);
    await screen.press(document.body, '?');
    expect(screen.get('dialog[open]').textContent).toContain('Keyboard shortcuts');
  });

  it('closes a panel on Escape', async () => {
    screen = await openConsole('#/overview');
    await screen.click(screen.get('.alarm-chip'));
    const panel = screen.get('dialog[open]', 'Alarms');
    await act(async () => panel.dispatchEvent(new Event('cancel', { cancelable: true })));
    expect(screen.all('dialog[open]')).toHaveLength(0);
  });

  it('changes the theme and says so to the stylesheet', async () => {
    screen = await openConsole('#/overview');
    await screen.click(screen.get('button', 'Console settings'));
    await screen.click(screen.get('[role=radio]', 'Dark'));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    await screen.click(screen.get('[role=radio]', 'As the system'));
    expect(document.documentElement.dataset['theme']).toBeUndefined();
  });

  it('offers the way back from an address that does not exist', async () => {
    screen = await openConsole('#/nowhere');
    expect(screen.text()).toContain('There is no such page');
  });
});

describe('addresses', () => {
  it('takes names with any character there and back', () => {
    expect(parseRoute(href('devices', 'line 1/2 ü'))).toMatchObject({ page: 'devices', rest: ['line 1/2 ü'] });
    expect(parseRoute('#/logs?source=cloud').query.get('source')).toBe('cloud');
    expect(parseRoute('')).toMatchObject({ page: '', rest: [] });
    expect(parseRoute('#/devices/%E0%A4%A').rest).toEqual(['%E0%A4%A']);
  });

  it('knows the page of a party', () => {
    expect(hrefOfParty('device:meter')).toBe('#/devices/meter');
    expect(hrefOfParty('function:alarm')).toBe('#/functions/alarm');
    expect(hrefOfParty('store')).toBe('#/data/storage');
    expect(hrefOfParty('outbox')).toBe('#/data');
    expect(hrefOfParty('stream:energy')).toBe('#/data/stream/energy');
    expect(hrefOfParty('cloud')).toBeNull();
  });
});

describe('keys of the on-screen keyboard', () => {
  it.each([
    ['a', 'xy', 1, { text: 'xay', caret: 2 }],
    ['{bksp}', 'xy', 1, { text: 'y', caret: 0 }],
    ['{bksp}', 'xy', 0, { text: 'xy', caret: 0 }],
    ['{space}', '', 0, { text: ' ', caret: 1 }],
    ['{left}', 'xy', 0, { text: 'xy', caret: 0 }],
    ['{right}', 'xy', 1, { text: 'xy', caret: 2 }],
    ['{', '', 0, { text: '{', caret: 1 }],
  ])('%s in "%s" at %d', (key, text, caret, result) => {
    expect(press(key, text, caret, false)).toEqual(result);
  });

  it('breaks the line only where there are lines', () => {
    expect(press('{enter}', 'a', 1, true)).toEqual({ text: 'a\n', caret: 2 });
    expect(press('{enter}', 'a', 1, false)).toBeNull();
  });
});

import { act } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeView } from '../../../core/contract/views.ts';
import { lineRange } from '../../../renderer/components/LineEditor.tsx';
import { byArea, inWords } from '../../../renderer/pages/deployments/changes.ts';
import { openFile } from '../../../renderer/pages/deployments/file.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const change = (kind: ChangeView['kind'], area: ChangeView['area'], id: string): ChangeView => ({ kind, area, id, fields: [] });

describe('differences', () => {
  const all = [
    change('added', 'device', 'b'),
    change('removed', 'device', 'z'),
    change('added', 'device', 'a'),
    change('changed', 'setting', 's'),
  ];

  it('are grouped by area, what is removed first', () => {
    expect(byArea(all).map((group) => [group.area, group.changes.map((one) => one.id)])).toEqual([
      ['device', ['z', 'a', 'b']],
      ['setting', ['s']],
    ]);
  });

  it('are said in words', () => {
    expect(inWords(all)).toEqual(['2 devices added', '1 device removed', '1 settings part changed']);
    expect(inWords([])).toEqual([]);
  });
});

describe('files and lines', () => {
  it('reads text, and refuses what is too large or no text', async () => {
    expect(await openFile(new Blob(['schema: gatehouse/1']))).toEqual({ ok: true, text: 'schema: gatehouse/1' });
    expect(await openFile(new Blob([new Uint8Array([0xff, 0xfe, 0x00])]))).toEqual({ ok: false, why: 'unreadable' });
    expect(await openFile(new Blob([new Uint8Array(4_194_305)]))).toEqual({ ok: false, why: 'too-large' });
  });

  it('finds where a line begins and ends', () => {
    expect(lineRange('ab\ncd\n', 2)).toEqual({ start: 3, end: 5 });
    expect(lineRange('ab\ncd', 9)).toEqual({ start: 3, end: 5 });
  });
});

describe('deployments', () => {
  let screen: OpenConsole;
  beforeEach(() => window.sessionStorage.clear());
  afterEach(() => screen.close());

  async function write(text: string): Promise<void> {
    await act(async () => {
      const field = screen.get('textarea');
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await screen.pass(500);
    await screen.pass(500);
  }
  async function hold(): Promise<void> {
    const button = screen.get('dialog[open] .hold');
    await screen.press(button, 'Enter');
    await screen.pass(1500);
    await screen.pass(500);
  }
  const applyButton = (): HTMLButtonElement => {
    const found = screen.get('button', 'Apply…');
    if (!(found instanceof HTMLButtonElement)) throw new Error('no button');
    return found;
  };

  it('shows what runs, who brought it, and the history', async () => {
    screen = await openConsole('#/deployments');
    expect(screen.text()).toContain('Runs now: Version 2');
    expect(screen.text()).toContain('Label lookup added');
    expect(screen.all('.version')).toHaveLength(2);
    await screen.click(screen.get('[role=radio]', 'Document'));
    await screen.pass(500);
    expect(screen.get('.numbered').textContent).toContain('schema: gatehouse/1');
  });

  it('lists mistakes with their places and jumps to the line', async () => {
    screen = await openConsole('#/deployments/new');
    await write('name: x\nsite: y');
    expect(screen.text()).toContain('1 mistake');
    expect(applyButton().disabled).toBe(true);
    await screen.click(screen.get('.document-fault', 'schema'));
    const field = screen.get('textarea');
    if (!(field instanceof HTMLTextAreaElement)) throw new Error('no field');
    expect(document.activeElement).toBe(field);
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, 7]);
    expect(screen.all('.editor-gutter [data-marked]').map((line) => line.textContent)).toEqual(['1']);
  });

  it('says what would change, asks, applies with a note, and shows the result', async () => {
    screen = await openConsole('#/deployments/new?from=2');
    await screen.pass(1000);
    expect(screen.get('.change').textContent).toContain('intervalMs');
    await screen.click(applyButton());
    expect(screen.get('dialog[open]').textContent).toContain('1 device changed');
    expect(screen.get('dialog[open]').textContent).toContain('It becomes version 3.');
    await screen.type(screen.get('#apply-note'), 'faster');
    await hold();
    expect(screen.fake.asked.at(-1)).toMatchObject({ method: 'deployment.apply', input: { basedOn: 2, note: 'faster' } });
    expect(screen.get('h1').textContent).toBe('Version 3 runs.');
  });

  it('explains a conflict, keeps the text, and compares again', async () => {
    screen = await openConsole('#/deployments/new?from=2');
    await screen.pass(1000);
    await screen.click(applyButton());
    await screen.value.api.call('deployment.apply', { text: 'schema: gatehouse/1', basedOn: 2, note: '' });
    await hold();
    expect(screen.get('dialog[open]').textContent).toContain('Another deployment was applied meanwhile');
    expect(screen.all('dialog[open] .hold')).toHaveLength(0);
    await screen.pass(1000);
    await screen.click(screen.get('dialog[open] button', 'Look at the differences again'));
    await screen.pass(1000);
    expect(screen.all('dialog[open]')).toHaveLength(0);
    await screen.click(applyButton());
    await hold();
    expect(screen.fake.asked.at(-1)).toMatchObject({ method: 'deployment.apply', input: { basedOn: 3 } });
  });

  it('keeps what was written when another page was looked at', async () => {
    screen = await openConsole('#/deployments/new');
    await write('schema: gatehouse/1\nname: mine');
    await screen.close();
    screen = await openConsole('#/deployments/new');
    expect((screen.get('textarea') as HTMLTextAreaElement).value).toContain('name: mine');
  });

  it('shows an older version with its differences and the way to bring it back', async () => {
    screen = await openConsole('#/deployments/1');
    await screen.pass(1000);
    expect(screen.text()).toContain('Applying this version again would change:');
    expect(screen.get('a', 'Apply this version again').getAttribute('href')).toBe('#/deployments/new?from=1');
  });

  it('says so when there is no such version', async () => {
    screen = await openConsole('#/deployments/77');
    expect(screen.text()).toContain('There is no such version');
  });
});

import { type ReactNode, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { SegmentedControl, Tabs } from '../../../renderer/components/Choices.tsx';
import { ConfirmHold } from '../../../renderer/components/ConfirmHold.tsx';
import { type Screen, showAlone } from '../render.tsx';

const CHOICES = [
  { value: 'a', label: 'First' },
  { value: 'b', label: 'Second' },
  { value: 'c', label: 'Third' },
] as const;

function Both(): ReactNode {
  const [value, setValue] = useState<'a' | 'b' | 'c'>('a');
  return (
    <>
      <SegmentedControl label="Which" value={value} choices={CHOICES} onChange={setValue} />
      <Tabs id="t" label="Tabs" value={value} tabs={CHOICES} onChange={setValue}>
        panel {value}
      </Tabs>
    </>
  );
}

describe('choices', () => {
  let screen: Screen;
  afterEach(() => screen.close());

  it('moves among segments by arrow keys, round the end, with one tab stop', async () => {
    screen = await showAlone(<Both />);
    const first = screen.get('[role=radio]', 'First');
    first.focus();
    await screen.press(first, 'ArrowLeft');
    expect(document.activeElement?.textContent).toBe('Third');
    expect(screen.get('[role=radio]', 'Third').getAttribute('aria-checked')).toBe('true');
    expect(screen.all('[role=radio][tabindex="0"]')).toHaveLength(1);
    await screen.press(screen.get('[role=radio]', 'Third'), 'Home');
    expect(document.activeElement?.textContent).toBe('First');
  });

  it('ties tabs to their panel', async () => {
    screen = await showAlone(<Both />);
    await screen.click(screen.get('[role=tab]', 'Second'));
    const panel = screen.get('[role=tabpanel]');
    expect(panel.textContent).toBe('panel b');
    expect(panel.getAttribute('aria-labelledby')).toBe(screen.get('[role=tab][aria-selected=true]').id);
  });
});

describe('hold to confirm', () => {
  let screen: Screen;
  afterEach(() => screen.close());

  it('acts only when held long enough, once', async () => {
    let times = 0;
    screen = await showAlone(<ConfirmHold label="Erase" onConfirm={() => (times += 1)} />);
    const button = screen.get('button', 'Erase');
    await screen.press(button, ' ');
    await screen.pass(1100);
    expect(times).toBe(0);
    await screen.pass(200);
    expect(times).toBe(1);
    await screen.press(button, ' ', { repeat: true });
    await screen.pass(5000);
    expect(times).toBe(1);
  });

  it('does nothing when let go early or left', async () => {
    let times = 0;
    screen = await showAlone(<ConfirmHold label="Erase" onConfirm={() => (times += 1)} />);
    const button = screen.get('button', 'Erase');
    await screen.fire(button, new MouseEvent('pointerdown', { bubbles: true, button: 0 }));
    await screen.pass(600);
    await screen.fire(button, new MouseEvent('pointerup', { bubbles: true }));
    await screen.pass(3000);
    expect(times).toBe(0);
    await screen.fire(button, new MouseEvent('pointerdown', { bubbles: true, button: 0 }));
    await screen.pass(1300);
    expect(times).toBe(1);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { JsonTree } from '../../../renderer/components/JsonTree.tsx';
import { type Screen, showAlone } from '../render.tsx';

describe('a JSON value as a tree', () => {
  let screen: Screen;
  afterEach(() => screen.close());
  const open = () => screen.all('details').map((one) => one.hasAttribute('open'));

  it('closes a branch with many members at first, and draws no branch for an empty one', async () => {
    screen = await showAlone(
      <JsonTree value={{ few: [1, 2], many: Array.from({ length: 51 }, (_, i) => i), none: {}, no: [] }} />,
    );
    expect(open()).toEqual([true, true, false]);
    expect(screen.text()).toContain('none: {}');
    expect(screen.text()).toContain('no: []');
  });
});

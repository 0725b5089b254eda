import { expect, it } from 'vitest';
import { FuelSheet } from '../../../renderer/pages/data/FuelSheet.tsx';
import { createFakeOutbox } from '../../fakes/fake-outbox.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { showAlone } from '../render.tsx';

it('does not call a stream full whose messages only grow too old', async () => {
  const { rows } = createFakeOutbox({ clock: createManualClock(), note: () => {} }, 'calm');
  const [storage] = rows.storage();
  const [first] = rows.outbox();
  if (!storage || !first) throw new Error('no rows');
  const old = { ...first, usedPercent: 100, oldestAgeMs: first.limits.ageMs };
  const screen = await showAlone(<FuelSheet storage={storage} streams={[old]} onLimits={() => {}} />);
  expect(screen.get('.notice').textContent).toBe(
    'The oldest messages of the stream “alarms” are as old as they may becomeThey are dropped one after the other, whatever happens when it is full.',
  );
  await screen.close();
});

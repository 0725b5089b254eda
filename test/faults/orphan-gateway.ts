import { randomUUID } from 'node:crypto';
import { systemClock } from '../../core/base/clock.ts';
import { createProcessCarrier } from '../../core/functions/carrier/process-carrier.ts';
import { startThread } from '../../core/functions/carrier/thread-carrier.ts';
import { createRig } from '../fakes/functions/rig.ts';

/** Runs functions in processes, tells their pids on standard output, and waits to be killed. */
const carriers = {
  thread: startThread,
  process: createProcessCarrier({ clock: systemClock, nodePath: process.execPath, newId: randomUUID }),
};
const source = `export const handler = (event) => { if (event.loop) for (;;); };`;
const rigs = await Promise.all(
  [true, false, true].map(async (loop) => {
    const rig = await createRig({ source, carriers, config: { isolation: 'process', timeoutMs: 600_000 } });
    await rig.start();
    rig.send({ loop });
    return { rig, loop };
  }),
);
const [first] = rigs;
await first?.rig.until('the loop to run', () => (first.rig.runner.instances()[0]?.inFlight ?? 0) > 0);
process.stdout.write(`${JSON.stringify(rigs.map(({ rig }) => rig.runner.instances()[0]?.pid))}\n`);

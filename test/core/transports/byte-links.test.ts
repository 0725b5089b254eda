import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createByteLinks } from '../../../core/transports/byte-links.ts';
import { createWire } from '../../../core/transports/wire.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const never = new AbortController().signal;

it('hands a simulated link to who makes it, with clock and chance', async () => {
  const clock = createManualClock();
  const [near] = createWire();
  const seen: unknown[] = [];
  const links = createByteLinks({
    clock,
    random: () => 0.25,
    simulated: (config, tools) => {
      seen.push(config.model, tools.clock === clock, tools.random());
      return near;
    },
  });
  expect(await links.open({ kind: 'simulated', model: 'gps-receiver' }, never)).toBe(near);
  expect(seen).toEqual(['gps-receiver', true, 0.25]);
});

it('opens nothing when aborted', async () => {
  const links = createByteLinks({ clock: createManualClock(), random: () => 0, simulated: () => createWire()[0] });
  await expect(links.open({ kind: 'simulated', model: 'gps-receiver' }, AbortSignal.abort(new Error('stop')))).rejects.toThrow(
    'stop',
  );
});

it('does not load the serial driver or a protocol before it is needed', () => {
  const path = (name: string): string => JSON.stringify(fileURLToPath(new URL(`../../../core/${name}`, import.meta.url)));
  const code = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${path('transports/byte-links.ts')});
    await import(${path('adapters/registry.ts')});
    await import(${path('adapters/supervisor.ts')});
    console.log(JSON.stringify(loaded));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  const loaded = JSON.parse(run.stdout || '[]') as string[];
  expect(loaded.some((url) => url.endsWith('supervisor.ts'))).toBe(true);
  expect(
    loaded.filter((url) => /serialport|serial-port|adapter\.ts$|bindings/.test(url) && !url.endsWith('adapters/adapter.ts')),
  ).toEqual([]);
});

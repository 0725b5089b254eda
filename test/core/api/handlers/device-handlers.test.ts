import { beforeEach, expect, it } from 'vitest';
import { createHandlers } from '../../../../core/api/handlers/handlers.ts';
import type { GatewayRuntime } from '../../../../core/api/handlers/runtime.ts';
import type { Handlers } from '../../../../core/api/sources.ts';
import { createLogHub } from '../../../../core/base/log.ts';
import { METHODS } from '../../../../core/contract/api.ts';
import type { CommandView } from '../../../../core/contract/views.ts';
import { createDeviceSink } from '../../../../core/gateway/device-sink.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const command = (change: Partial<CommandView>): CommandView => ({
  name: 'start',
  label: 'Start',
  confirm: 'The pump starts. Is nobody near?',
  asks: 'nothing',
  point: 'run',
  ...change,
});
const COMMANDS = [
  command({}),
  command({ name: 'stop', confirm: 'The pump stops. Stop it?' }),
  command({ name: 'set', confirm: null, point: 'setpoint' }),
  command({ name: 'tare', confirm: 'Is the scale empty?', point: null }),
];
const signal = new AbortController().signal;
const CONSOLE = { kind: 'console', id: 'one' } as const;

let written: unknown[];
let handlers: Handlers;
const pump = {
  view: () => ({ name: 'Pump', commands: COMMANDS }),
  write: async (point: string, value: unknown) => void written.push([point, value]),
  send: async (point: string, value: unknown) => void written.push([point, value]),
};
beforeEach(() => {
  written = [];
  const logs = createLogHub({ clock: createManualClock() }, { keep: 10, level: 'info' });
  // The calls of a device need no more of a gateway than this.
  const runtime = { devices: () => new Map([['pump', pump]]), logs, store: {}, field: { calls: {}, views: {} } };
  handlers = createHandlers(runtime as unknown as GatewayRuntime);
});
const write = (input: object): Promise<unknown> =>
  handlers['device.write'](METHODS['device.write'].input.parse({ device: 'pump', ...input }), signal, CONSOLE);

it('writes a point that a command asks about only when a person has confirmed it', async () => {
  for (const said of [{}, { confirmed: false }]) {
    await expect(write({ point: 'run', value: true, ...said })).rejects.toMatchObject({
      code: 'tool/no-consent',
      message: 'Pump: nobody has confirmed that "run" is written',
      remedy: 'The pump starts. Is nobody near? The pump stops. Stop it?',
    });
  }
  expect(written).toEqual([]);
  await write({ point: 'run', value: true, confirmed: true });
  expect(written).toEqual([['run', true]]);
});

it('asks nothing for the other points', async () => {
  await write({ point: 'setpoint', value: 20 });
  await write({ point: 'speed', value: 3 });
  expect(written).toEqual([
    ['setpoint', 20],
    ['speed', 3],
  ]);
});

it('does not ask a machine: a message to the device writes as the subscription says', async () => {
  const sink = createDeviceSink(pump, createLogHub({ clock: createManualClock() }, { keep: 10, level: 'info' }).logger('sink'));
  await sink.deliver([{ topic: 'plc/pump', payload: Buffer.from('{"run":true}') }] as never, {} as never); // it needs no more of them
  expect(written).toEqual([['run', true]]);
});

import { describe, expect, it } from 'vitest';
import type { AdapterSession } from '../../../../core/adapters/adapter.ts';
import { commandViews, findCommand, runCommand } from '../../../../core/adapters/model/commands.ts';
import { device, never } from '../harness.ts';

const config = device({
  adapter: 'modbus-tcp',
  link: { kind: 'tcp', host: 'h', port: 502 },
  points: [
    { name: 'setpoint', table: 'holding', address: 0, writable: true },
    { name: 'run', table: 'coil', address: 0, type: 'bool', writable: true },
  ],
  commands: [
    {
      name: 'start',
      label: 'Start',
      confirm: 'The motor starts. Is nobody near?',
      do: { kind: 'write', point: 'run', value: true },
    },
    { name: 'set', do: { kind: 'write', point: 'setpoint' } },
    { name: 'switch', do: { kind: 'write', point: 'run' } },
    { name: 'tare', do: { kind: 'action', action: 'tare' } },
    { name: 'print', do: { kind: 'action', action: 'print' } },
    { name: 'hello', do: { kind: 'action', action: 'print', argument: 'Hello' } },
  ],
});

function session(more: Partial<AdapterSession> = {}) {
  const calls: unknown[] = [];
  const own: AdapterSession = {
    closed: new Promise(() => {}),
    close: async () => {},
    write: async (point, value) => void calls.push(['write', point, value]),
    ...more,
  };
  return { own, calls };
}

describe('commands', () => {
  it('are buttons that ask for what they need', () => {
    expect(commandViews(config).map(({ name, asks, confirm }) => [name, asks, confirm !== null])).toEqual([
      ['start', 'nothing', true],
      ['set', 'number', false],
      ['switch', 'switch', false],
      ['tare', 'nothing', false],
      ['print', 'text', false],
      ['hello', 'nothing', false],
    ]);
  });
  it('that ask are not run before somebody has confirmed them', () => {
    expect(() => findCommand(config, 'start', false)).toThrow(expect.objectContaining({ code: 'tool/no-consent' }));
    expect(findCommand(config, 'start', true).name).toBe('start');
    expect(findCommand(config, 'set', false).name).toBe('set');
    expect(() => findCommand(config, 'stop', true)).toThrow(expect.objectContaining({ code: 'adapter/unknown-command' }));
  });
  it('are confirmed by the device where its protocol can, else only done', async () => {
    const plain = session();
    const start = findCommand(config, 'start', true);
    expect(await runCommand(config, start, plain.own, undefined, never)).toMatchObject({ state: 'done', value: true });
    expect(plain.calls).toEqual([['write', 'run', true]]);
    const sure = session({ writeConfirmed: async (_, value) => ({ state: 'confirmed', words: 'read back', value }) });
    expect(await runCommand(config, start, sure.own, undefined, never)).toEqual({
      state: 'confirmed',
      words: 'read back',
      value: true,
    });
    expect(sure.calls).toEqual([]);
  });
  it('need their value, and a device that can', async () => {
    const set = findCommand(config, 'set', false);
    await expect(runCommand(config, set, session().own, undefined, never)).rejects.toMatchObject({ code: 'adapter/bad-value' });
    const mute = session();
    const { write: _, ...readOnly } = mute.own;
    await expect(runCommand(config, set, readOnly, 5, never)).rejects.toMatchObject({ code: 'adapter/not-writable' });
    const tare = findCommand(config, 'tare', false);
    await expect(runCommand(config, tare, session().own, undefined, never)).rejects.toMatchObject({
      code: 'adapter/unknown-command',
    });
  });
  it('hand their text to the action', async () => {
    const heard: unknown[] = [];
    const { own } = session({
      act: async (action, argument) => {
        heard.push([action, argument]);
        return { state: 'done', words: '' };
      },
    });
    for (const [name, value] of [
      ['tare', undefined],
      ['print', 'Receipt'],
      ['hello', 'other'],
    ] as const) {
      await runCommand(config, findCommand(config, name, false), own, value, never);
    }
    expect(heard).toEqual([
      ['tare', undefined],
      ['print', 'Receipt'],
      ['print', 'Hello'],
    ]);
  });
});

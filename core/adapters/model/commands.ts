import { GatewayError } from '../../base/errors.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import type { CommandConfig } from '../../contract/document/points.ts';
import type { CommandView } from '../../contract/views.ts';
import type { AdapterSession, CommandOutcome } from '../adapter.ts';

type Value = number | string | boolean;
type Commanded = Pick<DeviceConfig, 'name' | 'commands' | 'points' | 'adapter'>;

/** Actions that need a text of the person, where the document gives none. */
const TEXT_ACTIONS: readonly string[] = ['print'];

function asksForPoint(config: Commanded, name: string): CommandView['asks'] {
  const point = config.points.find((one) => one.name === name);
  const type = point && 'type' in point ? point.type : undefined;
  if (type === 'bool' || type === 'boolean') return 'switch';
  return type === 'string' || type === 'text' ? 'text' : 'number';
}

function asks(config: Commanded, { do: what }: CommandConfig): CommandView['asks'] {
  if (what.kind === 'write') return what.value === undefined ? asksForPoint(config, what.point) : 'nothing';
  return what.argument === undefined && TEXT_ACTIONS.includes(what.action) ? 'text' : 'nothing';
}

/** The commands of a device as buttons. */
export const commandViews = (config: Commanded): readonly CommandView[] =>
  (config.commands ?? []).map((command) => ({
    name: command.name,
    label: command.label ?? command.name,
    confirm: command.confirm ?? null,
    asks: asks(config, command),
    point: command.do.kind === 'write' ? command.do.point : null,
  }));

/** The command of this name. Throws `adapter/unknown-command`, or `tool/no-consent` where it asks and nobody has confirmed it. */
export function findCommand(config: Commanded, name: string, confirmed: boolean): CommandConfig {
  const command = config.commands?.find((one) => one.name === name);
  if (!command) throw new GatewayError('adapter/unknown-command', `${config.name} has no command "${name}"`);
  if (command.confirm !== undefined && !confirmed) {
    throw new GatewayError('tool/no-consent', `${config.name}: nobody has confirmed "${command.label ?? name}"`, {
      remedy: command.confirm,
    });
  }
  return command;
}

async function writeValue(
  config: Commanded,
  session: AdapterSession,
  point: string,
  value: Value,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (!config.points.some((one) => one.name === point)) {
    throw new GatewayError('adapter/unknown-point', `${config.name} has no point "${point}"`);
  }
  if (session.writeConfirmed) return await session.writeConfirmed(point, value, signal);
  if (!session.write) throw new GatewayError('adapter/not-writable', `${config.name}: this kind of device cannot be written`);
  await session.write(point, value, signal);
  return { state: 'done', words: `${String(value)} was written; the next reading shows what became of it.`, value };
}

/** Does what the command says, once. Rejects as the session's `write`, `writeConfirmed` and `act` do. */
export async function runCommand(
  config: Commanded,
  { name, do: what }: CommandConfig,
  session: AdapterSession,
  given: Value | undefined,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (what.kind === 'write') {
    const value = what.value ?? given;
    if (value === undefined) throw new GatewayError('adapter/bad-value', `${config.name}: "${name}" needs a value`);
    return await writeValue(config, session, what.point, value, signal);
  }
  if (!session.act) {
    throw new GatewayError('adapter/unknown-command', `${config.name}: this kind of device has no action "${what.action}"`);
  }
  const argument = what.argument ?? (given === undefined ? undefined : String(given));
  return await session.act(what.action, argument, signal);
}

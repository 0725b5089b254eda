import type { Argv } from 'yargs';
import type { Context } from './commands/command.ts';
import type { ExitCode } from './output.ts';

/** A mistake in the arguments: shown with a hint, exit code 2. */
export class UsageError extends Error {}

/** The parser with the options that every command has. */
export type Common = Argv<{ data: string; json: boolean }>;

/** Runs a command against the gateway that the arguments name, and keeps its exit code. */
export type Act = (argv: unknown, run: (context: Context) => Promise<ExitCode>) => Promise<void>;

export function wholeNumber(name: string, least: number, most: number) {
  return (value: unknown): number => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      throw new UsageError(`${name} must be a whole number from ${least} to ${most}`);
    return number;
  };
}

/** Of what invokes a function. */
export const CLIENT_CONTEXT = {
  type: 'string',
  describe: 'The client context itself: JSON, or base64 as Lambda takes it',
  requiresArg: true,
} as const;

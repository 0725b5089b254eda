import type { CommandView } from './views.ts';

/**
 * The questions that a person answers before this point is written: those of the device's commands that write it. What is asked before a
 * command must be asked before the same register is written by hand, too. Empty: none.
 */
export const writeQuestions = (commands: readonly CommandView[], point: string): readonly string[] => [
  ...new Set(commands.flatMap((command) => (command.point === point && command.confirm !== null ? [command.confirm] : []))),
];

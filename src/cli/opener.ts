import type { SessionOpenParams } from '../protocol/index.ts';
import { usageFault } from './command-line.ts';

/** The flags that say who answers questions. */
export interface AnswerFlags {
  readonly wait?: boolean;
  readonly input: boolean;
}

/** What this process is: the session runs with it. */
export function openerOf(cwd: string): Pick<SessionOpenParams, 'cwd' | 'env' | 'umask'> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return { cwd, env, umask: process.umask() };
}

/** Throws a `user` fault where they contradict each other: a question would be refused that somebody waits for. */
export function checkAnswerFlags({ wait, input }: AnswerFlags, command: string): void {
  if (wait === true && !input)
    throw usageFault('--wait and --no-input say the opposite of each other: leave out one', command);
}

/** Who answers questions: `hasTerminal` when this process asks them. */
export function chooseAnswers(flags: AnswerFlags, hasTerminal: boolean): SessionOpenParams['answers'] {
  if (!flags.input) return 'nobody';
  if (flags.wait === true) return 'others';
  return hasTerminal ? 'opener' : 'present';
}

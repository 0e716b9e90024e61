import { listAgents } from '../engine/index.ts';
import { showLine } from '../timeline/index.ts';
import { chooseAgent } from './choose-agent.ts';
import { addPolicyFlags, createCommand, parseWords, usageFault } from './command-line.ts';
import { COMPLETION_WORDS } from './completion-words.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { addRunFlags, type RunFlags, runOnTerminal } from './run.ts';

const NAME = 'sallyport';

function createPromptCommand() {
  const command = createCommand('', 'Your agent in a session of its own, with PROMPT as its first turn.', [
    'sallyport "refactor the auth module"',
    'sallyport -s read-only -a untrusted "audit this branch"',
    'sallyport -c default_agent=codex "fix all lint warnings"',
  ]);
  addPolicyFlags(command).argument('[prompt...]', 'what the agent is to do, between quotes');
  return addRunFlags(command).addHelpText(
    'after',
    '\nThe agent is default_agent of the configuration, else the only one of `sallyport agents` that is installed.\n' +
      'Exit status: that of the agent; 125 it did not start, 2 wrong usage or configuration, or no agent.',
  );
}

/** `sallyport [flags] PROMPT`: a session with the default agent. Gives its exit status. */
export async function runPrompt(words: readonly string[]): Promise<number> {
  const command = createPromptCommand();
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<Omit<RunFlags, 'driver'>>();
  const prompt = readPrompt(command.args, words);
  const wanted = loadSessionConfig(flags).values.get('default_agent')?.value;
  const agent = chooseAgent(listAgents(process.env['PATH'] ?? ''), wantedName(wanted));
  const argv = [agent.program, ...agent.promptWords, prompt];
  return await runOnTerminal({ title: prompt, ...flags, driver: 'pty' }, argv);
}

function wantedName(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readPrompt(args: readonly string[], words: readonly string[]): string {
  const [prompt, second] = args;
  if (prompt === undefined) {
    throw usageFault(
      'there is no prompt behind the flags; `sallyport run [flags] -- AGENT` starts an agent without one',
      NAME,
    );
  }
  if (Object.hasOwn(COMPLETION_WORDS, prompt) && !words.includes('--')) {
    throw usageFault(`flags stand behind the command: sallyport ${prompt} [flags]`, NAME);
  }
  if (second !== undefined) throw usageFault('put the prompt between quotes: it is one word', NAME);
  if (prompt.trim() === '') throw usageFault('the prompt is empty', NAME);
  if (prompt.startsWith('-')) {
    throw usageFault(`an agent would read ${showLine(prompt, 40)} as a flag; begin with a word`, NAME);
  }
  return prompt;
}

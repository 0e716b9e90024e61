import { listEditable, planAsks, rewriteScript } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import type { GateHandlers, SandboxProcess } from '../sandbox/index.ts';
import type { ScriptContext } from './script-context.ts';
import type { Rewriting } from './script-edits.ts';
import type { ScriptHost } from './script-host.ts';

type LaunchWords = readonly [string, ...string[]];

/** Linux takes no single argument longer than this (MAX_ARG_STRLEN), its end included. */
const MAX_ARGUMENT_BYTES = 131_071;

/** Starts the script's shell, with the questions in its text, or the program as it was typed, behind its wall. */
export async function launchScript(
  host: ScriptHost,
  context: ScriptContext,
  handlers: GateHandlers,
): Promise<SandboxProcess> {
  const { sandbox, network, environment, innerEnvironment, stdio, umask, cwd, folder, enforced } = host;
  const { argv } = context.root;
  return sandbox.launch({
    launchId: context.rootRunId,
    argv: argv === undefined ? shellWords(host, context) : programWords(argv),
    cwd,
    folder,
    environment: network?.begin(context, environment) ?? environment,
    innerEnvironment,
    gate: enforced.gate === 'kernel' ? (sandbox.isWalled ? 'exec,write' : 'exec') : 'none',
    handlers,
    stdio,
    umask,
  });
}

function programWords([program, ...words]: readonly string[]): LaunchWords {
  if (program === undefined || program === '' || [program, ...words].some((word) => word.includes('\0'))) {
    throw new Fault({
      kind: 'user',
      code: 'no-program',
      message: program
        ? 'a word holds a NUL character, which no program can be given'
        : 'there is no program to run',
      hint: 'name a program',
    });
  }
  return [program, ...words];
}

function shellWords(host: ScriptHost, context: ScriptContext): LaunchWords {
  const script = rewrite(host, context);
  if (Buffer.byteLength(script) > MAX_ARGUMENT_BYTES) {
    throw new Fault({
      kind: 'user',
      code: 'script-too-long',
      message: `the script is longer than ${Math.floor(MAX_ARGUMENT_BYTES / 1024)} KiB with its questions in place`,
      hint: 'put it into a file in the workspace and run that file',
    });
  }
  if (script.includes('\0')) {
    throw new Fault({
      kind: 'user',
      code: 'script-has-nul',
      message: 'the script holds a NUL character, which no shell can be given',
      hint: 'remove it',
    });
  }
  const { shell } = host.snapshot;
  // The dashes keep a script that begins with one from being an option.
  return [shell, ...shellOptions(shell), '-c', '--', script];
}

function rewrite(host: ScriptHost, context: ScriptContext): string {
  const { root, previews, split } = context;
  // One question was asked in front of the whole, and answered.
  if (split.opaque !== undefined) return root.text;
  const gate = host.enforced.gate === 'kernel' ? 'kernel' : 'shell';
  const mustAsk = planAsks(split.steps, (index) => previews.get(index)?.verdict ?? 'ask', { gate });
  const { command, socket } = host.sandbox.ask;
  const editable = isBash(host.snapshot.shell)
    ? listEditable(root.text, split, (index) => previews.get(index)?.verdict ?? 'ask')
    : new Set<number>();
  if (mustAsk.size + editable.size === 0) return root.text;
  if (socket === null)
    throw new Fault({ kind: 'bug', code: 'no-ask-socket', message: 'the session has no ask socket' });
  const ask = quoteWords([command, socket]);
  const instead = quoteWords([command, '--instead', socket]);
  const rewriting: Rewriting = {
    gate,
    askCommand: (index) => `${ask} ${host.scriptNumber}.${index}`,
    insteadCommand: (index) => `${instead} ${host.scriptNumber}.${index}`,
  };
  const places = [...editable].map((index) => [index, mustAsk.has(index) ? 'front' : 'behind'] as const);
  context.board.edits.allow(places, rewriting);
  return rewriteScript(root.text, split, { ...rewriting, mustAsk, editable });
}

/** Nothing of the person's own start files runs in front of a script. */
function shellOptions(shell: string): string[] {
  return isBash(shell) ? ['--norc', '--noprofile'] : [];
}

function isBash(shell: string): boolean {
  return /(^|\/)bash$/.test(shell);
}

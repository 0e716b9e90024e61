import { listEditable, planAsks, rewriteScript, type ScriptSplit } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import type { GateHandlers, SandboxProcess } from '../sandbox/index.ts';
import type { ScriptContext } from './script-context.ts';
import type { Rewriting } from './script-edits.ts';
import type { ScriptHost } from './script-host.ts';

export interface ScriptLaunch {
  readonly host: ScriptHost;
  readonly split: ScriptSplit;
  readonly context: ScriptContext;
  readonly handlers: GateHandlers;
}

/** Linux takes no single argument longer than this (MAX_ARG_STRLEN), its end included. */
const MAX_ARGUMENT_BYTES = 131_071;

/** Starts the script's shell, with the questions in its text, behind the session's wall. */
export async function launchScript(launch: ScriptLaunch): Promise<SandboxProcess> {
  const { sandbox, network, snapshot, environment, innerEnvironment, stdio, umask, cwd, folder, enforced } =
    launch.host;
  const script = rewrite(launch);
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
  return sandbox.launch({
    launchId: launch.context.rootRunId,
    // The dashes keep a script that begins with one from being an option.
    argv: [snapshot.shell, ...shellOptions(snapshot.shell), '-c', '--', script],
    cwd,
    folder,
    environment: network?.begin(launch.context, environment) ?? environment,
    innerEnvironment,
    gate: enforced.gate === 'kernel' ? (sandbox.isWalled ? 'exec,write' : 'exec') : 'none',
    handlers: launch.handlers,
    stdio,
    umask,
  });
}

function rewrite({ host, split, context }: ScriptLaunch): string {
  const { root, previews } = context;
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

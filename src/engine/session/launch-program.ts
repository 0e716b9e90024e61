import { Fault } from '../../protocol/index.ts';
import type { GateHandlers, SandboxProcess } from '../sandbox/index.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';

export interface ProgramLaunch {
  readonly host: ScriptHost;
  readonly argv: readonly string[];
  readonly context: ScriptContext;
  readonly handlers: GateHandlers;
}

/** Starts a program with its words as they were typed, behind the session's wall. */
export async function launchProgram({
  host,
  argv,
  context,
  handlers,
}: ProgramLaunch): Promise<SandboxProcess> {
  const { sandbox, network, environment, innerEnvironment, stdio, umask, cwd, folder, enforced } = host;
  const [program, ...words] = argv;
  if (program === undefined || program === '' || argv.some((word) => word.includes('\0'))) {
    throw new Fault({
      kind: 'user',
      code: 'no-program',
      message: program
        ? 'a word holds a NUL character, which no program can be given'
        : 'there is no program to run',
      hint: 'name a program',
    });
  }
  return sandbox.launch({
    launchId: context.rootRunId,
    argv: [program, ...words],
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

/** What the form of a page asks for, as the parameters of a session of this login. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { CheckedParams } from '../protocol/index.ts';
import { Fault, NO_FLAGS } from '../protocol/index.ts';
import { expandHome, type LoadedConfig } from './config/index.ts';

type StartParams = CheckedParams<'session/start'>;
type OpenParams = CheckedParams<'session/open'>;

export interface Login {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const MAX_TITLE = 80;
const TERMINAL = { columns: 120, rows: 32 };
/** What belongs to the process that the engine is, or to whatever started it, and not to the login. */
const NOT_OF_LOGIN =
  /^(?:PWD|OLDPWD|_|SHLVL|INIT_CWD|COLUMNS|LINES|NODE_CHANNEL_FD|NODE_OPTIONS|ELECTRON_.*|npm_.*)$/;

/** The parameters of the session. Throws a `user` fault for a folder that cannot be worked in. */
export async function readStartParams(params: StartParams, login: Login): Promise<OpenParams> {
  const cwd = await requireFolder(params.folder, login.home);
  const isProgram = params.kind === 'program';
  return {
    origin: 'page',
    cwd,
    env: { ...loginEnvironment(login), ...(isProgram && { TERM: 'xterm-256color' }) },
    umask: 0o022,
    ...(isProgram && { terminal: TERMINAL }),
    hasStdin: false,
    flags: {
      ...NO_FLAGS,
      ...(params.sandbox !== undefined && { sandbox: params.sandbox }),
      ...(params.askForApproval !== undefined && { askForApproval: params.askForApproval }),
      addDirs: params.addDirs,
      overrides:
        params.network === undefined ? [] : [`sandbox_workspace_write.network_access=${params.network}`],
    },
    answers: 'others',
    title: params.title ?? titleOf(params.text),
  };
}

/** The environment that a session of this login starts with. */
export function loginEnvironment({ env, home }: Login): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !NOT_OF_LOGIN.test(name)) kept[name] = value;
  }
  return { ...kept, HOME: home };
}

function titleOf(text: string): string {
  const [line = ''] = text.trim().split('\n');
  return [...line.trimEnd()].slice(0, MAX_TITLE).join('');
}

async function requireFolder(typed: string, home: string): Promise<string> {
  const path = expandHome(typed, home);
  if (!isAbsolute(path)) {
    throw new Fault({
      kind: 'user',
      code: 'folder-not-absolute',
      message: `The folder must be a whole path, but is ${JSON.stringify(typed)}`,
      hint: 'Begin it with / or ~/',
    });
  }
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-folder',
      message: `There is no folder ${JSON.stringify(path)}`,
      hint: 'Make it first, or choose another one',
    });
  }
  if (found.isDirectory()) return path;
  throw new Fault({
    kind: 'user',
    code: 'not-a-folder',
    message: `${JSON.stringify(path)} is a file`,
    hint: 'Choose the folder that holds it',
  });
}

/** Throws a `user` fault for a script that no shell could be given. */
export function requireText(text: string): void {
  if (text.trim() === '') {
    throw new Fault({
      kind: 'user',
      code: 'no-script',
      message: 'There is nothing to run',
      hint: 'Type a command',
    });
  }
  if (!text.includes('\0')) return;
  throw new Fault({
    kind: 'user',
    code: 'script-has-nul',
    message: 'The script holds a NUL character, which no shell can be given',
    hint: 'Remove it',
  });
}

/** A session without a wall wants the word typed, wherever its mode comes from. Throws a `user` fault. */
export function requireTypedWord(params: StartParams, { snapshot }: LoadedConfig): void {
  if (snapshot.sandboxMode !== 'danger-full-access' || params.typedWord === 'danger') return;
  throw new Fault({
    kind: 'user',
    code: 'typed-word-needed',
    message: 'This session would run without a sandbox',
    hint: 'Type the word danger to start it all the same, or choose another mode',
  });
}

/** The warnings of the configuration, and what the form asked for and does not get. */
export function startWarnings(params: StartParams, { snapshot, warnings }: LoadedConfig): string[] {
  if (params.network === true && !snapshot.networkAccess)
    return [...warnings, `The network stays off: ${snapshot.sandboxMode} has none`];
  if (params.network === false && snapshot.networkAccess)
    return [...warnings, 'The network stays on: without a sandbox nothing can turn it off'];
  return [...warnings];
}

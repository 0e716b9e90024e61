import { Command, CommanderError, Option } from 'commander';
import { Fault } from '../protocol/index.ts';

/** Flags that say under which configuration something runs; the same for every command that runs or judges. */
export interface PolicyFlags {
  readonly sandbox?: string;
  readonly askForApproval?: string;
  readonly profile?: string;
  readonly preset?: string;
  readonly config?: readonly string[];
  readonly cd?: string;
  readonly addDir?: readonly string[];
  readonly fullAuto?: boolean;
  readonly dangerouslyBypassApprovalsAndSandbox?: boolean;
  readonly yolo?: boolean;
  readonly shell?: string;
  readonly allowDomain?: readonly string[];
  readonly denyDomain?: readonly string[];
  readonly publish?: readonly string[];
  readonly maxProcs?: string;
  readonly maxMemory?: string;
  readonly maxFileSize?: string;
  readonly maxOpenFiles?: string;
  readonly maxTime?: string;
}

/** A command of ours (`''`: the program itself): parse errors are `user` faults, help goes to stdout. */
export function createCommand(name: string, summary: string, examples: readonly string[] = []): Command {
  const command = new Command(`sallyport ${name}`.trim())
    .description(summary)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption('-h, --help', 'show this help');
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
  }
  return command;
}

/** For a flag that may be repeated. No default stands behind it: the help would show it as an empty list. */
export function collectWords(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function addPolicyFlags(command: Command): Command {
  return command
    .option('-s, --sandbox <mode>', 'read-only, workspace-write (default) or danger-full-access')
    .option(
      '-a, --ask-for-approval <policy>',
      'when a person is asked: untrusted, on-request (default) or never',
    )
    .option('-p, --profile <name>', 'a set of keys by its name: [profiles.NAME] or NAME.config.toml')
    .option('--preset <name>', 'daily, power-user, ci, smart or paranoid: a mode and a policy')
    .option('-c, --config <key=value>', 'set one configuration value (may be repeated)', collectWords)
    .option('-C, --cd <dir>', 'work in this folder instead of the current one')
    .option('--add-dir <dir>', 'a further folder that may be written (may be repeated)', collectWords)
    .option(
      '--allow-domain <host[:port]>',
      'a host that is reached without a question (may be repeated)',
      collectWords,
    )
    .option(
      '--deny-domain <host[:port]>',
      'a host that is never reached, or * (may be repeated)',
      collectWords,
    )
    .option(
      '--publish <port>',
      'ask to open this port of a server inside at 127.0.0.1 (may be repeated)',
      collectWords,
    )
    .option('--full-auto', 'workspace-write and on-request')
    .option('--max-procs <n>', 'at most so many processes and threads at once (default 4096)')
    .option('--max-memory <size>', "at most so much memory, such as 400M (default 80% of the machine's)")
    .option('--max-file-size <size>', 'no file grows larger, such as 50M')
    .option('--max-open-files <n>', 'at most so many open files in each process')
    .option('--max-time <duration>', 'end it after this time, such as 10m')
    .option('--dangerously-bypass-approvals-and-sandbox', 'no wall and no questions (alias --yolo)')
    .addOption(new Option('--yolo').hideHelp())
    .option('--shell <path>', 'the shell that runs the script (default /bin/bash)');
}

/**
 * Parses the words after the command's name. `'help'` when the help was shown. Throws a `user` fault for a wrong
 * command line.
 */
export function parseWords(command: Command, words: readonly string[]): 'help' | 'parsed' {
  try {
    command.parse([...words], { from: 'user' });
    return 'parsed';
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.help') return 'help';
    throw usageFault(thrown.message.replace(/^error: /, ''), command.name());
  }
}

/** A wrong command line. `name` is the command as typed, whose help shows the right one. */
export function usageFault(message: string, name: string): Fault {
  return new Fault({ kind: 'user', code: 'usage', message, hint: `see \`${name} --help\`` });
}

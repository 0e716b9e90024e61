import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  type ConfigOwner,
  listTrust,
  readTypedKey,
  readTypedValue,
  type TomlEdit,
  type WrittenConfig,
  writeConfig,
  writeTrust,
} from '../engine/index.ts';
import { findSecrets } from '../engine/sandbox/index.ts';
import { showLine } from '../timeline/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { currentFolder } from './current-folder.ts';

const NAME = 'sallyport config';

/** Whose configuration the commands change: that of the person who types them. */
export function ownConfig(): ConfigOwner {
  return {
    env: process.env,
    home: homedir(),
    ports: { findSecrets: (home) => findSecrets(home, process.env).map((secret) => secret.path) },
  };
}

function showValue(value: unknown): string {
  if (value === undefined) return 'not set';
  return showLine(
    JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ??
      'not set',
  );
}

function tellWritten(written: WrittenConfig, isJson: boolean): number {
  const { file, isChanged, changes, remaining, warning } = written;
  if (isJson) process.stdout.write(`${JSON.stringify(written)}\n`);
  else if (!isChanged) process.stdout.write(`${showLine(file)}: nothing to change\n`);
  else {
    for (const { key, before, after } of changes)
      process.stdout.write(`${showLine(key)} = ${showValue(after)}   (before: ${showValue(before)})\n`);
    process.stdout.write(`written to ${showLine(file)}\n`);
  }
  if (warning !== undefined) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  if (remaining !== undefined)
    process.stderr.write(`sallyport: warning: the file still has a mistake: ${showLine(remaining)}\n`);
  return 0;
}

/** `config set KEY VALUE`. */
export function setKey(words: readonly string[]): number {
  const command = createCommand('config set', 'Write a key into your configuration file.')
    .argument('<key>', 'as in the file, such as sandbox_workspace_write.network_access')
    .argument('<value>', 'in TOML, else the text itself')
    .option('--append', 'one more item of a list')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const [key = '', value = ''] = command.args;
  const flags = command.opts<{ append?: boolean; json?: boolean }>();
  const kind = flags.append === true ? 'append' : 'set';
  const edit: TomlEdit = { kind, path: readTypedKey(key), value: readTypedValue(value) };
  return tellWritten(writeConfig(ownConfig(), [edit]), flags.json === true);
}

/** `config unset KEY`. */
export function unsetKey(words: readonly string[]): number {
  const command = createCommand('config unset', 'Take a key out of your configuration file.')
    .argument('<key>', 'as in the file')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const edit: TomlEdit = { kind: 'unset', path: readTypedKey(command.args[0] ?? '') };
  return tellWritten(writeConfig(ownConfig(), [edit]), command.opts<{ json?: boolean }>().json === true);
}

const LEVELS = ['trusted', 'full', 'untrusted'] as const;

/** `config trust [PATH]`. */
export function trustFolder(words: readonly string[]): number {
  const command = createCommand('config trust', 'Trust the configuration, rules and hooks of a folder.')
    .argument('[path]', 'the folder of a project; without it, what is trusted is listed')
    .option('--level <level>', 'trusted: they may narrow, full: they may widen too, untrusted', 'trusted')
    .option('--yes', 'also a folder that is far more than a project, such as your home folder')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<{ level: string; yes?: boolean; json?: boolean }>();
  const level = LEVELS.find((each) => each === flags.level);
  if (level === undefined)
    throw usageFault(
      `--level must be one of ${LEVELS.join(', ')}, but is ${showLine(flags.level, 40)}`,
      NAME,
    );
  const [path] = command.args;
  if (path === undefined) return listFolders(flags.json === true);
  const isMeant = flags.yes === true;
  const written = writeTrust(ownConfig(), resolve(currentFolder(), path), level, { isMeant });
  return tellWritten(written, flags.json === true);
}

function listFolders(isJson: boolean): number {
  const folders = listTrust(ownConfig());
  for (const { folder, level } of folders)
    process.stdout.write(
      isJson ? `${JSON.stringify({ folder, level })}\n` : `${showLine(level, 20)}  ${showLine(folder)}\n`,
    );
  if (folders.length === 0 && !isJson) process.stderr.write('No folder is trusted.\n');
  return 0;
}

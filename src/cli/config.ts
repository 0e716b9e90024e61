import { join } from 'node:path';
import {
  type ConfigExplanation,
  explainConfig,
  historyFileOf,
  type LoadedConfig,
  listConfig,
  showOrigin,
} from '../engine/index.ts';
import { controlSocketPath, findFolders } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { importConfig } from './config-import.ts';
import { setKey, trustFolder, unsetKey } from './config-write.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { runVerb } from './run-verb.ts';

const NAME = 'sallyport config';

interface ConfigFlags extends PolicyFlags {
  readonly json?: boolean;
}

/** `sallyport config`: the configuration in force, and where each value comes from. */
export function runConfig(words: readonly string[]): Promise<number> {
  const verbs = {
    get: getConfig,
    explain: explainKey,
    path: showPaths,
    set: setKey,
    unset: unsetKey,
    trust: trustFolder,
    import: importConfig,
  };
  return runVerb({ noun: 'config', verbs, showHelp }, words);
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport config [get [KEY]|explain KEY|path|set KEY VALUE|unset KEY|trust [PATH]|import] [flags]

The configuration that holds here, with the flags that \`exec\` takes.

  get [KEY]      a value, or all of them (--json)
  explain KEY    the value, its layer, file and line, and what it overrode (--json)
  path           where configuration, history and sockets are
  set KEY VALUE  write it into your file, which keeps comments and order (--append for lists)
  unset KEY      take it out of your file
  trust [PATH]   trust the files of a project (--level trusted|full|untrusted); without PATH, list
  import         take what holds here from a folder of Codex (--from, --dry-run, --json)

Examples:
  sallyport config get
  sallyport config get approval_policy
  sallyport config set approval_policy untrusted
  sallyport config trust .
  sallyport config explain sandbox_mode -c sandbox_mode=read-only
`);
  return 0;
}

function parseConfigWords(
  name: string,
  summary: string,
  words: readonly string[],
): { flags: ConfigFlags; key: string | undefined } | 'help' {
  const command = createCommand(name, summary);
  addPolicyFlags(command)
    .argument('[key]', 'a key, as in the configuration file')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 'help';
  return { flags: command.opts<ConfigFlags>(), key: command.args[0] };
}

function writeWarnings(config: LoadedConfig): void {
  for (const warning of config.warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
}

function getConfig(words: readonly string[]): number {
  const parsed = parseConfigWords('config get', 'Show a value in force, or all of them.', words);
  if (parsed === 'help') return 0;
  const config = loadSessionConfig(parsed.flags);
  writeWarnings(config);
  const rows = parsed.key === undefined ? listConfig(config) : [explainConfig(config, parsed.key)];
  if (parsed.flags.json === true) {
    for (const { key, value, origin } of rows)
      process.stdout.write(`${JSON.stringify({ key, value, origin })}\n`);
  } else if (parsed.key !== undefined) {
    process.stdout.write(`${rows.map((row) => writeValue(row.value)).join('\n')}\n`);
  } else {
    for (const row of rows)
      process.stdout.write(`${row.key} = ${writeValue(row.value)}  # ${showLine(row.place)}\n`);
  }
  return 0;
}

function writeValue(value: unknown): string {
  return typeof value === 'string' ? showLine(value) : showLine(JSON.stringify(value) ?? 'unset');
}

function explainKey(words: readonly string[]): number {
  const parsed = parseConfigWords('config explain', 'Explain where a value comes from.', words);
  if (parsed === 'help') return 0;
  if (parsed.key === undefined) throw usageFault('which key?', NAME);
  const config = loadSessionConfig(parsed.flags);
  writeWarnings(config);
  const row = explainConfig(config, parsed.key);
  if (parsed.flags.json === true) process.stdout.write(`${JSON.stringify(row)}\n`);
  else process.stdout.write(renderExplanation(row));
  return 0;
}

/** The layer and the place in it; defaults have no place but themselves. */
function nameSource(layer: string, place: string): string {
  return layer === place ? layer : `${layer}, ${showLine(place)}`;
}

function renderExplanation(row: ConfigExplanation): string {
  const lines = [
    `${row.key} = ${writeValue(row.value)}`,
    `  ${row.about}`,
    `  from: ${nameSource(row.origin.layer, row.place)}`,
  ];
  for (const other of row.overridden) {
    lines.push(
      `  overrides: ${writeValue(other.value)} from ${nameSource(other.origin.layer, showOrigin(other.origin))}`,
    );
  }
  for (const other of row.ignored) {
    lines.push(
      `  ignored: ${writeValue(other.value)} from ${nameSource(other.origin.layer, showOrigin(other.origin))} (${showLine(other.why)})`,
    );
  }
  for (const { bound, origin } of row.locks)
    lines.push(`  locked: ${showLine(bound)} (${showLine(showOrigin(origin))})`);
  return `${lines.join('\n')}\n`;
}

function showPaths(words: readonly string[]): number {
  const parsed = parseConfigWords('config path', 'Show where configuration, history and sockets are.', words);
  if (parsed === 'help') return 0;
  const { home, runtimeDir } = findFolders();
  const { files, projects } = loadSessionConfig(parsed.flags);
  const paths = {
    home,
    user: files.user,
    projects: files.projects,
    requirements: files.requirements,
    history: historyFileOf(home),
    runtime: runtimeDir,
    socket: controlSocketPath(runtimeDir),
  };
  if (parsed.flags.json === true) process.stdout.write(`${JSON.stringify(paths)}\n`);
  else {
    const projectLines = files.projects
      .map((file) => {
        const own = projects.find(({ folder }) => file === join(folder, '.sallyport', 'config.toml'));
        const level = own?.trust.level ?? 'untrusted';
        return `project: ${showLine(file)} (${level === 'untrusted' ? 'ignored: not trusted' : level})\n`;
      })
      .join('');
    process.stdout.write(`home: ${showLine(home)}
user: ${showLine(paths.user)}
managed: ${showLine(paths.requirements)}
${projectLines}history: ${showLine(paths.history)}
runtime: ${showLine(runtimeDir)}
socket: ${showLine(paths.socket)}
`);
  }
  return 0;
}

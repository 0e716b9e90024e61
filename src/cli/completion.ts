import { createCommand, parseWords, usageFault } from './command-line.ts';
import { COMPLETION_VALUES, COMPLETION_WORDS } from './completion-words.ts';

const SHELLS: Readonly<Record<string, () => string>> = { bash: writeBash, zsh: writeZsh, fish: writeFish };

/** `sallyport completion SHELL`: a script that the shell evaluates. */
export async function runCompletion(words: readonly string[]): Promise<number> {
  const command = createCommand('completion', 'Print the completion script of a shell.', [
    'bash:  echo \'eval "$(sallyport completion bash)"\' >> ~/.bashrc',
    'zsh:   echo \'eval "$(sallyport completion zsh)"\' >> ~/.zshrc',
    'fish:  sallyport completion fish > ~/.config/fish/completions/sallyport.fish',
  ]).argument('<shell>', 'bash, zsh or fish');
  if (parseWords(command, words) === 'help') return 0;
  const shell = command.args[0] ?? '';
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (write === undefined)
    throw usageFault(`there is no completion for ${shell}; there is for bash, zsh and fish`, command.name());
  process.stdout.write(write());
  return 0;
}

function writeCases(): string {
  const values = Object.entries(COMPLETION_VALUES).map(
    ([flag, words]) => `    ${flag}) words="${words.join(' ')}" ;;`,
  );
  return values.join('\n');
}

function writeBash(): string {
  const rows = Object.entries(COMPLETION_WORDS).map(
    ([name, words]) => `      ${name}) words="${words.join(' ')}" ;;`,
  );
  return `_sallyport() {
  local current previous words=""
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$previous" in
${writeCases()}
    --cd|-C|--add-dir) COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  if [ -z "$words" ]; then
    if [ "$COMP_CWORD" -eq 1 ]; then
      words="${Object.keys(COMPLETION_WORDS).join(' ')} --help --version"
    else
      case "\${COMP_WORDS[1]}" in
${rows.join('\n')}
      esac
      words="$words --help"
    fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _sallyport sallyport
`;
}

function writeZsh(): string {
  return `autoload -Uz bashcompinit && bashcompinit
${writeBash()}`;
}

function writeFish(): string {
  const names = Object.keys(COMPLETION_WORDS);
  const lines = [`complete -c sallyport -n __fish_use_subcommand -f -a '${names.join(' ')}'`];
  for (const [name, words] of Object.entries(COMPLETION_WORDS)) {
    const seen = `__fish_seen_subcommand_from ${name}`;
    const verbs = words.filter((word) => !word.startsWith('-'));
    if (verbs.length > 0) lines.push(`complete -c sallyport -n '${seen}' -f -a '${verbs.join(' ')}'`);
    for (const word of words.filter((flag) => flag.startsWith('--'))) {
      const values = COMPLETION_VALUES[word];
      const choice = values === undefined ? '' : ` -x -a '${values.join(' ')}'`;
      lines.push(`complete -c sallyport -n '${seen}' -l ${word.slice(2)}${choice}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

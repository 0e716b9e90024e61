/** A name that is read-only below a writable root, and why. */
export interface ProtectedRow {
  /** Relative to a root or to a nested repository. */
  readonly name: string;
  readonly reason: string;
}

/**
 * Read-only at the top of every writable root and of every nested repository, whether they exist or not: a missing one
 * is held by an empty placeholder.
 */
export const ALWAYS_PROTECTED: readonly ProtectedRow[] = [
  {
    name: '.git',
    reason: 'git runs hooks and configured programs from it, also when only its status is asked for',
  },
  { name: '.agents', reason: 'agents read instructions and skills from it' },
  { name: '.codex', reason: 'Codex reads its configuration and rules from it' },
  { name: '.sallyport', reason: 'the project layer of the configuration and the rules live in it' },
];

/** Read-only where they exist; looked at after the session where they do not. Something outside runs or obeys them. */
export const RUNS_CODE_LATER: readonly ProtectedRow[] = [
  { name: '.vscode/tasks.json', reason: 'the editor runs tasks from it, some when the folder is opened' },
  { name: '.vscode/settings.json', reason: 'the editor takes paths of programs from it' },
  { name: '.vscode/launch.json', reason: 'the editor starts programs from it' },
  { name: '.vscode/mcp.json', reason: 'the editor starts the servers it lists' },
  { name: '.zed/tasks.json', reason: 'the editor runs tasks from it' },
  { name: '.zed/settings.json', reason: 'the editor takes paths of programs from it' },
  { name: '.idea/runConfigurations', reason: 'the editor starts programs from it' },
  { name: '.idea/workspace.xml', reason: 'the editor starts programs from it' },
  { name: '.envrc', reason: 'direnv runs it when a shell enters the folder' },
  { name: 'mise.toml', reason: 'mise runs its hooks and tasks, and takes the search path from it' },
  { name: '.mise.toml', reason: 'mise runs its hooks and tasks, and takes the search path from it' },
  { name: '.husky', reason: 'git hooks that husky installs' },
  { name: '.pre-commit-config.yaml', reason: 'pre-commit runs what it lists at the next commit' },
  { name: 'lefthook.yml', reason: 'lefthook runs what it lists at the next commit' },
  { name: '.lefthook.yml', reason: 'lefthook runs what it lists at the next commit' },
  { name: '.npmrc', reason: 'npm takes the shell of its scripts from it' },
  { name: '.yarnrc.yml', reason: 'yarn runs the program and the plugins it names' },
  { name: '.pnpmfile.cjs', reason: 'pnpm runs it at the next install' },
  { name: '.cargo/config.toml', reason: 'cargo takes compilers and runners from it' },
  { name: '.cargo/config', reason: 'cargo takes compilers and runners from it' },
  { name: '.gdbinit', reason: 'gdb may run it' },
  { name: '.gitmodules', reason: 'git takes addresses and update commands from it' },
  { name: '.mcp.json', reason: 'agents start the servers it lists' },
  { name: '.claude/settings.json', reason: 'Claude Code runs the hooks it lists' },
  { name: '.claude/settings.local.json', reason: 'Claude Code runs the hooks it lists' },
  { name: '.claude/hooks', reason: 'Claude Code runs hooks from it' },
  { name: '.claude/commands', reason: 'Claude Code takes instructions and commands from it' },
  { name: '.claude/agents', reason: 'Claude Code takes instructions from it' },
  { name: '.claude/skills', reason: 'Claude Code takes instructions and programs from it' },
  { name: '.cursor/mcp.json', reason: 'Cursor starts the servers it lists' },
  { name: '.cursor/hooks.json', reason: 'Cursor runs the hooks it lists' },
  { name: 'opencode.json', reason: 'opencode starts the servers and plugins it lists' },
  { name: '.opencode', reason: 'opencode runs plugins from it' },
  { name: '.gemini/settings.json', reason: 'Gemini CLI starts the servers it lists' },
  { name: '.devcontainer', reason: 'the editor runs its commands when the container is made' },
  { name: '.bashrc', reason: 'every interactive bash runs it' },
  { name: '.bash_profile', reason: 'every login bash runs it' },
  { name: '.bash_login', reason: 'every login bash runs it' },
  { name: '.bash_logout', reason: 'bash runs it when a login ends' },
  { name: '.bash_aliases', reason: 'many .bashrc files run it' },
  { name: '.profile', reason: 'every login shell runs it' },
  { name: '.zshrc', reason: 'every interactive zsh runs it' },
  { name: '.zshenv', reason: 'every zsh runs it' },
  { name: '.zprofile', reason: 'every login zsh runs it' },
  { name: '.zlogin', reason: 'every login zsh runs it' },
  { name: '.config/fish', reason: 'every fish runs files from it' },
  { name: '.gitconfig', reason: 'git takes programs to run from it' },
  { name: '.config/git', reason: 'git takes programs to run from it' },
  { name: '.config/systemd/user', reason: 'the session manager starts services from it' },
  { name: '.config/autostart', reason: 'the desktop starts programs from it' },
  { name: '.local/bin', reason: 'on the search path of most shells' },
  { name: '.vimrc', reason: 'vim runs it' },
  { name: '.exrc', reason: 'vi and vim may run it' },
  { name: '.config/nvim', reason: 'Neovim runs files from it' },
  { name: '.ssh/authorized_keys', reason: 'it lets others log in' },
];

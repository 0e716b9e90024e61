/**
 * The terminal's front door. Imports by command, so that a command loads what it needs and nothing else: `--version`
 * answers before anything is loaded, `sandbox` loads the wall alone.
 */
import { PRODUCT_VERSION } from './product-version.ts';

type Command = (words: readonly string[]) => Promise<number>;

interface CommandRow {
  load(): Promise<Command>;
  /** Its failure means that a command of the user's did not start: status 125. */
  readonly runsCommand?: boolean;
}

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  exec: { load: async () => (await import('./exec.ts')).runExec, runsCommand: true },
  run: { load: async () => (await import('./run.ts')).runProgram, runsCommand: true },
  sandbox: { load: async () => (await import('./sandbox.ts')).runSandbox, runsCommand: true },
  debug: { load: async () => (await import('./debug.ts')).runDebug, runsCommand: true },
  check: { load: async () => (await import('./check.ts')).runCheck },
  approvals: { load: async () => (await import('./approvals.ts')).runApprovals },
  grants: { load: async () => (await import('./grants.ts')).runGrants },
  history: { load: async () => (await import('./history.ts')).runHistory },
  profile: { load: async () => (await import('./profile.ts')).runProfile },
  rules: { load: async () => (await import('./rules.ts')).runRules },
  config: { load: async () => (await import('./config.ts')).runConfig },
  session: { load: async () => (await import('./session.ts')).runSession },
  agents: { load: async () => (await import('./agents.ts')).runAgents },
  mcp: { load: async () => (await import('./mcp.ts')).runMcp },
  doctor: { load: async () => (await import('./doctor.ts')).runDoctor },
  serve: { load: async () => (await import('./serve.ts')).runServe },
  demo: { load: async () => (await import('./demo.ts')).runDemo },
  completion: { load: async () => (await import('./completion.ts')).runCompletion },
};

/** What is meant without a command: the app or the page, */
const START: CommandRow = { load: async () => (await import('./start.ts')).runStart };
const START_FLAG = /^--(?:port|no-open|try-electron)(?:=|$)/;
/** or, with flags of a session or words that are no command, an agent that is handed them. */
const PROMPT: CommandRow = { load: async () => (await import('./prompt.ts')).runPrompt, runsCommand: true };

async function runCommand(argv: readonly string[]): Promise<number> {
  const [name, ...words] = argv;
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${PRODUCT_VERSION}\n`);
    return 0;
  }
  if (name === 'help' && words[0] !== undefined) return runCommand([words[0], '--help']);
  if (name === '--help' || name === '-h' || name === 'help') {
    const { writeHelp } = await import('./help.ts');
    return writeHelp(process.stdout);
  }
  if (name === undefined || START_FLAG.test(name)) return runRow(START, argv);
  if (name.startsWith('-') || /\s/.test(name.trim())) return runRow(PROMPT, argv);
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row === undefined) {
    const { refuseUnknownCommand } = await import('./help.ts');
    return refuseUnknownCommand(name, Object.keys(COMMANDS));
  }
  return runRow(row, words);
}

async function runRow(row: CommandRow, words: readonly string[]): Promise<number> {
  try {
    const command = await row.load();
    return await command(words);
  } catch (thrown) {
    const { describeFault, exitStatusOf, toFault } = await import('./report-fault.ts');
    const fault = toFault(thrown);
    process.stderr.write(describeFault(fault));
    return exitStatusOf(fault, row.runsCommand === true ? 'command' : 'tool');
  }
}

/** Resolves when what was written is taken: an exit would throw away what a slow reader of a pipe has yet to read. */
function finishWriting(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}

// a reader that went away (`| head`) is no fault of ours
process.stdout.on('error', () => {});
const status = await runCommand(process.argv.slice(2));
await Promise.all([finishWriting(process.stdout), finishWriting(process.stderr)]);
process.exit(status);

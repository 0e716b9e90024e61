import type { Writable } from 'node:stream';
import { showLine } from '../timeline/index.ts';

const HELP = `Sallyport runs scripts and agents in a sandbox, asks you before anything crosses
its boundary, and keeps a history.

Usage: sallyport                    the desktop app, or its page in a browser (--no-open,
                                    --port N, --try-electron)
       sallyport [flags] "PROMPT"   your agent, with this as its first turn
       sallyport COMMAND [flags]

Start here:
  demo         a five-minute walk: a script that is asked, rejected, blocked and allowed
  doctor       can this machine do it? what is missing, and how to get it

Run something:
  exec         one script; each step is judged, walled, and asked about where needed
  run          an agent or any program on this terminal, watched as scripts are
  sandbox      one command behind the bare wall: no questions, no history
  debug        say what the wall would enforce and why, then run behind it
  mcp          a tool server for agents: shell, apply_patch, request_permissions
  check        what would happen? steps, verdicts, risk, reasons; runs nothing

Answer questions:
  approvals    list, show ID, watch, allow ID, reject ID
  grants       what was allowed for longer: list, revoke ID

Look back and set up:
  history      list, show ID, verify
  agents       which agents have a preset for run, and which are installed
  config       get, set KEY VALUE, unset KEY, explain KEY, path, trust PATH, import
  session      list, set ID KEY VALUE: change what is asked while it runs
  profile      list, show, lint, diff: what sessions may read, write and reach
  rules        list, check CMD, lint, add: commands that are allowed, asked about, forbidden
  serve        run the engine in the foreground, and print the address of its page
  completion   completion for bash, zsh or fish

Examples:
  sallyport exec 'npm ci && npm test'
  sallyport exec -a untrusted -C ~/project './release.sh'
  sallyport run -- codex
  sallyport check --script 'rm -rf dist && npm run build'
  sallyport approvals watch            in a second terminal
  sallyport sandbox -s read-only -- ls -la

\`sallyport COMMAND --help\` shows the flags of a command; \`sallyport --version\` the version.
Exit status: 0 done, 1 findings or failed, 2 usage or configuration, 3 this machine cannot;
exec, run, sandbox, PROMPT: that of what ran, 126 refused or rejected, 125 it did not start.
`;

/** Writes the overview. */
export function writeHelp(target: Writable): number {
  target.write(HELP);
  return 0;
}

/** Says which command may have been meant. Status 2. */
export function refuseUnknownCommand(name: string, known: readonly string[]): number {
  const nearest = known.find((other) => isNear(name, other));
  const hint =
    nearest === undefined
      ? `\`sallyport --help\` lists all commands; \`sallyport -- ${showLine(name, 60)}\` hands it to your agent`
      : `did you mean \`sallyport ${nearest}\`?`;
  process.stderr.write(`sallyport: there is no command ${showLine(name, 60)}\n  ${hint}\n`);
  return 2;
}

/** One letter wrong, missing, too many or swapped, or the beginning of the other. */
function isNear(typed: string, known: string): boolean {
  if (typed.length > 2 && known.startsWith(typed)) return true;
  if (Math.abs(typed.length - known.length) > 1) return false;
  let start = 0;
  while (start < typed.length && typed[start] === known[start]) start += 1;
  const rests = [typed.slice(start), known.slice(start)] as const;
  return (
    rests[0].slice(1) === rests[1] ||
    rests[0] === rests[1].slice(1) ||
    rests[0].slice(1) === rests[1].slice(1) ||
    (rests[0].slice(2) === rests[1].slice(2) && rests[0][0] === rests[1][1] && rests[0][1] === rests[1][0])
  );
}

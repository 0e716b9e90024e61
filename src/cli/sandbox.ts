import { homedir } from 'node:os';
import { plainEnvironment, plainSettings, runBare } from '../engine/sandbox/index.ts';
import { Fault } from '../protocol/index.ts';
import { prepareOwnFolders } from './own-folders.ts';
import { describeFault } from './report-fault.ts';
import { readWallWords, skipPlatformName, WALL_FLAGS_HELP } from './wall-words.ts';

const HELP = `Usage: sallyport sandbox [linux|macos|windows] [flags] -- COMMAND [WORD...]

Run one command behind the bare wall: no questions, no history, no configuration.

${WALL_FLAGS_HELP}
Examples:
  sallyport sandbox -- npm test
  sallyport sandbox -s read-only -- cat /etc/passwd     works
  sallyport sandbox -- cat /etc/shadow                  fails, for root too

Exit status: that of the command; 125 it did not start, 2 wrong usage, 3 this system cannot.
`;

/** `sallyport sandbox`. Gives the exit status of the command. */
export async function runSandbox(words: readonly string[]): Promise<number> {
  const rest = ownPlatformWords(words);
  if (rest === undefined) return 3;
  const read = readWallWords('sandbox', rest);
  if (read === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const settings = plainSettings({ ...read, env: process.env, home: homedir() });
  return runBare({
    argv: read.argv,
    cwd: read.cwd,
    settings,
    folders: prepareOwnFolders(),
    environment: plainEnvironment(process.env, settings),
  });
}

/** `undefined`, said on stderr, when another system's wall was asked for. */
function ownPlatformWords(words: readonly string[]): readonly string[] | undefined {
  try {
    return skipPlatformName(words);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    process.stderr.write(describeFault(thrown));
    return undefined;
  }
}

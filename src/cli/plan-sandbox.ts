/**
 * The part of `sallyport sandbox` that needs thinking, for the helper `bare`, which does the rest: it reads the command
 * line, looks at the machine, and writes on descriptor 3 what is to be started. It loads nothing that starts a process
 * or opens a connection: that alone would cost a third of the whole run.
 *
 * What is odd, or needs this program while the command runs, is left out: without the last part of the plan the helper
 * runs `sallyport sandbox` itself, which then does it all or says what is wrong.
 */
import { writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { hasRequirements, plainEnvironment, plainSettings, planBare } from '../engine/sandbox/index.ts';
import { prepareOwnFolders } from './own-folders.ts';
import { readWallWords, skipPlatformName, type WallWords, warnOfMissing } from './wall-words.ts';

/** The helper's end of the conversation. */
const PLAN_FD = 3;

/** Name, number of words, words; each ends with a NUL, which no argument can hold. */
function tell(part: string, words: readonly string[]): void {
  const bytes = Buffer.from(`${[part, String(words.length), ...words].join('\0')}\0`);
  for (let at = 0; at < bytes.length; ) at += writeSync(PLAN_FD, bytes, at);
}

function isQuick({ mode, report, hosts, denyRead }: WallWords): boolean {
  const isTyped = hosts.allow.length + hosts.deny.length + hosts.publish.length > 0;
  const isSaid = report !== undefined || warnOfMissing(denyRead).length > 0;
  return mode !== 'danger-full-access' && !isSaid && !isTyped && !hasRequirements();
}

function plan(words: readonly string[]): void {
  const read = readWallWords(skipPlatformName(words));
  if (read === 'help' || !isQuick(read)) return;
  const settings = plainSettings({ ...read, env: process.env, home: homedir() });
  const environment = () => plainEnvironment(process.env, settings);
  planBare({ argv: read.argv, cwd: read.cwd, settings, folders: prepareOwnFolders(), environment }, tell);
  tell('go', []);
}

try {
  plan(process.argv.slice(2));
} catch {
  // Said by whoever is asked next.
}

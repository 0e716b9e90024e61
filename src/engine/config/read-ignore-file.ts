import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IgnoreList } from '../../protocol/index.ts';
import { makeConfigFault } from './config-fault.ts';

/** The file in a workspace that says what sessions may not read, in the syntax of `.gitignore`. */
export const IGNORE_FILE = '.sallyportignore';

const MOST_BYTES = 64 * 1024;
const MOST_LINES = 1000;

/**
 * What the workspace's `.sallyportignore` hides; null without one. Throws a `user` fault when there is one that cannot be
 * taken: passing it over would show what somebody wanted hidden.
 */
export function readIgnoreFile(workspace: string): IgnoreList | null {
  const file = join(workspace, IGNORE_FILE);
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return null;
  const fail = (what: string): never => {
    throw makeConfigFault({ place: { file, position: undefined }, what, hint: 'Correct or remove it' });
  };
  let text: string;
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return fail('is not a regular file');
      if (stat.size > MOST_BYTES) return fail(`is ${stat.size} bytes long; at most ${MOST_BYTES} are read`);
      text = readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown;
    return fail('cannot be read, or is a symbolic link');
  }
  const lines = text.replace(/^\ufeff/, '').split('\n');
  if (lines.length > MOST_LINES) return fail(`has ${lines.length} lines; at most ${MOST_LINES} are read`);
  return { folder: workspace, lines };
}

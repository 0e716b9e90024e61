/**
 * Programs that lie beside the state of an agent, such as the one that its settings name for a status line. Promises: only
 * plain files directly in the folder, by their ending or their first bytes; a bounded number; nothing is waited for.
 */
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const MAX_FILES = 1000;
const PROGRAM = /\.(?:[cm]?[jt]s|sh|bash|zsh|fish|py|rb|pl|ps1|cmd|bat|exe|toml)$/i;
/** `#!`, and what Linux, macOS and Windows start. */
const STARTS = ['2321', '7f454c46', 'cffaedfe', 'cafebabe', '4d5a'];
const START_BYTES = 4;

/** Their names. A configuration (`.toml`) counts as one, for it names programs. */
export function listPrograms(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).slice(0, MAX_FILES);
  return entries
    .filter((entry) =>
      entry.isFile()
        ? PROGRAM.test(entry.name) || startsLikeOne(join(folder, entry.name))
        : entry.isSymbolicLink() && PROGRAM.test(entry.name),
    )
    .map(({ name }) => name)
    .sort();
}

/** What cannot be read is none that somebody starts. */
function startsLikeOne(path: string): boolean {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const bytes = Buffer.alloc(START_BYTES);
      const start = bytes.toString('hex', 0, readSync(fd, bytes, 0, START_BYTES, 0));
      return STARTS.some((mark) => start.startsWith(mark));
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

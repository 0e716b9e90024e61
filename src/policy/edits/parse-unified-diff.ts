/** Reads a unified diff as `diff -u` and `git diff` write it. Never throws; nothing is guessed. */
import {
  type FileChange,
  type Hunk,
  type HunkLine,
  MAX_PATCH_FILES,
  MAX_PATCH_HUNKS,
  type PatchReading,
} from './patch-shape.ts';

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
const NO_NEWLINE = /^\\ No newline at end of file/;
/** What stands between `diff --git` and the names, and says nothing that is not in them. */
const PASSED_OVER =
  /^(?:index |new file mode 100644$|deleted file mode |similarity index |dissimilarity index )/;
const NOT_DONE: readonly (readonly [RegExp, string])[] = [
  [/^(?:GIT binary patch|Binary files )/, 'what is no text cannot be patched'],
  [/^(?:old|new) mode /, 'the mode of a file cannot be changed by a patch'],
  [
    /^new file mode 100755$/,
    'a new file cannot be made executable by a patch: write 100644, and run chmod behind it',
  ],
  [/^new file mode /, 'only plain files can be made'],
  [/^copy (?:from|to) /, 'copies cannot be made by a patch: add the new file'],
];

interface Header {
  readonly at: number;
  from?: string;
  to?: string;
  renameFrom?: string;
  renameTo?: string;
}

interface Cursor {
  readonly lines: readonly string[];
  next: number;
}

type Failed = { readonly problem: string };

function failAt(cursor: Cursor, message: string, index = cursor.next): Failed {
  return { problem: `line ${index + 1} of the patch: ${message}` };
}

/** The changes of a diff, its lines without their ends. */
export function parseUnifiedDiff(lines: readonly string[]): PatchReading {
  const cursor: Cursor = { lines, next: 0 };
  const changes: FileChange[] = [];
  let hunkCount = 0;
  for (;;) {
    while (lines[cursor.next]?.trim() === '') cursor.next += 1;
    if (cursor.next >= lines.length) break;
    const change = readFile(cursor);
    if ('problem' in change) return change;
    changes.push(change);
    hunkCount += change.op === 'update' ? change.hunks.length : 0;
    if (changes.length > MAX_PATCH_FILES)
      return { problem: `the patch changes more than ${MAX_PATCH_FILES} files` };
    if (hunkCount > MAX_PATCH_HUNKS) return { problem: `the patch has more than ${MAX_PATCH_HUNKS} places` };
  }
  return changes.length === 0 ? { problem: 'the patch changes no file' } : { changes };
}

function readFile(cursor: Cursor): FileChange | Failed {
  const header = readHeader(cursor);
  if ('problem' in header) return header;
  const hunks: Hunk[] = [];
  while (cursor.lines[cursor.next]?.startsWith('@@')) {
    const hunk = readHunk(cursor);
    if ('problem' in hunk) return hunk;
    hunks.push(hunk);
  }
  return makeChange(header, hunks, cursor);
}

function readHeader(cursor: Cursor): Header | Failed {
  const header: Header = { at: cursor.next };
  for (; cursor.next < cursor.lines.length; cursor.next += 1) {
    const line = cursor.lines[cursor.next] ?? '';
    if (endsHeader(header, line, cursor.next > header.at)) break;
    const refused = NOT_DONE.find(([pattern]) => pattern.test(line) && !PASSED_OVER.test(line));
    if (refused) return failAt(cursor, refused[1]);
    if (!takeHeaderLine(header, line)) {
      return failAt(
        cursor,
        'this is neither a patch that begins with "*** Begin Patch" nor a unified diff ("--- a/FILE", "+++ b/FILE", "@@ …")',
      );
    }
  }
  return header;
}

function endsHeader(header: Header, line: string, isBehindFirst: boolean): boolean {
  if (line.startsWith('@@') || (isBehindFirst && line.startsWith('diff --git '))) return true;
  if (line.startsWith('--- ')) return header.from !== undefined;
  return line.trim() === '' && (header.renameTo !== undefined || header.to !== undefined);
}

function takeHeaderLine(header: Header, line: string): boolean {
  const behind = (head: string): string | undefined =>
    line.startsWith(head) ? line.slice(head.length) : undefined;
  if (line.startsWith('--- ')) header.from = nameOf(line.slice(4));
  else if (line.startsWith('+++ ')) header.to = nameOf(line.slice(4));
  else if (behind('rename from ') !== undefined) header.renameFrom = behind('rename from ') ?? '';
  else if (behind('rename to ') !== undefined) header.renameTo = behind('rename to ') ?? '';
  else return line.startsWith('diff --git ') || PASSED_OVER.test(line);
  return true;
}

/** Behind a tab stands a time. */
function nameOf(text: string): string {
  return (text.split('\t')[0] ?? '').trimEnd();
}

function readHunk(cursor: Cursor): Hunk | Failed {
  const at = cursor.next;
  const match = HUNK.exec(cursor.lines[at] ?? '');
  if (!match) return failAt(cursor, 'a place is named as in "@@ -1,4 +1,5 @@"');
  const count = (text: string | undefined): number => (text === undefined ? 1 : Number(text));
  const left = { old: count(match[2]), new: count(match[4]) };
  cursor.next += 1;
  const lines: HunkLine[] = [];
  let hasFinalNewline: boolean | undefined;
  const total = left.old + left.new;
  while (left.old > 0 || left.new > 0) {
    const line = takeHunkLine(cursor, left);
    if ('problem' in line) return line;
    lines.push(line);
    if (!NO_NEWLINE.test(cursor.lines[cursor.next] ?? '')) continue;
    cursor.next += 1;
    // Said of the old file's last line it means that the new one has an end, unless that is said too.
    hasFinalNewline = line.kind === 'drop' && hasFinalNewline === undefined;
  }
  if (total === 0 || !lines.some(({ kind }) => kind !== 'keep'))
    return failAt(cursor, 'it changes nothing here', at);
  return {
    at: at + 1,
    anchors: [],
    lines,
    isAtEnd: false,
    oldStart: Number(match[1]),
    ...(hasFinalNewline !== undefined && { hasFinalNewline }),
  };
}

function takeHunkLine(cursor: Cursor, left: { old: number; new: number }): HunkLine | Failed {
  const line = cursor.lines[cursor.next];
  if (line === undefined) return failAt(cursor, 'the patch ends inside a place');
  const mark = line === '' ? ' ' : line.charAt(0);
  const kind = mark === ' ' ? 'keep' : mark === '-' ? 'drop' : mark === '+' ? 'add' : undefined;
  if (kind === undefined) return failAt(cursor, 'a line of the file begins with a space, - or +');
  if (kind !== 'add') left.old -= 1;
  if (kind !== 'drop') left.new -= 1;
  if (left.old < 0 || left.new < 0) return failAt(cursor, 'the place has other lines than its "@@" says');
  cursor.next += 1;
  return { kind, text: line.slice(1) };
}

function makeChange(header: Header, hunks: readonly Hunk[], cursor: Cursor): FileChange | Failed {
  const fail = (message: string): Failed => failAt(cursor, message, header.at);
  const names = plainNames(header);
  if ('problem' in names) return fail(names.problem);
  const { from, to } = names;
  if (from === null)
    return to === null ? fail('the names of the file are missing') : makeNew(to, hunks, fail);
  if (to === null) return { op: 'delete', path: from };
  if (hunks.length === 0 && from === to) return fail('it changes nothing in the file');
  return { op: 'update', path: from, ...(to !== from && { to }), hunks };
}

function makeNew(
  path: string,
  [hunk, ...more]: readonly Hunk[],
  fail: (message: string) => Failed,
): FileChange | Failed {
  const isWhole = hunk === undefined || hunk.lines.every(({ kind }) => kind === 'add');
  if (more.length > 0 || !isWhole) return fail('a new file has only added lines');
  return { op: 'add', path, text: textOfAdded(hunk) };
}

function textOfAdded(hunk: Hunk | undefined): string {
  if (hunk === undefined) return '';
  const text = hunk.lines.map((line) => line.text).join('\n');
  return hunk.hasFinalNewline === false ? text : `${text}\n`;
}

/** The two names, null for none (`/dev/null`), without `a/` and `b/` where both have them. */
function plainNames(header: Header): { from: string | null; to: string | null } | Failed {
  const { renameFrom, renameTo } = header;
  if (renameFrom !== undefined && renameTo !== undefined) {
    if (isQuoted(renameFrom) || isQuoted(renameTo)) return { problem: 'names in quotes are not understood' };
    return { from: renameFrom, to: renameTo };
  }
  const { from, to } = header;
  if (from === undefined || to === undefined)
    return { problem: 'the lines "--- a/FILE" and "+++ b/FILE" are missing' };
  if (isQuoted(from) || isQuoted(to)) return { problem: 'names in quotes are not understood' };
  const hasPrefixes =
    (from.startsWith('a/') || from === '/dev/null') && (to.startsWith('b/') || to === '/dev/null');
  const plain = (name: string): string | null =>
    name === '/dev/null' ? null : hasPrefixes ? name.slice(2) : name;
  const names = { from: plain(from), to: plain(to) };
  return names.from === '' || names.to === '' ? { problem: 'a path is missing' } : names;
}

function isQuoted(name: string): boolean {
  return name.startsWith('"');
}

/**
 * Reads what an agent proposes as a change of files: the `*** Begin Patch` form, or a unified diff. Promises: never
 * throws, whatever the text; what is not understood is a problem with its line, never a change that was guessed. Does
 * not look at files: whether a hunk fits is for `applyHunks`.
 */
import { parseUnifiedDiff } from './parse-unified-diff.ts';
import {
  type FileChange,
  type Hunk,
  type HunkLine,
  MAX_PATCH_FILES,
  MAX_PATCH_HUNKS,
  type PatchReading,
} from './patch-shape.ts';

const BEGIN = '*** Begin Patch';
const END = '*** End Patch';
const END_OF_FILE = '*** End of File';
const HEADS = { add: '*** Add File: ', delete: '*** Delete File: ', update: '*** Update File: ' } as const;
const MOVE = '*** Move to: ';
const KINDS: Readonly<Record<string, HunkLine['kind']>> = { ' ': 'keep', '-': 'drop', '+': 'add' };

/** Thrown and caught in this file only. */
class Problem extends Error {}

class PatchLines {
  readonly #lines: readonly string[];
  #next = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** Of the line that comes next, from 1. */
  get number(): number {
    return this.#next + 1;
  }

  peek(): string | undefined {
    return this.#lines[this.#next];
  }

  take(): string | undefined {
    const line = this.#lines[this.#next];
    if (line !== undefined) this.#next += 1;
    return line;
  }

  fail(message: string, line = this.number): never {
    throw new Problem(`line ${line} of the patch: ${message}`);
  }
}

/** The changes of a patch, in their order. */
export function parsePatch(text: string): PatchReading {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first === -1) return { problem: 'the patch is empty' };
  if (lines[first]?.trim() !== BEGIN) return parseUnifiedDiff(lines);
  const reader = new PatchLines(lines);
  while (reader.number <= first + 1) reader.take();
  try {
    return checkCounts(readFiles(reader));
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: thrown.message };
    throw thrown;
  }
}

function checkCounts(changes: readonly FileChange[]): PatchReading {
  if (changes.length === 0) return { problem: 'the patch changes no file' };
  if (changes.length > MAX_PATCH_FILES)
    return { problem: `the patch changes more than ${MAX_PATCH_FILES} files` };
  const hunks = changes.reduce((sum, change) => sum + (change.op === 'update' ? change.hunks.length : 0), 0);
  if (hunks > MAX_PATCH_HUNKS) return { problem: `the patch has more than ${MAX_PATCH_HUNKS} places` };
  return { changes };
}

function readFiles(reader: PatchLines): FileChange[] {
  const changes: FileChange[] = [];
  for (;;) {
    const line = reader.peek();
    if (line === undefined) return reader.fail(`it ends without "${END}"`);
    if (line.trim() === END) break;
    if (line.trim() === '') reader.take();
    else changes.push(readFile(reader, line));
  }
  reader.take();
  for (let line = reader.peek(); line !== undefined; line = reader.peek()) {
    if (line.trim() !== '') reader.fail(`nothing may follow "${END}"`);
    reader.take();
  }
  return changes;
}

function readFile(reader: PatchLines, line: string): FileChange {
  const at = reader.number;
  const pathBehind = (head: string): string => {
    const path = line.slice(head.length).trim();
    return path === '' ? reader.fail('a path is missing', at) : path;
  };
  if (line.startsWith(HEADS.add)) {
    reader.take();
    return { op: 'add', path: pathBehind(HEADS.add), text: readAdded(reader) };
  }
  if (line.startsWith(HEADS.delete)) {
    reader.take();
    return { op: 'delete', path: pathBehind(HEADS.delete) };
  }
  if (line.startsWith(HEADS.update)) {
    reader.take();
    return readUpdate(reader, pathBehind(HEADS.update), at);
  }
  return reader.fail(
    'here must stand "*** Add File: ", "*** Update File: ", "*** Delete File: " or "*** End Patch"',
  );
}

function readAdded(reader: PatchLines): string {
  const added: string[] = [];
  for (let line = reader.peek(); line !== undefined && !line.startsWith('*** '); line = reader.peek()) {
    if (!line.startsWith('+')) reader.fail('each line of a new file begins with +');
    added.push(line.slice(1));
    reader.take();
  }
  return added.map((line) => `${line}\n`).join('');
}

function readUpdate(reader: PatchLines, path: string, at: number): FileChange {
  let to: string | undefined;
  if (reader.peek()?.startsWith(MOVE)) {
    to = reader.peek()?.slice(MOVE.length).trim();
    if (to === '') reader.fail('a path is missing');
    reader.take();
  }
  const hunks: Hunk[] = [];
  while (isOfUpdate(reader.peek())) hunks.push(readHunk(reader, hunks.length === 0));
  if (hunks.length === 0 && to === undefined) reader.fail('it changes nothing in the file', at);
  return { op: 'update', path, ...(to !== undefined && { to }), hunks };
}

function isOfUpdate(line: string | undefined): boolean {
  return line !== undefined && (line === END_OF_FILE || !line.startsWith('*** '));
}

function readHunk(reader: PatchLines, isFirst: boolean): Hunk {
  const at = reader.number;
  const anchors: string[] = [];
  for (let line = reader.peek(); line?.startsWith('@@'); line = reader.peek()) {
    const anchor = line.slice(2).replace(/^ /, '');
    if (anchor !== '') anchors.push(anchor);
    reader.take();
  }
  if (reader.number === at && !isFirst) reader.fail('a line of the file begins with a space, - or +');
  const lines = readHunkLines(reader);
  const isAtEnd = reader.peek() === END_OF_FILE;
  if (isAtEnd) reader.take();
  if (!lines.some(({ kind }) => kind !== 'keep')) reader.fail('it changes nothing here', at);
  return { at, anchors, lines, isAtEnd };
}

function readHunkLines(reader: PatchLines): HunkLine[] {
  const lines: HunkLine[] = [];
  for (let line = reader.peek(); line !== undefined; line = reader.peek()) {
    if (line.startsWith('*** ') || line.startsWith('@@')) break;
    // Editors strip the one space of an empty line.
    const kind = line === '' ? 'keep' : KINDS[line.charAt(0)];
    if (kind === undefined) return reader.fail('a line of the file begins with a space, - or +');
    lines.push({ kind, text: line.slice(1) });
    reader.take();
  }
  return lines;
}

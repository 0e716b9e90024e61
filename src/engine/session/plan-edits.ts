/**
 * Makes of a patch what is shown and what would be written, file by file. Promises: nothing is written; what is kept
 * secret from the session, our own folders and the kernel's are not even read, so that no answer tells what is in them;
 * the diff that is shown is made from the bytes that are there and the bytes that will be written.
 */
import { isUtf8 } from 'node:buffer';
import { dirname } from 'node:path';
import {
  applyHunks,
  classifyPath,
  type FileChange,
  findEntry,
  isAtOrBelow,
  type PathClass,
  unifiedDiff,
} from '../../policy/index.ts';
import type { ConfigSnapshot, EditFile } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { listSecretNames, RUNS_CODE_LATER } from '../sandbox/index.ts';
import { plainCause } from './plain-cause.ts';
import {
  type FileContent,
  findTarget,
  type Problem,
  readTarget,
  sha256Of,
  type Target,
} from './read-target.ts';

/** A file as it will be changed. */
export interface PlannedEdit {
  /** What a person is shown. */
  readonly shown: EditFile;
  /** What is there; null for a new file. */
  readonly before: FileContent | null;
  /** What will be there; null for a file that is taken away. */
  readonly after: Buffer | null;
}

export interface EditContext {
  /** What paths begin at. */
  readonly cwd: string;
  readonly snapshot: ConfigSnapshot;
  /** Host folders of Sallyport itself, real paths. */
  readonly ownFolders: readonly string[];
  /** True for a secret that an answer has opened. */
  isOpened(path: string): boolean;
}

/**
 * Characters of all diffs of a proposal as they are sent, in JSON. What will be there is shown whole or not asked about;
 * only of what is taken away a part is enough.
 */
const MAX_ALL_CHARS = 2 * 1024 * 1024;
const MAX_REMOVED_CHARS = 65_536;
/** A character takes at most so many in JSON. */
const LONGEST_ESCAPE = 6;
const MAX_ALL_BYTES = 32 * 1024 * 1024;
const NEVER = ['/proc', '/sys', '/dev', '/run/sallyport'];

type Place = NonNullable<EditFile['place']>;
const STRICTER: readonly Place[] = ['inside', 'outside', 'unknown', 'protected', 'secret'];

/** The files of a patch, or the first reason why it cannot be applied. */
export async function planEdits(
  changes: readonly FileChange[],
  context: EditContext,
): Promise<{ readonly files: readonly PlannedEdit[] } | Problem> {
  const files: PlannedEdit[] = [];
  const touched = new Set<string>();
  const left: Room = { chars: MAX_ALL_CHARS, bytes: MAX_ALL_BYTES };
  for (const change of changes) {
    const planned = await planFile(change, context, left);
    if ('problem' in planned) return planned;
    const problem = touch(planned.shown, touched) ?? take(planned, left);
    if (problem !== undefined) return problem;
    files.push(planned);
  }
  return { files };
}

function touch({ path, to }: EditFile, touched: Set<string>): Problem | undefined {
  for (const name of to === undefined ? [path] : [path, to]) {
    if (touched.has(name)) return { problem: `${showLine(name, 300)} is changed twice by one patch` };
    const other = [...touched].find((known) => isAtOrBelow(known, name) || isAtOrBelow(name, known));
    if (other !== undefined) {
      const [file, below] = isAtOrBelow(other, name) ? [name, other] : [other, name];
      const problem = `${showLine(below, 300)} lies below ${showLine(file, 300)}, which is no folder in this patch`;
      return { problem };
    }
    touched.add(name);
  }
  return undefined;
}

interface Room {
  chars: number;
  bytes: number;
}

/** Counts what the file takes of the room; a problem where there is none left. */
function take({ shown, before, after }: PlannedEdit, left: Room): Problem | undefined {
  left.chars -= JSON.stringify(shown.patch).length;
  left.bytes -= (before?.bytes.length ?? 0) + (after?.length ?? 0);
  if (left.bytes < 0) return { problem: `the files of the patch are larger than ${MAX_ALL_BYTES >> 20} MiB` };
  const isWhole = shown.cutBytes === undefined || shown.change === 'delete';
  if (left.chars >= 0 && isWhole) return undefined;
  const most = `${MAX_ALL_CHARS >> 20} MiB of differences`;
  return { problem: `the change is too large to be shown: more than ${most}; make it in several patches` };
}

async function planFile(
  change: FileChange,
  context: EditContext,
  left: { readonly chars: number },
): Promise<PlannedEdit | Problem> {
  const target = await findTarget(change.path, context.cwd);
  if ('problem' in target) return target;
  const place = placeOf(target, context);
  if (typeof place !== 'string') return place;
  const max = left.chars;
  if (change.op === 'add') return planNew(target, { place, text: change.text, max });
  const { path } = target;
  if (target.found === null) return { problem: `${showLine(path, 300)} does not exist` };
  const before = await readTarget(path).catch((cause: unknown) => cause);
  if (!isContent(before)) return { problem: `${showLine(path, 300)} cannot be read: ${plainCause(before)}` };
  if (change.op === 'delete') {
    const { text } = readText(before.bytes);
    const most = Math.min(MAX_REMOVED_CHARS, Math.floor(max / LONGEST_ESCAPE));
    const diff = text === null ? { patch: '', cutBytes: before.bytes.length } : unifiedDiff(text, '', most);
    return {
      shown: { path, change: 'delete', ...shownDiff(diff), before: before.sha256, place },
      before,
      after: null,
    };
  }
  return planUpdate(change, { target, before, place, max }, context);
}

function isContent(value: unknown): value is FileContent {
  return typeof value === 'object' && value !== null && 'bytes' in value;
}

function planNew(
  { path, found }: Target,
  { place, text, max }: { readonly place: Place; readonly text: string; readonly max: number },
): PlannedEdit | Problem {
  if (found !== null)
    return { problem: `${showLine(path, 300)} exists already: change it with "*** Update File"` };
  const after = Buffer.from(text, 'utf8');
  const diff = unifiedDiff('', text, max);
  const shown: EditFile = { path, change: 'create', ...shownDiff(diff), after: sha256Of(after), place };
  return { shown, before: null, after };
}

async function planUpdate(
  change: Extract<FileChange, { op: 'update' }>,
  at: { readonly target: Target; readonly before: FileContent; readonly place: Place; readonly max: number },
  context: EditContext,
): Promise<PlannedEdit | Problem> {
  const { target, before, max } = at;
  const { path } = target;
  const { text, mark } = readText(before.bytes);
  if (text === null) return { problem: `${showLine(path, 300)} is no text` };
  const applied = applyHunks(text, change.hunks);
  if ('problem' in applied) return { problem: `${showLine(path, 300)}: ${applied.problem}` };
  const after = Buffer.concat([mark, Buffer.from(applied.text, 'utf8')]);
  const shown = {
    path,
    ...shownDiff(unifiedDiff(text, applied.text, max)),
    before: before.sha256,
    after: sha256Of(after),
  };
  if (change.to === undefined) {
    if (applied.text === text) return { problem: `the patch leaves ${showLine(path, 300)} as it is` };
    return { shown: { ...shown, change: 'modify', place: at.place }, before, after };
  }
  const to = await findTarget(change.to, context.cwd);
  if ('problem' in to) return to;
  const toPlace = placeOf(to, context);
  if (typeof toPlace !== 'string') return toPlace;
  if (to.found !== null)
    return { problem: `${showLine(to.path, 300)} exists already: nothing is moved over it` };
  const place = STRICTER[Math.max(STRICTER.indexOf(at.place), STRICTER.indexOf(toPlace))] ?? 'unknown';
  return { shown: { ...shown, change: 'move', to: to.path, place }, before, after };
}

function shownDiff({ patch, cutBytes }: { patch: string; cutBytes: number }) {
  return { patch, ...(cutBytes > 0 && { cutBytes }) };
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The text, and the mark of its encoding that some files begin with; null for what is no text. */
function readText(bytes: Buffer): { readonly text: string | null; readonly mark: Buffer } {
  const hasMark = bytes.subarray(0, 3).equals(MARK);
  const body = hasMark ? bytes.subarray(3) : bytes;
  const text = isUtf8(body) && !body.includes(0) ? body.toString('utf8') : null;
  return { text, mark: hasMark ? MARK : Buffer.alloc(0) };
}

/** What is said of places where no patch is taken, whatever was answered before. */
const NEVER_PATCHED = {
  scratch: "is the session's own temporary folder: write it with a command",
  device: 'is no file that can be patched',
  'to-be-secret':
    'would be a secret, and is kept from sessions also while it is missing: make it yourself, outside the session',
} as const;

/** Where the path lies; a problem where no answer could let it be changed from here. */
function placeOf({ path, found }: Target, { snapshot, ownFolders, isOpened }: EditContext): Place | Problem {
  const shown = showLine(path, 300);
  if (ownFolders.some((folder) => isAtOrBelow(path, folder)))
    return { problem: `${shown} belongs to Sallyport itself and is never changed by a session` };
  if (NEVER.some((folder) => isAtOrBelow(path, folder)) || dirname(path) === path)
    return { problem: `${shown} is no file that can be patched` };
  const known = classifyPath(path, snapshot);
  const place = found === null ? placeOfNew(path, known, snapshot) : known;
  if (place === 'scratch' || place === 'device' || place === 'to-be-secret')
    return { problem: `${shown} ${NEVER_PATCHED[place]}` };
  if (place === 'inside' && runsLater(path, snapshot)) return 'protected';
  if (place === 'unreadable' && isOpened(path)) return 'outside';
  if (place === 'secret' || place === 'denied') {
    if (isOpened(path)) return 'secret';
  } else if (place !== 'unreadable') return place;
  return {
    problem: `${shown} lies in a place that this session may not read, or that is kept secret: ask for access with request_permissions first`,
  };
}

/** What is not there tells nothing, so that it may lie where nothing is read; the place of a secret is one all the same. */
function placeOfNew(path: string, known: PathClass, snapshot: ConfigSnapshot): PathClass | 'to-be-secret' {
  if (known !== 'outside' && known !== 'unreadable') return known;
  return isSecretToBe(path, snapshot) ? 'to-be-secret' : 'outside';
}

/** The place of a built-in secret that nobody has left open; a list of what exists does not name it. */
function isSecretToBe(path: string, { protectSecrets, home, profile }: ConfigSnapshot): boolean {
  if (!protectSecrets) return false;
  const isLeftOpen = (name: string): boolean => profile !== null && findEntry(name, profile)?.path === name;
  return listSecretNames(home).some((name) => isAtOrBelow(path, name) && !isLeftOpen(name));
}

/** Something outside runs or obeys it later: the wall keeps those that exist as they are, and tells of new ones. */
function runsLater(path: string, { writableRoots, workspace }: ConfigSnapshot): boolean {
  const lower = path.toLowerCase();
  return [workspace, ...writableRoots].some((root) =>
    RUNS_CODE_LATER.some(({ name }) => isAtOrBelow(lower, `${root}/${name}`.toLowerCase())),
  );
}

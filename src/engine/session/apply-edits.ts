/**
 * Writes what was allowed. Promises: all files or none; a file that is not what was shown any more is not written; no
 * link is followed, neither at the end of a path nor on its way; owner, group, mode and (but for moves) the place in
 * its folder stay; nothing is written that the session's own user could not write. Does not promise that other
 * programs see all files change at once, nor to finish what a killed engine had begun: then files named
 * `.sallyport-….old` hold what was there. Without the second look at the hash, a yes to one text would write over another.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import { mayWrite } from './may-write.ts';
import { type OpenFolder, openFolder } from './open-folder.ts';
import { isMoved, isTaken, plainCause } from './plain-cause.ts';
import type { PlannedEdit } from './plan-edits.ts';
import { type FileContent, type Problem, readAt } from './read-target.ts';

export interface WrittenFile {
  readonly path: string;
  readonly sha256?: string;
}

export interface ApplyOptions {
  /** That of the session's opener; for new files. */
  readonly umask: number;
  /** False where the session has no wall: its user may do what the engine may. */
  readonly isWalled: boolean;
}

/** Undone in reverse order where something fails; what is done at the end in any case. */
interface Transaction {
  readonly undo: (() => Promise<void>)[];
  /** Takes folders away again that were made; after everything else in them. */
  readonly unmake: (() => Promise<void>)[];
  readonly cleanUp: (() => Promise<void>)[];
  /** Files with what was there, which could not be put back: they are left. */
  readonly kept: Set<string>;
  readonly options: ApplyOptions;
}

/** One file in its folder, ready to be written. */
interface Prepared {
  verify(): Promise<void>;
  commit(): Promise<void>;
  readonly written: readonly WrittenFile[];
}

/** Said to the agent and in the history. */
class NotApplied extends Error {}

/** Applies all of them. A problem means that nothing was changed, or says what could not be put back. */
export async function applyEdits(
  files: readonly PlannedEdit[],
  options: ApplyOptions,
): Promise<{ readonly written: readonly WrittenFile[] } | Problem> {
  const work: Transaction = { undo: [], unmake: [], cleanUp: [], kept: new Set(), options };
  try {
    const prepared: Prepared[] = [];
    for (const file of files) prepared.push(await prepare(file, work));
    for (const file of prepared) await file.verify();
    for (const file of prepared) await file.commit();
    work.unmake.length = 0;
    return { written: prepared.flatMap(({ written }) => written) };
  } catch (cause) {
    const left = await runAll(work.undo.reverse());
    const why = cause instanceof NotApplied ? cause.message : `it could not be written: ${plainCause(cause)}`;
    return {
      problem: left === 0 ? `nothing was changed: ${why}` : `${why}; ${left} files could not be put back`,
    };
  } finally {
    await runAll(work.cleanUp.reverse());
    await runAll(work.unmake.reverse());
  }
}

/** How many failed. */
async function runAll(actions: readonly (() => Promise<void>)[]): Promise<number> {
  let failed = 0;
  for (const action of actions) await action().catch(() => (failed += 1));
  return failed;
}

function temporaryName(end: 'new' | 'old'): string {
  return `.sallyport-${randomBytes(6).toString('hex')}.${end}`;
}

async function prepare(file: PlannedEdit, work: Transaction): Promise<Prepared> {
  const { path, to, change } = file.shown;
  if (change === 'create') return prepareNew(path, file, work);
  const removed = change === 'modify' ? undefined : await prepareRemoval(path, file, work);
  if (change === 'delete' && removed) return removed;
  if (to === undefined || !removed) return prepareChange(path, file, work);
  const added = await prepareNew(to, file, work);
  return {
    verify: async () => {
      await removed.verify();
      await added.verify();
    },
    // The new name is there before the old one goes.
    commit: async () => {
      await added.commit();
      await removed.commit();
    },
    written: [...added.written, ...removed.written],
  };
}

async function openParent(path: string, work: Transaction, makes: boolean): Promise<OpenFolder> {
  const mode = 0o777 & ~work.options.umask;
  const making = {
    mode,
    onMade: (_path: string, remove: () => Promise<void>) => void work.unmake.push(remove),
  };
  const folder = await openFolder(dirname(path), makes ? making : {}).catch((cause: unknown) => {
    const what = isMoved(cause) ? 'has changed since it was shown' : 'cannot be opened';
    throw new NotApplied(`the folder of ${showLine(path, 300)} ${what}: ${plainCause(cause)}`);
  });
  work.cleanUp.push(() => folder.close());
  return folder;
}

async function requireRights(
  path: string,
  folder: OpenFolder,
  before: FileContent | null,
  work: Transaction,
) {
  if (!work.options.isWalled || mayWrite(await folder.handle.stat(), before?.stat ?? null)) return;
  throw new NotApplied(`${showLine(path, 300)} may not be written by this session's user`);
}

function hasAppeared(path: string): NotApplied {
  return new NotApplied(
    `${showLine(path, 300)} has appeared since it was shown: look at it and propose the change anew`,
  );
}

/** Throws where the file is not what was shown. */
async function requireUnchanged(place: string, path: string, before: FileContent | null): Promise<void> {
  if (before === null) {
    const found = await lstat(place).catch(() => null);
    if (found === null) return;
    throw hasAppeared(path);
  }
  const now = await readAt(place).catch(() => null);
  if (now?.sha256 === before.sha256) return;
  throw new NotApplied(
    `${showLine(path, 300)} has changed since it was shown: read it again and propose the change anew`,
  );
}

/** Throws where a program has put something else into the place of what was written. */
async function requireWritten(place: string, path: string, { shown }: PlannedEdit): Promise<void> {
  const now = await readAt(place).catch(() => null);
  if (now?.sha256 !== shown.after)
    throw new NotApplied(`${showLine(path, 300)} was changed while it was written`);
}

interface WriteInto {
  readonly folder: OpenFolder;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whose owner and mode it gets; null: those of a new file. */
  readonly like: FileContent | null;
}

/** At the end it goes, unless it is all that is left of what was there. */
function dropLater(place: string, work: Transaction): void {
  work.cleanUp.push(async () => {
    if (!work.kept.has(place)) await unlink(place).catch(ignoreMissing);
  });
}

/** Puts back what `backup` holds where something fails, or leaves that file. */
function undoFrom(backup: string, work: Transaction, putBackFrom: () => Promise<void>): void {
  work.undo.push(async () => {
    try {
      await putBackFrom();
    } catch (cause) {
      work.kept.add(backup);
      throw cause;
    }
  });
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A second name, or a copy where the disk knows no such names. Never over something that is there. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && NO_LINKS.has(String(cause.code)))) throw cause;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** A file beside the one that it is for, whole and on the disk. It goes at the end unless it was renamed. */
async function writeBeside({ folder, name, bytes, like }: WriteInto, work: Transaction): Promise<string> {
  const place = folder.at(name);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(place, flags, 0o600);
  dropLater(place, work);
  try {
    await handle.writeFile(bytes);
    if (like) {
      const own = await handle.stat();
      if (own.uid !== like.stat.uid || own.gid !== like.stat.gid)
        await handle.chown(like.stat.uid, like.stat.gid);
    }
    await handle.chmod(like ? like.stat.mode & 0o777 : 0o666 & ~work.options.umask);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return place;
}

function ignoreMissing(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
}

/** A new file appears whole, and only where nothing is: a link of its name is not replaced. */
async function prepareNew(path: string, file: PlannedEdit, work: Transaction): Promise<Prepared> {
  const folder = await openParent(path, work, true);
  await requireRights(path, folder, null, work);
  const place = folder.at(basename(path));
  const { before: like, after } = file;
  const bytes = after ?? Buffer.alloc(0);
  const beside = await writeBeside({ folder, name: temporaryName('new'), bytes, like }, work);
  return {
    verify: () => requireUnchanged(place, path, null),
    commit: async () => {
      await linkOrCopy(beside, place).catch((cause: unknown) => {
        if (isTaken(cause)) throw hasAppeared(path);
        throw new NotApplied(`${showLine(path, 300)} could not be made: ${plainCause(cause)}`);
      });
      work.undo.push(() => unlink(place));
      await requireWritten(place, path, file);
      await folder.handle.sync().catch(() => undefined);
    },
    written: [{ path, ...(file.shown.after !== undefined && { sha256: file.shown.after }) }],
  };
}

async function prepareRemoval(path: string, file: PlannedEdit, work: Transaction): Promise<Prepared> {
  const { before } = file;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  const place = folder.at(basename(path));
  const backup = folder.at(temporaryName('old'));
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      await rename(place, backup);
      dropLater(backup, work);
      undoFrom(backup, work, () => putBack(backup, place));
      await requireUnchanged(backup, path, before);
      await folder.handle.sync().catch(() => undefined);
    },
    written: file.shown.change === 'delete' ? [{ path }] : [],
  };
}

/** Not over something that has come in its place. */
async function putBack(backup: string, place: string): Promise<void> {
  if ((await lstat(place).catch(() => null)) !== null) throw new Error('something else has come there');
  await rename(backup, place);
}

function prepareChange(path: string, file: PlannedEdit, work: Transaction): Promise<Prepared> {
  // A file that the wall has mounted by itself would lose its mount, and with it its protection, by a rename over it.
  return file.shown.place === 'inside'
    ? prepareReplacement(path, file, work)
    : prepareRewrite(path, file, work);
}

async function prepareReplacement(path: string, file: PlannedEdit, work: Transaction): Promise<Prepared> {
  const { before, after, shown } = file;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  const place = folder.at(basename(path));
  const bytes = after ?? Buffer.alloc(0);
  const beside = await writeBeside({ folder, name: temporaryName('new'), bytes, like: before }, work);
  const backup = folder.at(temporaryName('old'));
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      await linkOrCopy(place, backup);
      dropLater(backup, work);
      await requireUnchanged(backup, path, before);
      await rename(beside, place);
      undoFrom(backup, work, () => rename(backup, place));
      await requireWritten(place, path, file);
      // Who wrote into the old file up to now wrote into what is kept here.
      await requireUnchanged(backup, path, before);
      await folder.handle.sync().catch(() => undefined);
    },
    written: [{ path, ...(shown.after !== undefined && { sha256: shown.after }) }],
  };
}

/** Writes into the file itself; what was there stands beside it until all is done. */
async function prepareRewrite(path: string, file: PlannedEdit, work: Transaction): Promise<Prepared> {
  const { before, after, shown } = file;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  if (before !== null && before.stat.nlink > 1)
    throw new NotApplied(`${showLine(path, 300)} has other names too, which would change with it`);
  const place = folder.at(basename(path));
  const old = before?.bytes ?? Buffer.alloc(0);
  const backup = await writeBeside({ folder, name: temporaryName('old'), bytes: old, like: before }, work);
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      await requireUnchanged(place, path, before);
      undoFrom(backup, work, () => overwrite(place, old));
      await overwrite(place, after ?? Buffer.alloc(0));
    },
    written: [{ path, ...(shown.after !== undefined && { sha256: shown.after }) }],
  };
}

async function overwrite(place: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(place, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('it is no plain file');
    await handle.truncate(0);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes what was allowed. Promises: all files or none; a file that is not what was shown any more is not written; no
 * link is followed, neither at the end of a path nor on its way; owner, group, mode and (but for moves) the place in
 * its folder stay; nothing is written that the session's own user could not write. Does not promise that other
 * programs see all files change at once, nor to finish what a killed engine had begun: then files named
 * `.sallyport-….old` hold what was there. Without the second look at the hash, a yes to one text would write over another.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import { EditTransaction, NotApplied } from './edit-transaction.ts';
import { mayWrite } from './may-write.ts';
import { type OpenFolder, openFolder } from './open-folder.ts';
import { createFile, overwrite, removerFor, tryLink } from './place-file.ts';
import { isMoved, isTaken, plainCause } from './plain-cause.ts';
import type { PlannedEdit } from './plan-edits.ts';
import { type FileContent, openPlain, type Problem, readAt, readPlain } from './read-target.ts';

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

interface Work extends ApplyOptions {
  readonly transaction: EditTransaction;
}

/** One file in its folder, ready to be written. */
interface Prepared {
  verify(): Promise<void>;
  commit(): Promise<void>;
  readonly written: readonly WrittenFile[];
}

/** Applies all of them. A problem means that nothing was changed, or says what could not be put back. */
export function applyEdits(
  files: readonly PlannedEdit[],
  options: ApplyOptions,
): Promise<{ readonly written: readonly WrittenFile[] } | Problem> {
  const transaction = new EditTransaction();
  return transaction.run(async () => {
    const prepared: Prepared[] = [];
    for (const file of files) prepared.push(await prepare(file, { ...options, transaction }));
    for (const file of prepared) await file.verify();
    for (const file of prepared) await file.commit();
    return { written: prepared.flatMap(({ written }) => written) };
  });
}

async function prepare(file: PlannedEdit, work: Work): Promise<Prepared> {
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

async function openParent(path: string, work: Work, makes: boolean): Promise<OpenFolder> {
  const { umask, transaction } = work;
  const making = makes ? { mode: 0o777 & ~umask, made: transaction.made } : undefined;
  const folder = await openFolder(dirname(path), making).catch((cause: unknown) => {
    const what = isMoved(cause) ? 'has changed since it was shown' : 'cannot be opened';
    throw new NotApplied(`the folder of ${showLine(path, 300)} ${what}: ${plainCause(cause)}`);
  });
  transaction.atEnd(() => folder.close());
  return folder;
}

async function requireRights(path: string, folder: OpenFolder, before: FileContent | null, work: Work) {
  if (!work.isWalled || mayWrite(await folder.handle.stat(), before?.stat ?? null)) return;
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
  requireSame(await readAt(place).catch(() => null), path, before);
}

/** The same for a file that is open, whatever name it has by now. */
async function requireOpenUnchanged(
  handle: FileHandle,
  path: string,
  before: FileContent | null,
): Promise<void> {
  requireSame(await readPlain(handle).catch(() => null), path, before);
}

function requireSame(now: FileContent | null, path: string, before: FileContent | null): void {
  if (now !== null && now.sha256 === before?.sha256) return;
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

function temporaryName(end: 'new' | 'old'): string {
  return `.sallyport-${randomBytes(6).toString('hex')}.${end}`;
}

/** A file beside the one that it is for. It goes at the end unless it was renamed. */
async function createBeside(
  place: string,
  { bytes, like }: { readonly bytes: Uint8Array; readonly like: FileContent | null },
  { umask, transaction }: Work,
): Promise<void> {
  await createFile({ place, bytes, like, umask }, () => transaction.dropAtEnd(place));
}

/** A new file appears where nothing is: a link of its name is not replaced. Whole, where the disk has second names. */
async function prepareNew(path: string, file: PlannedEdit, work: Work): Promise<Prepared> {
  const { transaction, umask } = work;
  const folder = await openParent(path, work, true);
  await requireRights(path, folder, null, work);
  const place = folder.at(basename(path));
  const content = { bytes: file.after ?? Buffer.alloc(0), like: file.before };
  const beside = folder.at(temporaryName('new'));
  await createBeside(beside, content, work);
  const appear = async (): Promise<void> => {
    const undo = (remove: () => Promise<void>): void => transaction.undoBy(remove);
    if (await tryLink(beside, place)) undo(await removerFor(place));
    else await createFile({ place, ...content, umask }, undo);
  };
  return {
    verify: () => requireUnchanged(place, path, null),
    commit: async () => {
      await appear().catch((cause: unknown) => {
        if (isTaken(cause)) throw hasAppeared(path);
        throw new NotApplied(`${showLine(path, 300)} could not be made: ${plainCause(cause)}`);
      });
      await requireWritten(place, path, file);
      await folder.handle.sync().catch(() => undefined);
    },
    written: [{ path, ...(file.shown.after !== undefined && { sha256: file.shown.after }) }],
  };
}

async function prepareRemoval(path: string, file: PlannedEdit, work: Work): Promise<Prepared> {
  const { before } = file;
  const { transaction } = work;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  const place = folder.at(basename(path));
  const backup = folder.at(temporaryName('old'));
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      await rename(place, backup);
      transaction.dropAtEnd(backup);
      transaction.undoFrom(backup, () => putBack(backup, place));
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

function prepareChange(path: string, file: PlannedEdit, work: Work): Promise<Prepared> {
  // A file that the wall has mounted by itself would lose its mount, and with it its protection, by a rename over it.
  return file.shown.place === 'inside'
    ? prepareReplacement(path, file, work)
    : prepareRewrite(path, file, work);
}

async function prepareReplacement(path: string, file: PlannedEdit, work: Work): Promise<Prepared> {
  const { before, after, shown } = file;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  const place = folder.at(basename(path));
  const beside = folder.at(temporaryName('new'));
  await createBeside(beside, { bytes: after ?? Buffer.alloc(0), like: before }, work);
  const backup = folder.at(temporaryName('old'));
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      const requireOldUnchanged = await keepOld({ place, backup, path, before }, work);
      await rename(beside, place);
      work.transaction.undoFrom(backup, () => rename(backup, place));
      await requireWritten(place, path, file);
      // Who wrote into the old file up to now wrote into what was there.
      await requireOldUnchanged();
      await folder.handle.sync().catch(() => undefined);
    },
    written: [{ path, ...(shown.after !== undefined && { sha256: shown.after }) }],
  };
}

interface OldFile {
  readonly place: string;
  /** Where it is kept. */
  readonly backup: string;
  readonly path: string;
  readonly before: FileContent | null;
}

/** Keeps what is to be replaced, by a second name or written anew; returns what throws if somebody writes into it yet. */
async function keepOld({ place, backup, path, before }: OldFile, work: Work): Promise<() => Promise<void>> {
  if (await tryLink(place, backup)) {
    work.transaction.dropAtEnd(backup);
    const check = (): Promise<void> => requireUnchanged(backup, path, before);
    await check();
    return check;
  }
  const old = await openOld(place, path, constants.O_RDONLY);
  work.transaction.atEnd(() => old.close());
  const check = (): Promise<void> => requireOpenUnchanged(old, path, before);
  await check();
  await createBeside(backup, { bytes: before?.bytes ?? Buffer.alloc(0), like: before }, work);
  await requireUnchanged(place, path, before);
  return check;
}

async function openOld(place: string, path: string, access: number): Promise<FileHandle> {
  return openPlain(place, access).catch((cause: unknown) => {
    if (!isMoved(cause)) throw cause;
    throw new NotApplied(`${showLine(path, 300)} has changed since it was shown: ${plainCause(cause)}`);
  });
}

/** Writes into the file itself; what was there stands beside it until all is done. */
async function prepareRewrite(path: string, file: PlannedEdit, work: Work): Promise<Prepared> {
  const { before, after, shown } = file;
  const { transaction } = work;
  const folder = await openParent(path, work, false);
  await requireRights(path, folder, before, work);
  if (before !== null) requireOneName(before, path);
  const place = folder.at(basename(path));
  const old = before?.bytes ?? Buffer.alloc(0);
  const backup = folder.at(temporaryName('old'));
  await createBeside(backup, { bytes: old, like: before }, work);
  return {
    verify: () => requireUnchanged(place, path, before),
    commit: async () => {
      // All by one descriptor: what is looked at is what is written, whatever has its name by then.
      const handle = await openOld(place, path, constants.O_RDWR);
      transaction.atEnd(() => handle.close());
      const now = await readPlain(handle).catch(() => null);
      requireSame(now, path, before);
      if (now !== null) requireOneName(now, path);
      transaction.undoFrom(backup, () => overwrite(handle, old));
      await overwrite(handle, after ?? Buffer.alloc(0));
    },
    written: [{ path, ...(shown.after !== undefined && { sha256: shown.after }) }],
  };
}

function requireOneName({ stat }: FileContent, path: string): void {
  if (stat.nlink <= 1) return;
  throw new NotApplied(`${showLine(path, 300)} has other names too, which would change with it`);
}

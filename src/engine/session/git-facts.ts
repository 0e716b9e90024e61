/**
 * What git holds of a path that is to be removed. Promises: no program runs, not git either, because a repository's
 * configuration may name programs that git starts for the least question; what is read is bounded; whatever is not plainly
 * understood is `unknown`. Does not promise that the objects are there: the index is believed.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isIgnoredByGit } from '../../policy/index.ts';
import type { IgnoreList, PathFact } from '../../protocol/index.ts';
import { findWorkTree, type WorkTree } from '../sandbox/index.ts';
import { type GitIndex, type IndexEntry, readGitIndex } from './read-git-index.ts';

type GitFact = NonNullable<PathFact['git']>;

const MAX_INDEX_BYTES = 16 * 1024 * 1024;
const MAX_IGNORE_BYTES = 64 * 1024;
/** Things looked at in folders that are to be removed; with more they stay unknown. */
const MAX_LOOKED_AT = 4000;
/** Of all files that are read because their times differ. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** Time that a look at one work tree may take away from everything else. */
const MAX_MATCHING_MS = 150;
const MAX_IGNORE_LINES = 1000;
const MAX_IGNORE_LINE = 256;
/** Of the names of all folders that the index holds something of. */
const MAX_FOLDER_CHARS = 16 * 1024 * 1024;

const KIND = 0o170000;
const LINK = 0o120000;
const SUBMODULE = 0o160000;

/** Asks of one or more paths; each index is read once. */
export interface GitLook {
  /** Whether git could bring back what is at a real path, or would never miss it. Never throws. */
  ask(real: string): Promise<GitFact>;
}

export function createGitLook(): GitLook {
  const looks = new Map<string, Promise<TreeLook>>();
  const lookAt = (tree: WorkTree): Promise<TreeLook> => {
    const key = `${tree.gitFolder}\0${tree.top}`;
    const look = looks.get(key) ?? readIndex(tree).then((read) => new TreeLook(tree, read));
    looks.set(key, look);
    return look;
  };
  return {
    ask: async (real) => {
      try {
        const tree = findWorkTree(real);
        if (tree === null) return 'none';
        const look = await lookAt(tree);
        return await look.settle(real);
      } catch {
        return 'unknown';
      }
    },
  };
}

interface ReadIndex {
  readonly index: GitIndex;
  /** When it was written; null: there is none yet. */
  readonly writtenNs: bigint | null;
}

/** Throws where it cannot be read. */
async function readIndex({ gitFolder }: WorkTree): Promise<ReadIndex> {
  const file = await readPlain(join(gitFolder, 'index'), MAX_INDEX_BYTES);
  if (file === null) return { index: { hash: 'sha1', entries: new Map() }, writtenNs: null };
  const index = readGitIndex(file.bytes);
  if (index === null) throw new Error('the index is not understood');
  return { index, writtenNs: file.stat.mtimeNs };
}

/** One work tree: what a look at it may still cost, and what was read already. */
class TreeLook {
  readonly #tree: WorkTree;
  readonly #index: GitIndex;
  readonly #writtenNs: bigint | null;
  /** Those that hold something of the index. */
  readonly #heldFolders: ReadonlySet<string>;
  readonly #lists = new Map<string, readonly IgnoreList[]>();
  #left = MAX_LOOKED_AT;
  #bytesLeft = MAX_READ_BYTES;
  #matchingLeftMs = MAX_MATCHING_MS;

  constructor(tree: WorkTree, { index, writtenNs }: ReadIndex) {
    this.#tree = tree;
    this.#index = index;
    this.#writtenNs = writtenNs;
    this.#heldFolders = foldersOf(index);
  }

  async settle(real: string): Promise<GitFact> {
    const stat = await lstat(real, { bigint: true });
    return await this.#factOf(real, stat);
  }

  async #factOf(real: string, stat: BigIntStats): Promise<GitFact> {
    this.#left -= 1;
    if (this.#left < 0) return 'unknown';
    const name = this.#nameOf(real);
    if (this.#isInSparseFolder(name)) return 'unknown';
    const entry = this.#index.entries.get(name);
    if (entry !== undefined) return await this.#compare(real, stat, entry);
    const isFolder = stat.isDirectory();
    const isHeldInPart = isFolder && this.#heldFolders.has(name);
    if (!isHeldInPart && (await this.#isIgnored(real, isFolder))) return 'ignored';
    return isFolder ? await this.#factOfFolder(real) : 'untracked';
  }

  /** The least that can be brought back of what is in it. */
  async #factOfFolder(real: string): Promise<GitFact> {
    const found = new Set<GitFact>();
    for await (const { name } of await opendir(real)) {
      // A repository in it goes with its whole history.
      const path = join(real, name);
      const fact =
        name === '.git' ? 'modified' : await this.#factOf(path, await lstat(path, { bigint: true }));
      if (fact === 'unknown' || fact === 'modified') return fact;
      found.add(fact);
    }
    if (found.has('untracked')) return found.has('tracked') ? 'modified' : 'untracked';
    if (found.has('tracked')) return 'tracked';
    return found.has('ignored') ? 'ignored' : 'untracked';
  }

  async #isIgnored(real: string, isFolder: boolean): Promise<boolean> {
    const lists = await this.#listsOf(dirname(real));
    const begin = performance.now();
    const spend = (): void => {
      if (performance.now() - begin > this.#matchingLeftMs)
        throw new Error('there are too many lines to try');
    };
    try {
      return isIgnoredByGit(real, lists, { isFolder, spend });
    } finally {
      this.#matchingLeftMs -= performance.now() - begin;
    }
  }

  async #compare(real: string, stat: BigIntStats, entry: IndexEntry): Promise<GitFact> {
    if (entry.stage !== 0) return 'modified';
    const kind = entry.mode & KIND;
    // What its own repository holds is not in this one.
    if (kind === SUBMODULE) return 'unknown';
    if ((Number(stat.mode) & KIND) !== kind) return 'modified';
    if (this.#isUntouched(stat, entry)) return 'tracked';
    const content = await this.#readContent(real, stat);
    if (content === null) return 'unknown';
    const hash = createHash(this.#index.hash).update(`blob ${content.length}\0`).update(content);
    return hash.digest('hex') === entry.objectId ? 'tracked' : 'modified';
  }

  /** By its size and time, as git does it. What was written together with the index may have changed since unnoticed. */
  #isUntouched(stat: BigIntStats, entry: IndexEntry): boolean {
    const entryNs = BigInt(entry.mtimeSeconds) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds);
    if (this.#writtenNs === null || entryNs >= this.#writtenNs) return false;
    return stat.mtimeNs === entryNs && (stat.size & 0xffff_ffffn) === BigInt(entry.sizeBytes);
  }

  async #readContent(real: string, stat: BigIntStats): Promise<Buffer | null> {
    if ((Number(stat.mode) & KIND) === LINK) return await readlink(real, { encoding: 'buffer' });
    const file = stat.size > this.#bytesLeft ? null : await readPlain(real, this.#bytesLeft);
    this.#bytesLeft -= file?.bytes.length ?? 0;
    return file?.bytes ?? null;
  }

  #nameOf(real: string): string {
    return real.slice(this.#tree.top === '/' ? 1 : this.#tree.top.length + 1);
  }

  #isInSparseFolder(name: string): boolean {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      if (this.#index.entries.has(name.slice(0, at + 1))) return true;
    }
    return this.#index.entries.has(`${name}/`);
  }

  /** What is ignored in a folder of the work tree, the outermost list first. */
  async #listsOf(folder: string): Promise<readonly IgnoreList[]> {
    const known = this.#lists.get(folder);
    if (known !== undefined) return known;
    const { top, commonFolder } = this.#tree;
    const above =
      folder === top
        ? await readIgnoreList(join(commonFolder, 'info', 'exclude'), top)
        : await this.#listsOf(dirname(folder));
    const lists = [...above, ...(await readIgnoreList(join(folder, '.gitignore'), folder))];
    this.#lists.set(folder, lists);
    return lists;
  }
}

function foldersOf({ entries }: GitIndex): Set<string> {
  const folders = new Set<string>();
  let chars = 0;
  for (const path of entries.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
      chars += folder.length;
      if (chars > MAX_FOLDER_CHARS) throw new Error('there are too many folders');
    }
  }
  return folders;
}

async function readIgnoreList(file: string, folder: string): Promise<IgnoreList[]> {
  const found = await readPlain(file, MAX_IGNORE_BYTES);
  if (found === null) return [];
  const lines = found.bytes.toString('utf8').split('\n');
  if (lines.length > MAX_IGNORE_LINES || lines.some((line) => line.length > MAX_IGNORE_LINE))
    throw new Error('there are too many lines, or too long ones');
  return [{ folder, lines }];
}

interface PlainFile {
  readonly bytes: Buffer;
  readonly stat: BigIntStats;
}

/** Null where there is none. Throws for what is no plain file, or too large. Never waits, not even for a pipe in disguise. */
async function readPlain(path: string, maxBytes: number): Promise<PlainFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile() || stat.size > maxBytes) throw new Error('it is no plain file of that size');
    const bytes = Buffer.alloc(Number(stat.size));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), stat };
  } finally {
    await handle.close();
  }
}

/**
 * The folders that a mode opens for writing. Promises: every one is real and exists; one that lies in the workspace but
 * leads out of it is refused; what is left out or is wider than it looks is said in a warning.
 */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { SandboxMode, SessionFlags } from '../../protocol/index.ts';
import { type ConfigPlace, makeConfigFault, showText } from './config-fault.ts';
import { showOrigin } from './config-origins.ts';
import type { MergedEntry } from './merge-layers.ts';
import type { TomlDocument } from './read-toml.ts';
import { findRealFolder, isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';

/** What the folders depend on besides the configuration. */
export interface RootsContext {
  /** Real path of the session's folder. */
  readonly workspace: string;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Pick<SessionFlags, 'addDirs'>;
  /** The user's file, to point at single items of lists. */
  readonly userDocument: TomlDocument | undefined;
}

/** A folder that a flag opens. */
export interface AddedDir {
  /** Real. */
  readonly path: string;
  readonly typed: string;
}

/** Where a session works, by its real path and as it was typed. */
type Places = Pick<RootsContext, 'workspace' | 'cwd'>;

/**
 * A TMPDIR below a private /tmp does not exist inside; one that holds a home would open too much. Throws a `user` fault
 * for one in the workspace that leads out of it.
 */
export function findTmpDir(
  { env, home, workspace, cwd }: Pick<RootsContext, 'env' | 'home' | keyof Places>,
  warnings: string[],
): string | undefined {
  const set = env['TMPDIR'];
  if (set === undefined || !isAbsolute(set)) return undefined;
  const real = findRealFolder(set);
  if (real === undefined || isWithin(real, '/tmp')) return undefined;
  const typed = makeAbsolute(set, cwd, home);
  refuseSwapped({ workspace, cwd }, { typed, real, name: 'TMPDIR' }, { flag: `TMPDIR=${set}` });
  if (isWithin(home, real)) {
    warnings.push(`TMPDIR ${showText(set)} holds your home folder: it is not made writable`);
    return undefined;
  }
  return real;
}

/**
 * A root named inside the workspace that leads out of it is refused: an earlier command may have put a link to anywhere
 * in its place.
 */
function refuseSwapped(
  { workspace, cwd }: Places,
  { typed, real, name = 'the writable root' }: { typed: string; real: string; name?: string },
  place: ConfigPlace,
): void {
  const isInside = isWithin(typed, workspace) || isWithin(typed, cwd);
  if (!isInside || isWithin(real, workspace)) return;
  throw makeConfigFault({
    place,
    what: `${name} ${showText(typed)} lies in the workspace but leads to ${showText(real)}`,
    hint: 'Name the real folder, if it is the one that you mean',
  });
}

class RootsResolver {
  readonly warnings: string[] = [];
  readonly #merged: ReadonlyMap<string, MergedEntry>;
  readonly #context: RootsContext;

  constructor(merged: ReadonlyMap<string, MergedEntry>, context: RootsContext) {
    this.#merged = merged;
    this.#context = context;
  }

  resolve(mode: SandboxMode): string[] {
    const { workspace, flags } = this.#context;
    if (mode === 'read-only') {
      const first = flags.addDirs[0];
      if (first !== undefined)
        this.warnings.push(`--add-dir ${showText(first)} does nothing in read-only mode`);
      return [];
    }
    if (mode === 'workspace-write') this.#warnIfWide(workspace, 'The workspace');
    const roots = [workspace, ...this.#resolveConfiguredRoots()];
    roots.push(...this.resolveAdded().map(({ path }) => path));
    const tmpDir = this.#resolveTmpDir();
    if (tmpDir !== undefined) roots.push(tmpDir);
    return [...new Set(roots)];
  }

  /** The folders that flags add. */
  resolveAdded(): AddedDir[] {
    const { flags, cwd, home } = this.#context;
    return flags.addDirs.map((typed) => {
      const path = findRealFolder(makeAbsolute(typed, cwd, home));
      if (path === undefined) {
        throw makeConfigFault({
          place: { flag: `--add-dir ${typed}` },
          ...(existsSync(makeAbsolute(typed, cwd, home))
            ? { what: 'this is no folder', hint: 'Name the folder that it lies in, or another one' }
            : { what: 'there is no such folder', hint: 'Make it first, or name another one' }),
          code: 'config-flag',
        });
      }
      const written = { typed: makeAbsolute(typed, cwd, home), real: path };
      refuseSwapped(this.#context, written, { flag: `--add-dir ${typed}` });
      this.#warnIfWide(path, `--add-dir ${showText(typed)}`);
      return { path, typed };
    });
  }

  #resolveConfiguredRoots(): string[] {
    const key = 'sandbox_workspace_write.writable_roots';
    const origin = this.#merged.get(key)?.origin ?? { layer: 'defaults' as const };
    return this.#texts(key).flatMap((path, index) => {
      const item =
        origin.layer === 'user'
          ? this.#context.userDocument?.valuePosition([...key.split('.'), index])
          : undefined;
      const place = showOrigin({ ...origin, ...item });
      const real = findRealFolder(makeAbsolute(path, this.#context.cwd, this.#context.home));
      if (real === undefined) {
        this.warnings.push(
          `${place}: the writable root ${showText(path)} is not a folder that exists: skipped`,
        );
        return [];
      }
      const typed = makeAbsolute(path, this.#context.cwd, this.#context.home);
      refuseSwapped(this.#context, { typed, real }, { flag: place });
      this.#warnIfWide(real, `${place}: the writable root`);
      return [real];
    });
  }

  #resolveTmpDir(): string | undefined {
    if (this.#value('sandbox_workspace_write.exclude_tmpdir_env_var') === true) return undefined;
    return findTmpDir(this.#context, this.warnings);
  }

  #warnIfWide(path: string, name: string): void {
    const { home } = this.#context;
    if (path === '/') this.warnings.push(`${name} is /: almost everything may be written`);
    else if (isWithin(resolveExistingPart(home), path)) {
      this.warnings.push(
        `${name} is ${showText(path)}, which holds your whole home folder: all of it may be written`,
      );
    }
  }

  #value(key: string): unknown {
    return this.#merged.get(key)?.value;
  }

  #texts(key: string): string[] {
    const value = this.#value(key);
    return Array.isArray(value) ? value.map(String) : [];
  }
}

/** The writable folders of a mode, the workspace first. Throws a `user` fault with the place of a mistake. */
export function resolveRoots(
  mode: SandboxMode,
  merged: ReadonlyMap<string, MergedEntry>,
  context: RootsContext,
): { readonly roots: readonly string[]; readonly warnings: readonly string[] } {
  const resolver = new RootsResolver(merged, context);
  const roots = resolver.resolve(mode);
  return { roots, warnings: resolver.warnings };
}

/** The folders that flags add to a profile. Throws a `user` fault for one that cannot be opened. */
export function resolveAddedDirs(context: RootsContext, warnings: string[]): readonly AddedDir[] {
  const resolver = new RootsResolver(new Map(), context);
  const added = resolver.resolveAdded();
  warnings.push(...resolver.warnings);
  return added;
}

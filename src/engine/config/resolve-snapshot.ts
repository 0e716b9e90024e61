/**
 * Makes the configuration in force out of merged values. Promises: every path in it is absolute and real, everything
 * that was left out or is wider than it looks is said in a warning, and nothing is taken that its file does not say.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import {
  ApprovalPolicy,
  AskOnRisk,
  type ConfigSnapshot,
  EnvironmentPolicy,
  type NetworkSettings,
  RuleSet,
  SandboxMode,
  type SessionFlags,
} from '../../protocol/index.ts';
import { parseDurationMs, parseSizeBytes } from '../base/index.ts';
import { showOrigin } from './collect-entries.ts';
import { type ConfigPlace, makeConfigFault, showText, showValue } from './config-fault.ts';
import type { MergedEntry } from './merge-layers.ts';
import type { TomlDocument } from './read-toml.ts';
import { resolveLimits, resolveNetworkFiles } from './resolve-limits.ts';
import { findRealFolder, isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';

/** What a snapshot depends on besides the configuration. */
export interface ResolveContext {
  /** Real path of the session's folder. */
  readonly workspace: string;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: SessionFlags;
  /** Real paths of secrets that exist on this machine. */
  readonly findSecrets: (home: string) => readonly string[];
  /** The user's file, to point at single items of lists. */
  readonly userDocument: TomlDocument | undefined;
}

/** Read-only in every writable root: they decide what later runs, or who may do what. */
const PROTECTED_NAMES = ['.git', '.agents', '.codex', '.sallyport'];

class SnapshotResolver {
  readonly warnings: string[] = [];
  readonly #merged: ReadonlyMap<string, MergedEntry>;
  readonly #context: ResolveContext;

  constructor(merged: ReadonlyMap<string, MergedEntry>, context: ResolveContext) {
    this.#merged = merged;
    this.#context = context;
  }

  resolve(): ConfigSnapshot {
    const { workspace, home } = this.#context;
    const sandboxMode = SandboxMode.parse(this.#value('sandbox_mode'));
    const isWorkspaceWrite = sandboxMode === 'workspace-write';
    const isFull = sandboxMode === 'danger-full-access';
    const protectSecrets = this.#value('protect_secrets') === true;
    return {
      sandboxMode,
      approvalPolicy: ApprovalPolicy.parse(this.#value('approval_policy')),
      askOnRisk: AskOnRisk.parse(this.#value('ask_on_risk')),
      approvalExpiryMs: parseDurationMs(String(this.#value('approval_expiry'))) ?? Number.NaN,
      shell: this.#resolveShell(),
      execGate: this.#value('exec_gate') === true,
      workspace,
      writableRoots: this.#resolveRoots(sandboxMode),
      tmp: this.#value('tmp') === 'shared' ? 'shared' : 'private',
      tmpWritable:
        isFull || (isWorkspaceWrite && this.#value('sandbox_workspace_write.exclude_slash_tmp') !== true),
      tmpSizeBytes: parseSizeBytes(this.#value('tmp_size')) ?? Number.NaN,
      networkAccess:
        isFull || (isWorkspaceWrite && this.#value('sandbox_workspace_write.network_access') === true),
      network: this.#resolveNetwork(),
      limits: resolveLimits((key) => this.#value(key)),
      protectSecrets,
      secretPaths: protectSecrets ? [...this.#context.findSecrets(home)] : [],
      protectedNames: [...PROTECTED_NAMES],
      protectedPaths: this.#texts('protected_paths').map((path) =>
        resolveExistingPart(makeAbsolute(path, workspace, home)),
      ),
      environment: EnvironmentPolicy.parse({
        include: this.#value('shell_environment_policy.include'),
        exclude: this.#value('shell_environment_policy.exclude'),
        set: this.#value('shell_environment_policy.set'),
      }),
      home,
      profile: null,
      rules: RuleSet.parse({}),
      approvalsReviewer: 'user',
      trustedMcpServers: [],
      skillFolders: [],
    };
  }

  #resolveNetwork(): NetworkSettings {
    const { flags, home } = this.#context;
    const { proxy, caFile } = resolveNetworkFiles(this.#merged, home);
    return {
      allow: [...this.#texts('permission_profile.network.allow'), ...flags.allowDomains],
      deny: [...this.#texts('permission_profile.network.deny'), ...flags.denyDomains],
      proxy,
      caFile,
    };
  }

  #value(key: string): unknown {
    return this.#merged.get(key)?.value;
  }

  #texts(key: string): string[] {
    const value = this.#value(key);
    return Array.isArray(value) ? value.map(String) : [];
  }

  #resolveShell(): string {
    const entry = this.#merged.get('shell');
    const shell = String(entry?.value);
    const origin = entry?.origin;
    const place =
      origin?.file === undefined
        ? { flag: origin?.flag ?? 'The default shell' }
        : {
            file: origin.file,
            position: this.#context.userDocument?.valuePosition(['shell']),
          };
    const fail = (what: string): never => {
      throw makeConfigFault({
        place,
        what: `shell ${what}, but is ${showValue(shell)}`,
        hint: 'Write the full path of an installed shell, such as /bin/bash',
      });
    };
    if (!isAbsolute(shell)) return fail('must be an absolute path');
    try {
      accessSync(shell, constants.X_OK);
      if (!statSync(shell).isFile()) return fail('must be a program');
    } catch (thrown) {
      if (thrown instanceof Error && 'syscall' in thrown) return fail('must be a program that exists');
      throw thrown;
    }
    return shell;
  }

  #resolveRoots(mode: SandboxMode): string[] {
    const { workspace, flags, cwd, home } = this.#context;
    if (mode === 'read-only') {
      const first = flags.addDirs[0];
      if (first !== undefined)
        this.warnings.push(`--add-dir ${showText(first)} does nothing in read-only mode`);
      return [];
    }
    if (mode === 'workspace-write') this.#warnIfWide(workspace, 'The workspace');
    const roots = [workspace, ...this.#resolveConfiguredRoots()];
    for (const typed of flags.addDirs) {
      const real = findRealFolder(makeAbsolute(typed, cwd, home));
      if (real === undefined) {
        throw makeConfigFault({
          place: { flag: `--add-dir ${typed}` },
          what: 'there is no such folder',
          hint: 'Make it first, or name another one',
          code: 'config-flag',
        });
      }
      this.#refuseSwapped(makeAbsolute(typed, cwd, home), real, { flag: `--add-dir ${typed}` });
      this.#warnIfWide(real, `--add-dir ${showText(typed)}`);
      roots.push(real);
    }
    const tmpDir = this.#resolveTmpDir();
    if (tmpDir !== undefined) roots.push(tmpDir);
    return [...new Set(roots)];
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
      this.#refuseSwapped(makeAbsolute(path, this.#context.cwd, this.#context.home), real, { flag: place });
      this.#warnIfWide(real, `${place}: the writable root`);
      return [real];
    });
  }

  /** A TMPDIR below a private /tmp does not exist inside; one that holds a home would open too much. */
  #resolveTmpDir(): string | undefined {
    const { env, home } = this.#context;
    const set = env['TMPDIR'];
    if (set === undefined || !isAbsolute(set)) return undefined;
    if (this.#value('sandbox_workspace_write.exclude_tmpdir_env_var') === true) return undefined;
    const real = findRealFolder(set);
    if (real === undefined || isWithin(real, '/tmp')) return undefined;
    if (isWithin(home, real)) {
      this.warnings.push(`TMPDIR ${showText(set)} holds your home folder: it is not made writable`);
      return undefined;
    }
    return real;
  }

  /**
   * A root named inside the workspace that leads out of it is refused: an earlier command may have put a link to
   * anywhere in its place.
   */
  #refuseSwapped(typed: string, real: string, place: ConfigPlace): void {
    const { workspace, cwd } = this.#context;
    const isInside = isWithin(typed, workspace) || isWithin(typed, cwd);
    if (!isInside || isWithin(real, workspace)) return;
    throw makeConfigFault({
      place,
      what: `the writable root ${showText(typed)} lies in the workspace but leads to ${showText(real)}`,
      hint: 'Name the real folder, if it is the one that you mean',
    });
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
}

/** The snapshot of merged values, with the warnings that arose. Throws a `user` fault with the place of a mistake. */
export function resolveSnapshot(
  merged: ReadonlyMap<string, MergedEntry>,
  context: ResolveContext,
): { readonly snapshot: ConfigSnapshot; readonly warnings: readonly string[] } {
  const resolver = new SnapshotResolver(merged, context);
  const snapshot = resolver.resolve();
  return { snapshot, warnings: resolver.warnings };
}

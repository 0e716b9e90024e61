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
  RuleSet,
} from '../../protocol/index.ts';
import { parseDurationMs, parseSizeBytes } from '../base/index.ts';
import { makeConfigFault, showValue } from './config-fault.ts';
import type { MergedEntry } from './merge-layers.ts';
import { type AccessContext, resolveAccess } from './resolve-access.ts';
import { resolveLimits, resolveNetworkFiles } from './resolve-limits.ts';

/** What a snapshot depends on besides the configuration. */
export type SnapshotContext = Omit<AccessContext, 'protectedNames'>;

/** Read-only in every writable root: they decide what later runs, or who may do what. */
const PROTECTED_NAMES = ['.git', '.agents', '.codex', '.sallyport'];

class SnapshotResolver {
  readonly warnings: string[] = [];
  readonly #merged: ReadonlyMap<string, MergedEntry>;
  readonly #context: SnapshotContext;

  constructor(merged: ReadonlyMap<string, MergedEntry>, context: SnapshotContext) {
    this.#merged = merged;
    this.#context = context;
  }

  resolve(): ConfigSnapshot {
    const { workspace, home } = this.#context;
    const access = resolveAccess(this.#merged, {
      ...this.#context,
      protectedNames: PROTECTED_NAMES,
    });
    this.warnings.push(...access.warnings);
    return {
      sandboxMode: access.sandboxMode,
      approvalPolicy: ApprovalPolicy.parse(this.#value('approval_policy')),
      askOnRisk: AskOnRisk.parse(this.#value('ask_on_risk')),
      approvalExpiryMs: parseDurationMs(String(this.#value('approval_expiry'))) ?? Number.NaN,
      shell: this.#resolveShell(),
      execGate: this.#value('exec_gate') === true,
      workspace,
      writableRoots: [...access.writableRoots],
      tmp: this.#value('tmp') === 'shared' ? 'shared' : 'private',
      tmpWritable: access.tmpWritable,
      tmpSizeBytes: parseSizeBytes(this.#value('tmp_size')) ?? Number.NaN,
      networkAccess: access.networkAccess,
      network: {
        allow: [...access.hosts.allow],
        deny: [...access.hosts.deny],
        ...resolveNetworkFiles(this.#merged, home),
      },
      limits: resolveLimits((key) => this.#value(key)),
      protectSecrets: access.protectSecrets,
      secretPaths: [...access.secretPaths],
      protectedNames: [...PROTECTED_NAMES],
      protectedPaths: [...access.protectedPaths],
      environment: EnvironmentPolicy.parse({
        include: this.#value('shell_environment_policy.include'),
        exclude: this.#value('shell_environment_policy.exclude'),
        set: this.#value('shell_environment_policy.set'),
      }),
      home,
      profile: access.profile,
      ignored: access.ignored,
      rules: RuleSet.parse({}),
      approvalsReviewer: 'user',
      trustedMcpServers: [],
      skillFolders: [],
    };
  }

  #value(key: string): unknown {
    return this.#merged.get(key)?.value;
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
}

/** The snapshot of merged values, with the warnings that arose. Throws a `user` fault with the place of a mistake. */
export function resolveSnapshot(
  merged: ReadonlyMap<string, MergedEntry>,
  context: SnapshotContext,
): { readonly snapshot: ConfigSnapshot; readonly warnings: readonly string[] } {
  const resolver = new SnapshotResolver(merged, context);
  const snapshot = resolver.resolve();
  return { snapshot, warnings: resolver.warnings };
}

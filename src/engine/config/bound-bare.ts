/**
 * What the requirements of this machine leave of a bare run, which has no other configuration.
 *
 * Promises: mode, folders, hosts and limits as a session with nothing but these flags would have them. Does not promise
 * the rules: they judge steps, and a bare run has none. Without it `sallyport sandbox` would be the way past what the
 * administrator closes.
 */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigSnapshot, NO_FLAGS, type SessionFlags } from '../../protocol/index.ts';
import { REQUIREMENTS_FILE } from '../base/index.ts';
import { type LoadConfigOptions, loadConfig } from './load-config.ts';
import { readRequirements } from './read-requirements.ts';

/** What was typed, and where. */
export interface BareWish extends Pick<LoadConfigOptions, 'cwd' | 'env' | 'home' | 'requirementsFile'> {
  readonly flags: Pick<SessionFlags, 'addDirs' | 'allowDomains' | 'denyDomains' | 'limits'> & {
    readonly sandbox: ConfigSnapshot['sandboxMode'];
  };
}

/** What may be of it. */
export interface BareBound
  extends Pick<
    ConfigSnapshot,
    'sandboxMode' | 'writableRoots' | 'tmpWritable' | 'tmpSizeBytes' | 'limits' | 'protectedPaths'
  > {
  /** Absolute; they are hidden as secrets are. */
  readonly denied: readonly string[];
  readonly hosts: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly warnings: readonly string[];
}

const NO_QUESTIONS = 'approval_policy={granular={sandbox_approval=false,rules=false,mcp_elicitations=false}}';

/** Nothing is asked or reviewed here: whatever is demanded of that is as good as any other. */
function chooseUnused(file = REQUIREMENTS_FILE): string[] {
  const allowed = readRequirements(file)?.allowed;
  const policy = allowed?.get('approval_policy')?.choices[0];
  const reviewer = allowed?.get('approvals_reviewer')?.choices[0];
  return [
    ...(policy === undefined ? [] : [policy === 'granular' ? NO_QUESTIONS : `approval_policy=${policy}`]),
    ...(reviewer === undefined ? [] : [`approvals_reviewer=${reviewer}`]),
  ];
}

/** @throws Fault `user` for what cannot be narrowed, and for a mistake in the requirements */
export function boundBare({ flags, env, ...wish }: BareWish): BareBound {
  // A folder that is empty: neither the user's configuration nor that of projects counts for a bare run.
  const nothing = mkdtempSync(join(tmpdir(), 'sallyport-bare-'));
  try {
    const { snapshot, warnings } = loadConfig({
      ...wish,
      env: { ...env, SALLYPORT_HOME: nothing },
      flags: { ...NO_FLAGS, ...flags, overrides: chooseUnused(wish.requirementsFile) },
      ports: { findSecrets: () => [] },
    });
    const { sandboxMode, writableRoots, tmpWritable, tmpSizeBytes, limits, protectedPaths } = snapshot;
    return {
      ...{ sandboxMode, writableRoots, tmpWritable, tmpSizeBytes, limits, protectedPaths },
      denied: snapshot.managedDeny?.paths.map(({ path }) => path) ?? [],
      hosts: { allow: snapshot.network.allow, deny: snapshot.network.deny },
      warnings,
    };
  } finally {
    rmdirSync(nothing);
  }
}

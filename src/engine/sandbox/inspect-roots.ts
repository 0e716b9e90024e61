import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ProtectPlan } from './protect.ts';
import type { LateFinding } from './sandbox.ts';

/**
 * What appeared in the roots since `before` was planned and may be obeyed by trusted programs: files that run code
 * later, a replaced link, the layout of a bare repository (git takes its configuration from the folder itself).
 */
export function inspectRoots(roots: readonly string[], before: ProtectPlan): LateFinding[] {
  const findings: LateFinding[] = [];
  for (const { path, reason } of before.watched) {
    if (exists(path)) findings.push({ path, reason: `It was made during the session, and ${reason}.` });
  }
  for (const { path, target } of before.links) {
    if (readTarget(path) !== target) findings.push({ path, reason: `It led to ${target} and was replaced.` });
  }
  for (const root of roots) {
    if (['HEAD', 'objects', 'refs'].every((name) => exists(join(root, name)))) {
      findings.push({
        path: join(root, 'HEAD'),
        reason: 'The folder looks like a bare repository: git obeys its config.',
      });
    }
    if (exists(join(root, '.git', 'commondir')) && exists(join(root, '.git', 'objects'))) {
      findings.push({
        path: join(root, '.git', 'commondir'),
        reason: 'It makes git take its configuration elsewhere.',
      });
    }
  }
  return findings;
}

function readTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findObeyed } from './find-obeyed.ts';
import { findNestedRepositories } from './nested-repositories.ts';
import { printRepository } from './print-repository.ts';
import type { ProtectPlan } from './protect.ts';
import type { LateFinding } from './sandbox.ts';

/**
 * What appeared in the roots since `before` was planned and may be obeyed by trusted programs: files that run code
 * later, a replaced link, the layout of a bare repository (git takes its configuration from the folder itself), a
 * changed repository that no mount could protect, a new one that makes git run programs.
 */
export function inspectRoots(roots: readonly string[], before: ProtectPlan): LateFinding[] {
  const findings: LateFinding[] = [];
  for (const { path, reason } of before.watched) {
    if (exists(path)) findings.push(aside(path, `It was made during the session, and ${reason}.`));
  }
  for (const { path, target } of before.links) {
    if (readTarget(path) !== target) {
      const undo = `${moveAside(path)}; ln -s -- ${quote(target)} ${quote(path)}`;
      findings.push({ path, reason: `It led to ${target} and was replaced.`, undo });
    }
  }
  for (const { folder, print } of before.checked) {
    if (printRepository(folder) !== print) {
      findings.push(
        aside(
          join(folder, '.git'),
          'Its hooks or configuration were changed, and git runs programs from them.',
        ),
      );
    }
  }
  for (const root of roots) findings.push(...inspectRoot(root), ...inspectNewRepositories(root, before));
  return findings;
}

/** Making or cloning one is ordinary work; what makes git run programs is not a part of it. */
function inspectNewRepositories(root: string, before: ProtectPlan): LateFinding[] {
  const known = new Set([...before.nested, ...before.checked.map(({ folder }) => folder)]);
  const { folders, beyond } = findNestedRepositories(root);
  return [...folders, ...beyond.map(({ folder }) => folder)]
    .filter((folder) => !known.has(folder))
    .flatMap((folder) => {
      const found = findObeyed(join(folder, '.git'));
      if (found === null) return [];
      return [aside(join(folder, '.git'), `It was made during the session, and git obeys ${found} in it.`)];
    });
}

function inspectRoot(root: string): LateFinding[] {
  const findings: LateFinding[] = [];
  if (['HEAD', 'objects', 'refs'].every((name) => exists(join(root, name)))) {
    findings.push(
      aside(join(root, 'HEAD'), 'The folder looks like a bare repository: git obeys its config.'),
    );
  }
  const pointer = join(root, '.git', 'commondir');
  if (exists(pointer) && exists(join(root, '.git', 'objects')) && !namesItself(pointer)) {
    findings.push(aside(pointer, 'It makes git take its configuration elsewhere.'));
  }
  return findings;
}

/** Our own placeholder: it leads nowhere else. */
function namesItself(pointer: string): boolean {
  try {
    const stat = lstatSync(pointer);
    return stat.isFile() && stat.size === 2 && readFileSync(pointer, 'utf8') === '.\n';
  } catch {
    return false;
  }
}

/** A finding that is put out of use by giving it another name. */
export function aside(path: string, reason: string): LateFinding {
  return { path, reason, undo: moveAside(path) };
}

/** Under another name nobody obeys it, and nothing is lost. */
function moveAside(path: string): string {
  return `mv -n -- ${quote(path)} ${quote(`${path}.put-aside`)}`;
}

/** As a word for a shell. A name that would break the line it is shown in is written with escapes. */
function quote(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) return `'${path.replaceAll("'", `'\\''`)}'`;
  const bytes = [...Buffer.from(path)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return `$'${bytes.join('')}'`;
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

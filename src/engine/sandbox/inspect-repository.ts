/**
 * One `.git` that was not there when the session opened. Promises: it is followed to where git would go, and what git
 * obeys there is found; a lead into the session's own folders that git does not make itself is told by itself.
 */
import { basename, dirname, join } from 'node:path';
import { findObeyed } from './find-obeyed.ts';
import { followCommonFolder, followGit, type GitLead, type LeadElsewhere } from './follow-git.ts';
import type { InspectionBudget, Pieces } from './inspection-budget.ts';
import { listEntries } from './list-entries.ts';
import { isInside } from './path-inside.ts';

/** What a look at a new repository has to know. */
export interface RepositoryScene {
  /** What the session could write to: real paths. */
  readonly writable: readonly string[];
  /** Git folders that were there before, and `.git` folders that were found now, which are looked at themselves. */
  readonly gitFolders: ReadonlySet<string>;
  readonly budget: InspectionBudget;
}

const MAX_MODULES = 200;
const MAX_MODULE_DEPTH = 5;

/**
 * Why the `.git` of a folder is dangerous, as a sentence; null when it is not.
 * @throws BudgetSpent
 */
export function* inspectRepository(top: string, scene: RepositoryScene): Pieces<string | null> {
  const git = join(top, '.git');
  const lead = followGit(git);
  if (lead.kind === 'none') return null;
  if (lead.kind === 'odd') return 'It was made during the session, and is no .git that git makes.';
  if (lead.kind === 'folder') return yield* inspectFolder({ git, top }, scene);
  if (!isWithin(lead, scene.writable)) return null;
  const home = lead.real === null ? null : findHome(lead.real, scene.gitFolders);
  if (lead.real === null || home === null)
    return `It was made during the session, and leads git to ${lead.named}.`;
  const elsewhere = describeCommon(followCommonFolder(lead.real), home);
  if (elsewhere !== null) return elsewhere;
  return describe(findObeyed({ git: lead.real, top }, scene.budget));
}

/** A git folder itself, with the submodules that it keeps. */
function* inspectFolder(place: { git: string; top: string }, scene: RepositoryScene): Pieces<string | null> {
  const elsewhere = describeCommon(followCommonFolder(place.git), null);
  if (elsewhere !== null) return elsewhere;
  const found = findObeyed(place, scene.budget);
  if (found !== null) return describe(found);
  let layer = [join(place.git, 'modules')];
  for (let depth = 0; layer.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of layer) {
      yield;
      const { entries, isCut } = listEntries(folder, MAX_MODULES);
      if (isCut || depth > MAX_MODULE_DEPTH) return describe('submodules that are not plainly ones');
      const inner = depth === 0 ? null : findObeyed({ git: folder, top: place.top }, scene.budget);
      if (inner !== null) return describe(inner);
      // In one that is finished only its own submodules are others.
      const isFinished = entries.some(({ name }) => name === 'HEAD');
      const folders = entries.filter(
        (entry) => entry.isDirectory() && (!isFinished || entry.name === 'modules'),
      );
      next.push(...folders.map(({ name }) => join(folder, name)));
    }
    layer = next;
  }
  return null;
}

/**
 * Why a folder that is laid out as a git folder is dangerous.
 * @throws BudgetSpent
 */
export function inspectBare(folder: string, { gitFolders, budget }: RepositoryScene): string | null {
  const elsewhere = describeCommon(followCommonFolder(folder), findHome(folder, gitFolders));
  if (elsewhere !== null) return elsewhere;
  const found = findObeyed({ git: folder, top: folder }, budget);
  return found === null ? null : `It makes its folder a bare repository, and git obeys ${found} there.`;
}

function describe(found: string | null): string | null {
  return found === null ? null : `It was made during the session, and git obeys ${found} in it.`;
}

/** @param home The repository that the folder belongs to: of a worktree's it is the one to name. */
function describeCommon(lead: GitLead, home: string | null): string | null {
  if (lead.kind === 'none' || lead.kind === 'folder') return null;
  const named = lead.kind === 'odd' ? null : lead.named;
  if (lead.kind === 'elsewhere' && home !== null && isOwnCommon(lead.real, home)) return null;
  return `It was made during the session, and makes git take its configuration from ${named ?? 'elsewhere'}.`;
}

function isOwnCommon(common: string | null, home: string): boolean {
  return common !== null && (common === home || isInside(common, join(home, 'modules')));
}

function isWithin({ named, real }: LeadElsewhere, folders: readonly string[]): boolean {
  return folders.some((folder) => isInside(named, folder) || (real !== null && isInside(real, folder)));
}

/** The git folder that keeps a submodule's or worktree's folder; null where none of those known does. */
function findHome(real: string, gitFolders: ReadonlySet<string>): string | null {
  for (let folder = dirname(real); folder !== dirname(folder); folder = dirname(folder)) {
    const isKept = basename(folder) === 'modules' || basename(folder) === 'worktrees';
    if (isKept && gitFolders.has(dirname(folder))) return dirname(folder);
  }
  return null;
}

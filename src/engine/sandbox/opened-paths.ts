import { dirname } from 'node:path';
import { listPrepared, withWorktrees } from './find-prepared.ts';
import { hasGitParts } from './git-places.ts';
import { BudgetSpent, InspectionBudget } from './inspection-budget.ts';
import { isInside } from './path-inside.ts';
import { printPlace } from './print-repository.ts';
import type { ProtectPlan } from './protect.ts';
import type { GrantMode } from './sandbox.ts';

/** Of what git would go on with, when a git folder is opened. What is beyond counts as new. */
const MAX_PREPARED_BYTES = 1024 * 1024;

interface OpenedPath {
  readonly path: string;
  /** It was a git folder when it was granted: its hooks and configuration stayed closed. */
  readonly isGitFolder: boolean;
  /** Git folders that it is, or lies in. */
  readonly gits: readonly string[];
  /** What git would have gone on with in them before, by path with its print. */
  readonly prepared: ReadonlyMap<string, string>;
  /** How it was, for a folder that nothing else is looked at in; without what lies in folders that others are. */
  readonly before: ProtectPlan | null;
}

/** What was open for writing at some time of a session, beside its roots. Ended grants count: what was made stays. */
export class OpenedPaths {
  readonly #paths = new Map<string, OpenedPath>();
  /** Folders that are looked at after each run, with all below them. */
  readonly #looked: string[];

  constructor(roots: readonly string[]) {
    this.#looked = [...roots];
  }

  /**
   * To be told before anything inside can write there.
   * @param plan What is protected in a folder that is no git folder; null for anything else.
   */
  note(path: string, mode: GrantMode, plan: ProtectPlan | null): void {
    if (mode !== 'rw' || this.#paths.has(path)) return;
    const gits = gitFoldersAround(path);
    const isNew = plan !== null && !this.#looked.some((folder) => isInside(path, folder));
    const before = isNew ? withoutThose(plan, this.#looked) : null;
    if (isNew) this.#looked.push(path);
    const isGitFolder = gits.includes(path);
    this.#paths.set(path, { path, isGitFolder, gits, prepared: printPrepared(gits), before });
  }

  list(): readonly OpenedPath[] {
    return [...this.#paths.values()];
  }
}

/** What a look after a run looks at. */
export interface InspectedPlace {
  readonly roots: readonly string[];
  /** Real paths. */
  readonly opened: readonly OpenedPath[];
}

function gitFoldersAround(path: string): string[] {
  const found: string[] = [];
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    if (hasGitParts(folder)) found.push(folder);
  return found;
}

function printPrepared(gits: readonly string[]): Map<string, string> {
  const prints = new Map<string, string>();
  const budget = new InspectionBudget(MAX_PREPARED_BYTES);
  try {
    for (const git of gits.flatMap(withWorktrees))
      for (const { path } of listPrepared(git, budget)) prints.set(path, printPlace(path));
  } catch (cause) {
    if (!(cause instanceof BudgetSpent)) throw cause;
  }
  return prints;
}

/** What is new in those is told by how they were when they were opened. */
function withoutThose(plan: ProtectPlan, looked: readonly string[]): ProtectPlan {
  const isOwn = (path: string): boolean => !looked.some((folder) => isInside(path, folder));
  const ofFolder = <One extends { readonly folder: string }>(ones: readonly One[]): One[] =>
    ones.filter(({ folder }) => isOwn(folder));
  const ofPath = <One extends { readonly path: string }>(ones: readonly One[]): One[] =>
    ones.filter(({ path }) => isOwn(path));
  return {
    ...plan,
    links: ofPath(plan.links),
    watched: ofPath(plan.watched),
    nested: plan.nested.filter(isOwn),
    checked: ofFolder(plan.checked),
    bare: ofFolder(plan.bare),
    settings: ofFolder(plan.settings),
    gitFolders: plan.gitFolders.filter(isOwn),
    dangling: plan.dangling.filter(isOwn),
  };
}

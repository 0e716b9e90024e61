import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import { findGitlinks } from './find-gitlinks.ts';
import { listPrepared, withWorktrees } from './find-prepared.ts';
import { inspectBare, inspectRepository, type RepositoryScene } from './inspect-repository.ts';
import { BudgetSpent, InspectionBudget, type Pieces, runInSlices } from './inspection-budget.ts';
import {
  type NestedRepositories,
  type SearchAllowance,
  searchNestedRepositories,
} from './nested-repositories.ts';
import type { InspectedPlace } from './opened-paths.ts';
import {
  lastChangeOf,
  printGitFolder,
  printPlace,
  printRepository,
  printSettings,
} from './print-repository.ts';
import type { ProtectPlan } from './protect.ts';
import { ALWAYS_PROTECTED } from './protected-names.ts';
import { aside, asideGit, isFolder, moveAside, quote } from './put-aside.ts';
import type { LateFinding } from './sandbox.ts';

/** Of all configurations that one inspection reads: ten thousand ordinary ones. */
const MAX_BYTES = 8 * 1024 * 1024;
/** More than a person looks at. */
const MAX_FINDINGS = 200;
/** Looked into in all folders outside the roots that were opened. */
const MAX_OPENED_FOLDERS = 20_000;
/** Clocks of file systems lag behind. */
const CLOCK_SLACK_MS = 1000;

/**
 * What appeared in the roots since `before` was planned, and in folders outside them since they were opened, and may be
 * obeyed by trusted programs: files that run code later, a replaced link, the layout of a bare repository (git takes its
 * configuration from the folder itself), a changed repository that no mount could protect, a new one that makes git run
 * programs or that leads elsewhere, settings of agents in ordinary folders, and what git goes on with in a git folder that
 * was opened. The engine goes on working meanwhile.
 * @param openedFolders How many folders are looked into outside the roots, all together.
 */
export function inspectRoots(
  place: InspectedPlace,
  before: ProtectPlan,
  openedFolders: number = MAX_OPENED_FOLDERS,
): Promise<LateFinding[]> {
  const scopes = scopesOf(place, before, { folders: openedFolders });
  return runInSlices(inspectAll({ place, scopes, before: joinPlans(place, before) }));
}

function* inspectAll(inspection: Inspection): Pieces<LateFinding[]> {
  const findings: LateFinding[] = [];
  const known = new Set<string>();
  const { scopes } = inspection;
  const [{ root: top } = { root: '/' }] = scopes;
  try {
    for (const finding of lookForAll(inspection)) {
      if (findings.length >= MAX_FINDINGS) throw new BudgetSpent();
      const key = finding === undefined ? undefined : `${finding.path}\0${finding.reason}`;
      // Of two folders that were opened, one may lie in the other.
      if (finding !== undefined && key !== undefined && !known.has(key)) findings.push(finding);
      if (key !== undefined) known.add(key);
      yield;
    }
  } catch (cause) {
    if (!(cause instanceof BudgetSpent)) throw cause;
    findings.push(unseen(top));
  }
  return findings;
}

/** A folder with all below it, and the bounds that the first look at it had reached. */
interface Scope {
  readonly root: string;
  readonly bounds: ProtectPlan['bounds'];
  /** Null for a root, which is looked through whatever the others cost. */
  readonly allowance: SearchAllowance | null;
}

/** The roots, and the folders outside them that were opened. */
function scopesOf(
  { roots, opened }: InspectedPlace,
  { bounds }: ProtectPlan,
  allowance: SearchAllowance,
): readonly Scope[] {
  return [
    ...roots.map((root) => ({ root, bounds, allowance: null })),
    ...opened.flatMap(({ path, before }) =>
      before === null ? [] : [{ root: path, bounds: before.bounds, allowance }],
    ),
  ];
}

/** What was there before, in all of them. */
function joinPlans({ opened }: InspectedPlace, first: ProtectPlan): ProtectPlan {
  const plans = [first, ...opened.flatMap(({ before }) => before ?? [])];
  return {
    ...first,
    links: plans.flatMap(({ links }) => links),
    watched: plans.flatMap(({ watched }) => watched),
    nested: plans.flatMap(({ nested }) => nested),
    checked: plans.flatMap(({ checked }) => checked),
    bare: plans.flatMap(({ bare }) => bare),
    settings: plans.flatMap(({ settings }) => settings),
    gitFolders: plans.flatMap(({ gitFolders }) => gitFolders),
    dangling: plans.flatMap(({ dangling }) => dangling),
  };
}

/** A finding, or nothing for a piece of work without one. */
type Looks = Generator<LateFinding | undefined, void>;

interface Inspection {
  readonly place: InspectedPlace;
  readonly scopes: readonly Scope[];
  readonly before: ProtectPlan;
}

/** @throws BudgetSpent */
function* lookForAll({ place, scopes, before }: Inspection): Looks {
  yield* lookAgain(before);
  const budget = new InspectionBudget(MAX_BYTES);
  yield* lookAtPrepared(place, budget);
  const roots = scopes.map(({ root }) => root);
  const seen: Array<{ scope: Scope; nested: NestedRepositories }> = [];
  for (const scope of scopes) {
    yield* inspectRoot(scope.root);
    seen.push({ scope, nested: yield* searchNestedRepositories(scope.root, scope.allowance) });
  }
  const known = new Set([...roots, ...before.nested, ...before.checked.map(({ folder }) => folder)]);
  const walked = seen.flatMap(({ nested }) => [
    ...nested.folders,
    ...nested.beyond.map(({ folder }) => folder),
  ]);
  const fresh = walked.filter((folder) => !known.has(folder));
  const bare = newOnes(
    seen.flatMap(({ nested }) => nested.bare),
    before.bare,
  );
  const scene: RepositoryScene = {
    writable: [...roots, ...place.opened.map(({ path }) => path)],
    gitFolders: new Set([
      ...before.gitFolders,
      ...place.opened.flatMap(({ path, isGitFolder }) => (isGitFolder ? [path] : [])),
      ...[...fresh, ...before.checked.map(({ folder }) => folder)]
        .map((folder) => join(folder, '.git'))
        .filter(isFolder),
      ...[...bare, ...before.bare].map(({ folder }) => folder),
    ]),
    budget,
  };
  for (const folder of [...fresh, ...before.dangling]) yield* lookAtRepository(folder, scene);
  for (const { folder } of bare) {
    const reason = inspectBare(folder, scene);
    yield reason === null ? undefined : aside(join(folder, 'HEAD'), reason);
  }
  for (const { folder } of newOnes(
    seen.flatMap(({ nested }) => nested.settings),
    before.settings,
  ))
    yield aside(folder, `It was made during the session, and ${reasonOf(folder)}.`);
  yield* lookAtSubmodules({ place: { ...place, roots }, before, scene }, new Set([...known, ...walked]));
  for (const { scope, nested } of seen) {
    // Depth is no surprise: the notes of the session speak of it.
    const bound = nested.cut?.bound ?? 'depth';
    if (bound !== 'depth' && !scope.bounds.includes(bound)) yield unseen(scope.root);
  }
}

/** What git goes on with in a git folder that was opened. What was begun before and is as it was is the person's own. */
function* lookAtPrepared({ opened }: InspectedPlace, budget: InspectionBudget): Looks {
  for (const { gits, prepared } of opened)
    for (const git of gits.flatMap(withWorktrees))
      for (const { path, words } of listPrepared(git, budget))
        yield prepared.get(path) === printPlace(path)
          ? undefined
          : aside(path, `It was changed during the session, and git obeys ${words}.`);
}

/** What was there before. */
function* lookAgain(before: ProtectPlan): Looks {
  for (const { path, reason } of before.watched)
    yield exists(path) ? aside(path, `It was made during the session, and ${reason}.`) : undefined;
  for (const { path, target } of before.links) {
    if (readTarget(path) === target) continue;
    const undo = `${moveAside(path)}; ln -s -- ${quote(target)} ${quote(path)}`;
    yield { path, reason: showLine(`It led to ${target} and was replaced.`), undo };
  }
  yield* lookAtPrints(before);
}

/** What no mount protects. What is gone is obeyed no more. */
function* lookAtPrints({ checked, bare, settings }: ProtectPlan): Looks {
  const changed =
    'Its hooks, its configuration or what it goes on with were changed, and git runs programs from them.';
  for (const { folder, print } of checked)
    yield printRepository(folder) === print ? undefined : asideGit(join(folder, '.git'), changed);
  for (const { folder, print } of bare) {
    const head = join(folder, 'HEAD');
    yield exists(head) && printGitFolder(folder) !== print ? aside(head, changed) : undefined;
  }
  for (const { folder, print } of settings) {
    const now = exists(folder) ? printSettings(folder) : null;
    const reason = `It was changed during the session, and ${reasonOf(folder)}.`;
    yield now === null || now === print ? undefined : aside(folder, reason);
  }
}

/** Making or cloning one is ordinary work; what makes git run programs is not a part of it. */
function* lookAtRepository(folder: string, scene: RepositoryScene): Looks {
  const work = inspectRepository(folder, scene);
  let piece = work.next();
  for (; piece.done !== true; piece = work.next()) yield undefined;
  if (piece.value !== null) yield asideGit(join(folder, '.git'), piece.value);
}

interface Inspected {
  readonly place: InspectedPlace;
  readonly before: ProtectPlan;
  readonly scene: RepositoryScene;
}

/** An index that was open for writing may name submodules where nothing was searched. Git looks into them by itself. */
function* lookAtSubmodules({ place, before, scene }: Inspected, walked: ReadonlySet<string>): Looks {
  const links = findGitlinks(place, before);
  let piece = links.next();
  for (; piece.done !== true; piece = links.next()) yield undefined;
  for (const index of piece.value.unclear)
    yield aside(index, 'It is no plain index, so that the submodules it names were not looked at.');
  for (const folder of piece.value.folders) {
    const isNew = !walked.has(folder) && lastChangeOf(folder) >= before.lookedAtMs - CLOCK_SLACK_MS;
    if (isNew) yield* lookAtRepository(folder, scene);
  }
}

function newOnes<One extends { readonly folder: string }>(
  found: readonly One[],
  before: readonly One[],
): One[] {
  const known = new Set(before.map(({ folder }) => folder));
  return found.filter(({ folder }) => !known.has(folder));
}

function reasonOf(settings: string): string {
  return ALWAYS_PROTECTED.find(({ name }) => name === basename(settings))?.reason ?? 'agents read it';
}

function unseen(root: string): LateFinding {
  return {
    path: root,
    reason:
      'It holds more repositories than could be looked at after the run: git may obey what is in the others.',
    undo: null,
  };
}

function* inspectRoot(root: string): Looks {
  const has = (name: string): boolean => exists(join(root, name));
  if (has('HEAD') && (has('commondir') || (has('objects') && has('refs'))))
    yield aside(join(root, 'HEAD'), 'The folder looks like a bare repository: git obeys its config.');
  const pointer = join(root, '.git', 'commondir');
  if (exists(pointer) && exists(join(root, '.git', 'objects')) && !namesItself(pointer))
    yield aside(pointer, 'It makes git take its configuration elsewhere.');
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

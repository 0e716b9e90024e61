/**
 * How much is lost when a path is removed. Promises: what git can bring back and what a build makes anew count little;
 * what could not be looked up counts as if it could not be brought back.
 */
import type { ConfigSnapshot, Facts, PathFact, Word } from '../../protocol/index.ts';
import { namePath } from '../named-paths-word.ts';
import { classifyPath } from '../path-access.ts';
import { baseOf, isAtOrBelow, joinPath } from '../path-access-join.ts';

/** What removing one target would cost, 0 to 10, as the end of a sentence that begins with the target. */
export interface TargetCost {
  readonly score: number;
  readonly text: string;
}

/** Where targets are looked up. */
export interface TargetPlace {
  readonly snapshot: ConfigSnapshot;
  readonly facts: Facts;
}

const REGENERABLE =
  /^(node_modules|dist|build|out|target|coverage|\.next|\.nuxt|\.cache|\.turbo|\.parcel-cache|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.gradle|\.eggs|__pycache__|\.venv|venv|\.coverage|htmlcov|tmp|temp|logs?|bower_components|\.nyc_output|\.svelte-kit|\.output|\.vite|\.docusaurus|cmake-build-[a-z]+|[\w.-]+\.egg-info|[\w.*-]*\.(pyc|pyo|o|obj|class|log|tmp|tsbuildinfo|swp))$/i;
const SYSTEM =
  /^\/(bin|boot|dev|etc|lib|lib32|lib64|opt|proc|root|run|sbin|srv|sys|usr|var|home|mnt|media|Applications|Library|System|Users|Volumes)(\/|$)/;
const HOME_CACHE =
  /^(\.cache|\.npm\/_cacache|\.npm\/_npx|\.local\/share\/Trash|Library\/Caches|\.gradle\/caches|\.m2\/repository)(\/|$)/;
const HOME_CONFIG =
  /^\.(ssh|gnupg|config|aws|kube|local|mozilla|docker|bashrc|zshrc|profile|gitconfig)(\/|$)/;

/** True when the last part of a path is something that tools make anew. */
export function isRegenerable(path: string): boolean {
  return REGENERABLE.test(baseOf(path));
}

const EMPTY_VARIABLE = /^"?\$(?:\{\w+\}|\w+)"?(\/.*|\*.*)?$/s;
const GUARDED_VARIABLE = /^"?\$\{\w+:\?/;
const FRESH_FOLDER = /^"?\$(?:\(mktemp|TMPDIR\b|\{TMPDIR\})/;

/** The cost of a word that is not literal, from how it is written; null when its path is known. */
function costOfVariable(text: string, isDeep: boolean): TargetCost | null {
  if (FRESH_FOLDER.test(text)) return { score: 2, text: 'is a temporary folder' };
  if (GUARDED_VARIABLE.test(text))
    return { score: isDeep ? 5 : 3, text: 'is a variable that must not be empty' };
  const match = EMPTY_VARIABLE.exec(text);
  if (match) {
    const rest = (match[1] ?? '').replace(/"/g, '');
    if (/^\/\*?$|^\/?\.?\*$/.test(rest)) return { score: 9, text: `is ${rest} when the variable is empty` };
    if (rest !== '') return { score: 8, text: `is ${rest} when the variable is empty` };
  }
  return /[$`]/.test(text) ? { score: isDeep ? 6 : 4, text: 'is known only when it runs' } : null;
}

function costInHome(below: string, isDeep: boolean): TargetCost {
  if (HOME_CACHE.test(below)) return { score: 4, text: 'is a cache in the home folder' };
  if (HOME_CONFIG.test(below)) return { score: isDeep ? 9 : 8, text: 'holds settings or keys of the user' };
  return { score: isDeep ? 8 : 6, text: 'lies in the home folder, outside the workspace' };
}

function costOutside(real: string, place: TargetPlace, isDeep: boolean): TargetCost {
  const { home, cwd } = place.facts;
  const { workspace } = place.snapshot;
  if (real === '/') return { score: 10, text: 'is the whole file system' };
  if (real === home || isAtOrBelow(home, real)) return { score: 10, text: 'is or holds the home folder' };
  if (isAtOrBelow(workspace, real) || isAtOrBelow(cwd, real))
    return { score: 10, text: 'holds the whole workspace' };
  if (/^\/dev\//.test(real)) return { score: 10, text: 'is a device' };
  if (isAtOrBelow(real, home)) return costInHome(real.slice(home.length + 1), isDeep);
  if (isAtOrBelow(real, '/tmp') || isAtOrBelow(real, '/var/tmp'))
    return { score: 3, text: 'lies in the folder for temporary files' };
  if (/^\/[^/]+$/.test(real) && SYSTEM.test(real)) return { score: 10, text: 'is a folder of the system' };
  if (SYSTEM.test(real)) return { score: isDeep ? 9 : 8, text: 'belongs to the system' };
  return { score: isDeep ? 8 : 6, text: 'lies outside the workspace' };
}

function costInside(real: string, fact: PathFact | undefined, isDeep: boolean, written: string): TargetCost {
  if (isRegenerable(real) || isRegenerable(written.replace(/\/\*$/, '')))
    return { score: 2, text: 'is made anew by tools' };
  if (fact?.kind === 'missing') return { score: 2, text: 'does not exist' };
  switch (fact?.git) {
    case 'ignored':
      return { score: 3, text: 'is ignored by git' };
    case 'tracked':
      return { score: isDeep ? 4 : 2, text: 'is unchanged in git and can be brought back' };
    case 'untracked':
      return { score: isDeep ? 5 : 4, text: 'is not in git and cannot be brought back' };
    case 'modified':
      return { score: isDeep ? 7 : 6, text: 'has changes that git does not hold' };
    case 'none':
      return { score: isDeep ? 6 : 4, text: 'lies in no git repository and cannot be brought back' };
    default:
      return { score: isDeep ? 6 : 4, text: 'may not be brought back: what git knows of it is unknown' };
  }
}

function costOfProtected(real: string, isDeep: boolean): TargetCost {
  const isWholeGit = /\/\.git$/i.test(real);
  if (isWholeGit && isDeep) return { score: 9, text: 'is the history of a repository' };
  if (/\.lock$/.test(real)) return { score: 4, text: 'is a lock that another process may hold' };
  return { score: isDeep ? 8 : 6, text: 'is protected' };
}

/** Everything in a folder, as `*`, `.`, `./*`, `.[!.]*`; null when the word picks names. */
function takesAll(text: string): boolean {
  return /(^|\/)(\*|\.|\.\*|\.\[!?\.?\]\*|\*\.\*|\{\*,\.\*\})\/?$/.test(text) && !/[^./*[\]!{},]$/.test(text);
}

interface FoundTarget {
  readonly real: string;
  readonly fact: PathFact | undefined;
  readonly isWhole: boolean;
}

function readReal(word: Word, place: TargetPlace): FoundTarget | null {
  const named = namePath(word);
  if (named === null) return null;
  const facts = place.facts.paths.filter((fact) => fact.text === named.text);
  const fact = facts.find((item) => item.use === 'delete') ?? facts[0];
  const written = joinPath(named.text, place.facts.cwd, place.facts.home);
  const real = fact?.real ?? written;
  return { real: fact?.kind === 'missing' ? written : real, fact, isWhole: named.isWhole };
}

/** A pattern that picks names of a folder counts by the pattern; everything else by where it lies. */
function costOfPlace(word: Word, found: FoundTarget, isDeep: boolean, place: TargetPlace): TargetCost {
  const written = word.value ?? word.text;
  const isPicked = !found.isWhole && !takesAll(written);
  if (isPicked && isRegenerable(written)) return { score: 2, text: 'is made anew by tools' };
  if (found.real === place.snapshot.workspace) return costOfWorkspace(isPicked, isDeep);
  const standing = classifyPath(found.real, place.snapshot);
  if (standing === 'protected') return costOfProtected(found.real, isDeep);
  const isInside = isAtOrBelow(found.real, place.snapshot.workspace);
  if (isInside) return costInside(found.real, isPicked ? undefined : found.fact, isDeep, written);
  if (standing === 'scratch') return { score: 2, text: "lies in the session's own temporary folder" };
  return standing === 'device'
    ? { score: 2, text: 'is a plain device' }
    : costOutside(found.real, place, isDeep);
}

function costOfWorkspace(isPicked: boolean, isDeep: boolean): TargetCost {
  return isPicked
    ? { score: isDeep ? 6 : 4, text: 'is picked from the workspace by a pattern' }
    : { score: isDeep ? 9 : 8, text: 'is all that the workspace holds' };
}

/** The cost of removing what `word` names; `isDeep` when folders go with all they hold. */
export function costOfTarget(word: Word, isDeep: boolean, place: TargetPlace): TargetCost {
  const variable = word.value === undefined ? costOfVariable(stripKnown(word.text), isDeep) : null;
  if (variable !== null) return variable;
  const found = readReal(word, place);
  return found === null
    ? { score: isDeep ? 6 : 4, text: 'is known only when it runs' }
    : costOfPlace(word, found, isDeep, place);
}

/** True when what `word` names lies in the workspace. */
export function isInWorkspace(word: Word, place: TargetPlace): boolean {
  const found = readReal(word, place);
  return found !== null && isAtOrBelow(found.real, place.snapshot.workspace);
}

/** Home and working folder are known although they are written as variables. */
function stripKnown(text: string): string {
  return text
    .replace(/^"?(\$HOME|\$\{HOME\}|\$PWD|\$\{PWD\}|\$\(pwd\)|`pwd`)"?(?=\/|"|$)/, '~')
    .replace(/"$/, '');
}

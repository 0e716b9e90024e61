/** Whether a step runs a program of a skill or plugin, by itself or through an interpreter. */
import type { ConfigSnapshot, Facts, Reason, StepDraft, Word } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { baseOf, isAtOrBelow, joinPath } from './path-access-join.ts';

const INTERPRETERS =
  /^(?:python|node|ruby|perl|php|lua|deno|bun|tsx|ts-node|osascript|pwsh|powershell|bash|sh|dash|zsh|ksh|fish|source|\.)[\d.]*$/;
/** An interpreter's script is among its first words, behind options. */
const MAX_WORDS = 8;

/** What of the facts tells whose program it is. */
type SkillFacts = Pick<Facts, 'cwd' | 'home' | 'program' | 'skillFiles'> & Partial<Pick<Facts, 'paths'>>;

/** The first words behind an interpreter that may be its script, as absolute paths without regard to links. */
function listScripts(words: readonly Word[], { cwd, home }: SkillFacts): string[] {
  return words.slice(0, MAX_WORDS).flatMap((word) => {
    const path = plainValue(word);
    return path === '' || path.startsWith('-') ? [] : [joinPath(path, cwd, home)];
  });
}

/** `~/…` has no value before the shell has read it, and yet one meaning. */
function plainValue({ value, text }: Word): string {
  return value ?? (/^~\/[\w./@+-]+$/.test(text) ? text : '');
}

/** Where the program of a step, and what it may run as a script, lie as written. */
export function listProgramFiles(step: Pick<StepDraft, 'words'>, facts: SkillFacts): string[] {
  const [first, ...rest] = step.words;
  const name = first === undefined ? '' : plainValue(first);
  const executed = facts.paths?.filter(({ use }) => use === 'execute').map(({ real }) => real) ?? [];
  return [
    facts.program,
    ...executed,
    /[\\/]/.test(name) ? joinPath(name, facts.cwd, facts.home) : null,
    ...(INTERPRETERS.test(baseOf(name)) ? listScripts(rest, facts) : []),
  ].filter((path) => typeof path === 'string');
}

/** True for `~/…` below a folder of skills, as written and by its real place: the shell says its name, and everything is known of it. */
export function isSkillAtHome(
  step: StepDraft,
  snapshot: Pick<ConfigSnapshot, 'skillFolders'>,
  facts: SkillFacts,
): boolean {
  const [first] = step.words;
  if (step.wrappers.length > 0 || first === undefined || first.value !== undefined) return false;
  const name = plainValue(first);
  if (name === '' || INTERPRETERS.test(baseOf(name))) return false;
  const isBelow = (path: string): boolean =>
    snapshot.skillFolders.some((folder) => isAtOrBelow(path, folder));
  const isReal = facts.skillFiles?.some((path) => baseOf(path) === baseOf(name) && isBelow(path)) === true;
  return isReal && isBelow(joinPath(name, facts.cwd, facts.home));
}

/** The folder of skills that the step's program stands in, as a reason; null for any other step. */
export function readSkill(
  step: Pick<StepDraft, 'words'>,
  snapshot: Pick<ConfigSnapshot, 'skillFolders'>,
  facts: SkillFacts,
): Reason | null {
  if (snapshot.skillFolders.length === 0) return null;
  for (const path of [...listProgramFiles(step, facts), ...(facts.skillFiles ?? [])]) {
    const folder = snapshot.skillFolders.find((each) => isAtOrBelow(path, each));
    if (folder !== undefined)
      return {
        code: 'skill',
        text: `It runs ${showText(path)}, a program of a skill or plugin (${showText(folder)}).`,
      };
  }
  return null;
}

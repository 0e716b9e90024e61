/** Whether a step runs a program of a skill or plugin, by itself or through an interpreter. */
import type { ConfigSnapshot, Facts, Reason, StepDraft, Word } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { baseOf, isAtOrBelow, joinPath } from './path-access-join.ts';

const INTERPRETERS =
  /^(?:python|node|ruby|perl|php|lua|deno|bun|tsx|ts-node|osascript|pwsh|powershell|bash|sh|dash|zsh|ksh|fish|source|\.)[\d.]*$/;
/** An interpreter's script is among its first words, behind options. */
const MAX_WORDS = 8;

/** The first words behind an interpreter that may be its script, as the real path where that is known. */
function listScripts(words: readonly Word[], facts: Facts): string[] {
  return words.slice(0, MAX_WORDS).flatMap(({ value, text }) => {
    // `~/…` has no value before the shell has read it, and yet one meaning.
    const path = value ?? (/^~\/[\w./@+-]+$/.test(text) ? text : '');
    if (path === '' || path.startsWith('-')) return [];
    const real = facts.paths.find((fact) => fact.text === path)?.real ?? null;
    const written = joinPath(path, facts.cwd, facts.home);
    return real === null ? [written] : [written, real];
  });
}

function listCandidates(step: StepDraft, facts: Facts): string[] {
  const executed = facts.paths.filter(({ use }) => use === 'execute').map(({ real }) => real);
  const [first, ...rest] = step.words;
  const name = first?.value ?? first?.text ?? '';
  return [
    facts.program,
    ...executed,
    /[\\/]/.test(name) ? joinPath(name, facts.cwd, facts.home) : null,
    ...(INTERPRETERS.test(baseOf(name)) ? listScripts(rest, facts) : []),
  ].filter((path) => typeof path === 'string');
}

/** The folder of skills that the step's program stands in, as a reason; null for any other step. */
export function readSkill(step: StepDraft, snapshot: ConfigSnapshot, facts: Facts): Reason | null {
  if (snapshot.skillFolders.length === 0) return null;
  for (const path of listCandidates(step, facts)) {
    const folder = snapshot.skillFolders.find((each) => isAtOrBelow(path, each));
    if (folder !== undefined)
      return {
        code: 'skill',
        text: `It runs ${showText(path)}, a program of a skill or plugin (${showText(folder)}).`,
      };
  }
  return null;
}

/**
 * Decides before a launch whether rules with `sandbox="none"` take the wall away from it. Promises: the programs are those
 * that rules name, found through folders that nothing inside the wall can write; what is odd keeps the wall. Without it a
 * session could put a program of its own where the person's is looked for, and have it run outside.
 */
import { constants } from 'node:fs';
import { access as findAccess, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import {
  doubtPlainScript,
  hasWallRules,
  isAtOrBelow,
  judgeStep,
  judgeUnwalled,
  type ScriptSplit,
} from '../../policy/index.ts';
import type { Facts, PrefixRule, StepDraft } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { type FolderMark, markFolder } from '../sandbox/index.ts';
import { collectFacts } from './collect-facts.ts';
import { findSafe, type SessionReach } from './out-of-reach.ts';
import { pipelineOf } from './propose-steps.ts';
import type { ScriptHost } from './script-host.ts';
import type { WallDecision } from './wall-decision.ts';

/** What is about to be launched. */
export interface Launching {
  readonly script: string;
  readonly split: ScriptSplit;
  /** The words of a program; none for a script. */
  readonly argv?: readonly string[] | undefined;
}

interface LaunchPlace extends SessionReach {
  readonly cwd: string;
  /** PATH as the launch would have it behind the wall. */
  readonly searchPath: string;
  /** Folders of Sallyport itself, real. */
  readonly ownFolders: readonly string[];
  nowMs(): number;
}

const SHELL = /\/(?:ba|da)?sh$/;

function stays(why: string): WallDecision {
  return { kind: 'stays', why: why.slice(0, 900) };
}

/** The place of a launch of a session. */
export function launchPlace(host: ScriptHost, searchPath: string): LaunchPlace {
  const { ports, sessionId, cwd, ownFolders } = host;
  const grants = ports.grants.ofSession(sessionId);
  return {
    snapshot: host.inForce().snapshot,
    cwd,
    searchPath,
    ownFolders,
    granted: grants.flatMap(({ access }) => access?.write ?? []),
    nowMs: () => ports.nowMs(),
  };
}

/** Whether rules take the wall away; undefined where none speaks of it, or there is none. */
export async function decideWall(
  launching: Launching,
  place: LaunchPlace,
): Promise<WallDecision | undefined> {
  const { snapshot, cwd } = place;
  if (snapshot.sandboxMode === 'danger-full-access' || !hasWallRules(snapshot.rules)) return undefined;
  if (snapshot.sandboxMode === 'read-only') return stays('this session is read-only');
  if (process.platform === 'win32') return stays('on Windows every program stays behind it');
  const doubt =
    doubtPlainScript(launching.script, launching.split) ??
    (launching.argv === undefined ? await doubtShell(place) : null);
  if (doubt !== null) return stays(doubt);
  const folder = await markFolder(cwd);
  if (folder === null) return stays('its folder is reached through a link');
  const searchPath = await keepSafe(place);
  if (searchPath === '') return stays('PATH names no folder that the session cannot write');
  return judgeSteps(launching.split.steps, { ...place, searchPath, folder });
}

async function judgeSteps(
  steps: readonly StepDraft[],
  place: LaunchPlace & { readonly folder: FolderMark },
): Promise<WallDecision> {
  const { snapshot, cwd, searchPath, nowMs, folder } = place;
  const rules = new Set<PrefixRule>();
  for (const step of steps) {
    const context = { nowMs: nowMs(), cwd, home: snapshot.home, searchPath };
    const facts = { ...(await collectFacts(step, context)), isUnwalled: true };
    const pipeline = pipelineOf(step, steps);
    const judged = judgeUnwalled(step, snapshot, {
      facts,
      judgement: judgeStep(step, snapshot, facts, { pipeline }),
    });
    if ('why' in judged) return stays(judged.why);
    const doubt = doubtOwn(facts, place) ?? (await doubtProgram(step, place));
    if (doubt !== null) return stays(doubt);
    for (const rule of judged.rules) rules.add(rule);
  }
  if (rules.size === 0) return stays('no program of it is allowed to run without it');
  return { kind: 'none', rules: [...rules], searchPath, folder };
}

/** The folders of PATH that are out of reach, in their order; nothing can be put in front of what is found in them. */
async function keepSafe(place: LaunchPlace): Promise<string> {
  const safe: string[] = [];
  for (const folder of place.searchPath.split(':').filter((each) => isAbsolute(each))) {
    const real = await findSafe(folder, place);
    if (real !== null && !place.granted.some((open) => isAtOrBelow(open, real))) safe.push(folder);
  }
  return safe.join(':');
}

async function findIn(word: string, searchPath: string): Promise<string | null> {
  for (const folder of searchPath.split(':')) {
    const path = join(folder, word);
    try {
      await findAccess(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // Not here: PATH goes on.
    }
  }
  return null;
}

/** A command that names our own folders could change what holds for everything else. */
function doubtOwn({ paths }: Facts, { ownFolders }: LaunchPlace): string | null {
  const isOwn = paths.some(({ real }) => real !== null && ownFolders.some((own) => isAtOrBelow(real, own)));
  return isOwn ? 'it names a folder of Sallyport itself' : null;
}

async function doubtShell(place: LaunchPlace): Promise<string | null> {
  const { shell } = place.snapshot;
  if (!SHELL.test(shell))
    return `${showLine(shell, 100)} may read commands otherwise than they are read here`;
  return (await findSafe(shell, place)) !== null
    ? null
    : `${showLine(shell, 100)} is a file that the session can change`;
}

async function doubtProgram(step: StepDraft, place: LaunchPlace): Promise<string | null> {
  if (step.form !== 'program') return null;
  const word = step.words[0]?.value ?? '';
  const shown = `\`${showLine(word, 100)}\``;
  if (word.includes('/') && !isAbsolute(word)) return `${shown} is not named by its whole path`;
  const found = word.includes('/') ? word : await findIn(word, place.searchPath);
  if (found === null) return `${shown} was not found where the session cannot write`;
  return (await findSafe(found, place)) !== null ? null : `${shown} is a file that the session can change`;
}

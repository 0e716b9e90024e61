/** Whether a program belongs to a skill or plugin of the agent, also by links, and where a shell runs a script of one. */
import { realpath } from 'node:fs/promises';
import { isAtOrBelow, listProgramFiles, readSkill } from '../../policy/index.ts';
import type { ConfigSnapshot, StepDraft } from '../../protocol/index.ts';
import type { HeldExec } from '../sandbox/index.ts';

/** What a shell is given as code is no script: what it starts is held in turn. */
const CODE = /^-[a-zA-Z]*c$/;

interface ProgramPlace {
  readonly skillFolders: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly program: string | null | undefined;
}

/** The real paths below folders of skills that the program or its script lies at. Looks at no file where there are none. */
export async function findSkillFiles(
  step: Pick<StepDraft, 'words'>,
  { skillFolders, ...place }: ProgramPlace,
): Promise<string[]> {
  if (skillFolders.length === 0) return [];
  const reals = await Promise.all(listProgramFiles(step, place).map(realOf));
  return reals.filter((real) => skillFolders.some((folder) => isAtOrBelow(real, folder)));
}

function realOf(path: string): Promise<string> {
  return path.includes('\0') ? Promise.resolve(path) : realpath(path).catch(() => path);
}

/** Of a program that the kernel holds. */
export async function isOfSkill(
  { argv, path: program, cwd }: Pick<HeldExec, 'argv' | 'path' | 'cwd'>,
  { skillFolders, home }: Pick<ConfigSnapshot, 'skillFolders' | 'home'>,
): Promise<boolean> {
  const known = argv.some((word) => CODE.test(word)) ? argv.slice(0, 1) : argv;
  const step = { words: known.map((value) => ({ text: value, value })) };
  const skillFiles = await findSkillFiles(step, { skillFolders, cwd, home, program });
  return readSkill(step, { skillFolders }, { cwd, home, program, skillFiles }) !== null;
}

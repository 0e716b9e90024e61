import { opendirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describeMistake, parseRules, type RuleMistake } from '../../policy/index.ts';
import { Fault, type RuleOrigin, type RuleSet } from '../../protocol/index.ts';
import { isMissing } from '../base/index.ts';
import { showText } from './config-fault.ts';
import { readConfigText } from './read-config-file.ts';
import { isWithin } from './resolve-paths.ts';

const MOST_ENTRIES = 10_000;
const MOST_FILES = 200;

/** What one file of rules gave. */
export interface RulesFile {
  readonly file: string;
  readonly rules: RuleSet;
  readonly mistakes: readonly RuleMistake[];
  /** Why it could not be read at all. */
  readonly unread?: string;
}

const NO_RULES: RuleSet = { prefix: [], network: [], hostExecutables: [] };

function describeFault(thrown: unknown): string {
  if (thrown instanceof Fault)
    return thrown.hint === undefined ? thrown.message : `${thrown.message}. ${thrown.hint}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Reads and parses one file; the mistakes are given back, never thrown. Undefined when there is none. */
export function readRulesFile(file: string, layer: RuleOrigin['layer']): RulesFile | undefined {
  try {
    const text = readConfigText(file);
    return text === undefined ? undefined : { file, ...parseRules(text, { file, layer }) };
  } catch (thrown) {
    return { file, rules: NO_RULES, mistakes: [], unread: describeFault(thrown) };
  }
}

/** A file that really lies outside of the folder it was found in. */
function leadsOut(file: string, inside: string): boolean {
  try {
    return !isWithin(realpathSync(file), realpathSync(inside));
  } catch {
    // it leads nowhere, which reading it says
    return false;
  }
}

function listRulesFiles(folder: string): { names: string[]; isCut: boolean } {
  const names: string[] = [];
  const entries = opendirSync(folder);
  try {
    for (let count = 0; count < MOST_ENTRIES; count++) {
      const entry = entries.readSync();
      if (entry === null)
        return { names: names.sort().slice(0, MOST_FILES), isCut: names.length > MOST_FILES };
      if (entry.name.endsWith('.rules') && !entry.name.startsWith('.')) names.push(entry.name);
    }
    return { names: names.sort().slice(0, MOST_FILES), isCut: true };
  } finally {
    entries.closeSync();
  }
}

/**
 * All `*.rules` of a folder, sorted by name; nothing when there is no such folder. With `inside`, files that a link puts
 * outside of that folder are not read.
 */
export function readRulesFolder(
  folder: string,
  layer: RuleOrigin['layer'],
  inside?: string,
): { files: RulesFile[]; warnings: string[] } {
  const warnings: string[] = [];
  try {
    const { names, isCut } = listRulesFiles(folder);
    if (isCut)
      warnings.push(`${showText(folder)} holds too many files: only ${names.length} of its *.rules are read`);
    const files = names.flatMap((name): RulesFile[] => {
      const file = join(folder, name);
      if (inside !== undefined && leadsOut(file, inside))
        return [
          {
            file,
            rules: NO_RULES,
            mistakes: [],
            unread: `${showText(file)}: leads out of ${showText(inside)}`,
          },
        ];
      const read = readRulesFile(file, layer);
      return read === undefined ? [] : [read];
    });
    return { files, warnings };
  } catch (thrown) {
    if (isMissing(thrown)) return { files: [], warnings };
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    return { files: [], warnings: [`the rules in ${showText(folder)} cannot be read: ${code}`] };
  }
}

/** What is wrong with a file, one line for each mistake; nothing when all is well. */
export function describeRulesFile({ file, rules, mistakes, unread }: RulesFile): string[] {
  if (unread !== undefined) return [`${unread}: none of its rules count`];
  if (mistakes.length === 0) return [];
  const kept = rules.prefix.length + rules.network.length;
  const what = mistakes.length === 1 ? 'a mistake' : 'mistakes';
  const holds =
    kept === 0
      ? 'none of its rules count'
      : `what it allows does not count, ${kept} of its rules that ask or forbid do`;
  return [
    ...mistakes.map((mistake) => `${describeMistake(mistake)}. ${mistake.hint}`),
    `${showText(file)} has ${what}: ${holds}`,
  ];
}

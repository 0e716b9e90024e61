/**
 * All rules in force: the user's, those of projects as far as they are trusted, and managed ones. Promises: a project
 * that is `trusted` only narrows, one that is not trusted changes nothing, managed rules only narrow, a broken file lets
 * nothing run, and whatever does not count is said. Never throws for what stands in a file, and never waits. Without it
 * a cloned repository could allow its own commands.
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { HostExecutable, PrefixRule, RuleSet } from '../../protocol/index.ts';
import { showText } from './config-fault.ts';
import { describeRulesFile, type RulesFile, readRulesFolder } from './read-rules-folder.ts';
import type { TrustLevel } from './read-trust.ts';

export interface LoadRulesOptions {
  readonly sallyportHome: string;
  /** Folders that may hold a `.sallyport/rules`, and how far each is trusted. */
  readonly projects: readonly { readonly folder: string; readonly trust: TrustLevel }[];
  readonly managed?: { readonly file: string; readonly rules: RuleSet };
  /** What `~` in a rule's folder means; without it such folders stay as written. */
  readonly home?: string;
  /** Where this machine demands a wall around everything, if it does: `file:line`. */
  readonly wallDemand?: string | undefined;
}

export interface LoadedRules {
  readonly rules: RuleSet;
  readonly warnings: readonly string[];
  /** Files with a mistake, or that could not be read: some of their rules may be missing. */
  readonly broken: readonly string[];
}

const MOST_RULES = 20_000;

function countWords(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What of the rules only narrows; the rest is counted. */
function keepNarrowing(rules: RuleSet): {
  kept: RuleSet;
  dropped: number;
  first: PrefixRule['origin'] | undefined;
} {
  const prefix = rules.prefix.filter(({ decision }) => decision !== 'allow');
  const network = rules.network.filter(({ decision }) => decision !== 'allow');
  const gone = [...rules.prefix, ...rules.network].filter(({ decision }) => decision === 'allow');
  const dropped = [...gone, ...rules.hostExecutables];
  return {
    kept: { prefix, network, hostExecutables: [] },
    dropped: dropped.length,
    first: dropped.map(({ origin }) => origin).sort((a, b) => a.line - b.line)[0],
  };
}

function narrowFile(file: RulesFile): { rules: RuleSet; warnings: string[] } {
  const { kept, dropped, first } = keepNarrowing(file.rules);
  if (first === undefined) return { rules: kept, warnings: [] };
  const place = `${showText(first.file)}:${first.line}:${first.column}`;
  const what = countWords(
    dropped,
    'rule that allows, or names programs, is',
    'rules that allow, or name programs, are',
  );
  return {
    rules: kept,
    warnings: [
      `${place}: ${what} ignored: rules of a trusted folder can only ask and forbid (trust_level = "full" lifts that)`,
    ],
  };
}

function describeUntrusted(folder: string, files: readonly RulesFile[]): string {
  const rules = files.flatMap(({ rules: { prefix, network } }) => [...prefix, ...network]);
  const counts = [
    countWords(rules.filter(({ decision }) => decision === 'allow').length, 'allows', 'allow'),
    countWords(rules.filter(({ decision }) => decision === 'prompt').length, 'asks', 'ask'),
    countWords(
      rules.filter(({ decision }) => decision === 'forbidden' || decision === 'deny').length,
      'forbids',
      'forbid',
    ),
  ].filter((text) => !text.startsWith('0 '));
  const broken = files.some(isBroken);
  const what = counts.length === 0 ? '' : ` (of its rules ${counts.join(', ')})`;
  return `${showText(folder)} is ignored: this folder is not trusted${what}${broken ? '; it has mistakes too' : ''}`;
}

function isBroken({ mistakes, unread }: RulesFile): boolean {
  return mistakes.length > 0 || unread !== undefined;
}

function loadProject(
  folder: string,
  trust: TrustLevel,
): { sets: RuleSet[]; warnings: string[]; broken: string[] } {
  const place = join(folder, '.sallyport', 'rules');
  const { files, warnings } = readRulesFolder(place, 'project', folder);
  if (trust === 'untrusted')
    return { sets: [], warnings: files.length === 0 ? [] : [describeUntrusted(place, files)], broken: [] };
  const broken = files.filter(isBroken).map(({ file }) => file);
  const found = [...warnings, ...files.flatMap(describeRulesFile)];
  if (trust === 'full') return { sets: files.map(({ rules }) => rules), warnings: found, broken };
  const narrowed = files.map(narrowFile);
  return {
    sets: narrowed.map(({ rules }) => rules),
    warnings: [...found, ...narrowed.flatMap((file) => file.warnings)],
    broken,
  };
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Folders of rules by their real paths, as a session's folder is. */
function resolveFolder(rule: PrefixRule, home: string | undefined): PrefixRule {
  if (rule.cwd === undefined) return rule;
  const isHome = rule.cwd === '~' || rule.cwd.startsWith('~/');
  if (isHome && home === undefined) return rule;
  return { ...rule, cwd: realPathOf(isHome ? `${home}${rule.cwd.slice(1)}` : rule.cwd) };
}

/** A listed program counts by its real path too. */
function resolvePaths(entry: HostExecutable): HostExecutable {
  return { ...entry, paths: [...new Set(entry.paths.flatMap((path) => [path, realPathOf(path)]))] };
}

function joinSets(sets: readonly RuleSet[], { managed, home }: LoadRulesOptions): RuleSet {
  const bound = new Set(managed?.rules.hostExecutables.map(({ name }) => name));
  const others = sets
    .flatMap(({ hostExecutables }) => hostExecutables)
    .filter(({ name }) => !bound.has(name));
  return {
    prefix: sets.flatMap(({ prefix }) => prefix).map((rule) => resolveFolder(rule, home)),
    network: sets.flatMap(({ network }) => network),
    hostExecutables: [...others, ...(managed?.rules.hostExecutables ?? [])].map(resolvePaths),
  };
}

/** What is above the bound: rules that allow go first. */
function limitRules(rules: RuleSet): Omit<LoadedRules, 'broken'> {
  const count = rules.prefix.length + rules.network.length;
  if (count <= MOST_RULES) return { rules, warnings: [] };
  const strict = {
    ...rules,
    prefix: rules.prefix.filter(({ decision }) => decision !== 'allow'),
    network: rules.network.filter(({ decision }) => decision !== 'allow'),
  };
  return {
    rules: strict,
    warnings: [
      `there are ${count} rules, more than ${MOST_RULES}: those that allow do not count. Remove some`,
    ],
  };
}

/** No rule takes the wall away where the machine demands one; what else they say stays. */
function keepWall(rules: RuleSet, wallDemand: string | undefined): Omit<LoadedRules, 'broken'> {
  const first = rules.prefix.find(({ sandbox }) => sandbox !== undefined);
  if (wallDemand === undefined || first === undefined) return { rules, warnings: [] };
  const prefix = rules.prefix.map(({ sandbox: _gone, ...rule }) => rule);
  const place = `${showText(first.origin.file)}:${first.origin.line}:${first.origin.column}`;
  return {
    rules: { ...rules, prefix },
    warnings: [`${place}: sandbox="none" does not count: this machine demands a wall (${wallDemand})`],
  };
}

/** The rules in force for a session, and what is to be said of those that are not. */
export function loadRules(options: LoadRulesOptions): LoadedRules {
  const { sallyportHome, projects, managed } = options;
  const user = readRulesFolder(join(sallyportHome, 'rules'), 'user');
  const own = realPathOf(sallyportHome);
  const found = projects
    .filter(({ folder }) => realPathOf(join(folder, '.sallyport')) !== own)
    .map(({ folder, trust }) => loadProject(folder, trust));
  const managedOnes =
    managed === undefined ? undefined : keepNarrowing({ ...managed.rules, hostExecutables: [] });
  const sets = [
    ...user.files.map(({ rules }) => rules),
    ...found.flatMap(({ sets: each }) => each),
    ...(managedOnes === undefined ? [] : [managedOnes.kept]),
  ];
  const managedWarning =
    managed === undefined || managedOnes === undefined || managedOnes.dropped === 0
      ? []
      : [
          `${showText(managed.file)}: ${countWords(managedOnes.dropped, 'rule that allows is', 'rules that allow are')} ignored: requirements can only ask and forbid`,
        ];
  const limited = limitRules(joinSets(sets, options));
  const bound = keepWall(limited.rules, options.wallDemand);
  return {
    rules: bound.rules,
    warnings: [
      ...user.warnings,
      ...user.files.flatMap(describeRulesFile),
      ...found.flatMap(({ warnings }) => warnings),
      ...managedWarning,
      ...limited.warnings,
      ...bound.warnings,
    ],
    broken: [
      ...user.files.filter(isBroken).map(({ file }) => file),
      ...found.flatMap(({ broken }) => broken),
    ],
  };
}

/**
 * What a held program gets set that neither the launch nor its own words gave it: `export LD_PRELOAD=./x.so; ls` is more
 * than an `ls`. Only variables that can make a program run other code are of interest. Does not promise to know every
 * such variable of every program: the table of risky ones does.
 */
import type { Facts, StepDraft } from '../protocol/index.ts';
import { isPlainVariable } from './plain-variables.ts';
import { isRiskyVariable } from './risky-variables.ts';

/** Null: it was given with the launch and has been taken away. */
export type InheritedVariable = NonNullable<Facts['variables']>[number];

const MAX_INHERITED = 32;
const MAX_VALUE = 512;
/** Values are told whole up to here, in characters of any kind. */
const TOLD_VALUE = 250;
/** `env -i`, `env -u NAME`: the words themselves say that something is taken away. */
const TAKING_AWAY = /^(?:\S*\/)?env\b.*\s(?:-\s|-$|-i|-u|--ignore-environment|--unset)|^exec\s.*-c/;
/** A launcher starts another program by it, and that one is held in turn. */
const OF_STARTED = new Set(['PATH']);

/**
 * `told` holds `NAME=VALUE`, or `NAME` for one that is missing. `isCut`: there may be more than are listed.
 * @param writable folders that something inside can write; null where that may be all of them
 */
export function findInherited(
  told: readonly string[],
  step: Pick<StepDraft, 'assignments' | 'wrappers'>,
  writable: readonly string[] | null = null,
): { variables: InheritedVariable[]; isCut: boolean } {
  const isTakingAway = step.wrappers.some((wrapper) => TAKING_AWAY.test(wrapper));
  const found = told
    .map(readEntry)
    .filter(({ name, value }) => isRiskyVariable(name) && !(value === null && isTakingAway))
    .filter(({ name, value }) => value === null || !isPlainVariable(name, value, writable))
    .filter((variable) => !isSetByWords(variable, step));
  const variables = found
    .slice(0, MAX_INHERITED)
    .map(({ name, value }) => ({ name, value: value === null ? null : value.slice(0, MAX_VALUE) }));
  return { variables, isCut: found.length > MAX_INHERITED };
}

/** True when one of them could make the launcher itself run other code than what it is told to start. */
export function armsLauncher(variables: readonly InheritedVariable[]): boolean {
  return variables.some(({ name, value }) => value !== null && !OF_STARTED.has(name));
}

function readEntry(entry: string): InheritedVariable {
  const sign = entry.indexOf('=', 1);
  return sign < 0
    ? { name: entry, value: null }
    : { name: entry.slice(0, sign), value: entry.slice(sign + 1) };
}

/** What the words set with a value that only the shell knows is theirs, whatever it is. A told value may be cut. */
function isSetByWords({ name, value }: InheritedVariable, step: Pick<StepDraft, 'assignments'>): boolean {
  if (value === null) return false;
  const isPart = value.length >= TOLD_VALUE;
  return step.assignments.some(
    ({ name: set, value: { value: to } }) =>
      set === name && (to === undefined || to === value || (isPart && to.startsWith(value))),
  );
}

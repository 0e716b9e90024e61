/**
 * How the limits of a launch are kept on this machine.
 *
 * By a control group where one can be made: the kernel itself then never lets a launch have more. Else the number of
 * processes of an ordinary user is kept by a limit of its own namespace, and memory, as root also the number, by looking
 * four times a second. Sizes and numbers of files are limits of each process; time is measured.
 */
import { existsSync } from 'node:fs';
import { Fault, type Limits } from '../../protocol/index.ts';
import { MIN_OPEN_FILES } from '../base/index.ts';
import { findGroupPlaces, type GroupPlaces } from './control-groups.ts';

/** What a supervisor and the program in its wall are told of limits. */
export interface LaunchLimits {
  /** Options of the supervisor. */
  readonly options: readonly string[];
  /** Words in front of the program, inside; given the path of the gate there. */
  readonly capWords: (execGate: string) => readonly string[];
  readonly places: GroupPlaces;
}

/** What keeps a limit: the kernel for the whole launch, the kernel for its user in there, or looking. */
export type LimitMeans = 'control-group' | 'user-limit' | 'watching' | 'nothing';

export interface LimitFacts {
  readonly processes: LimitMeans;
  readonly memory: LimitMeans;
}

/** Bubblewrap and the gate are in a launch too. */
const OWN_PROCESSES = 16;

let known: GroupPlaces | undefined;

function groupPlaces(): GroupPlaces {
  known ??= findGroupPlaces();
  return known;
}

/** Looks anew for where groups can be made, which takes away those of the dead. Call once at the start of an engine. */
export function sweepGroups(): void {
  known = findGroupPlaces();
}

/** What keeps limits of walled launches on this machine, found by trying. Costs a millisecond the first time. */
export function describeLimits(): LimitFacts {
  const { pids, memory } = groupPlaces();
  const watching = existsSync(`/proc/self/task/${process.pid}/children`) ? 'watching' : 'nothing';
  const isRoot = process.getuid?.() === 0;
  return {
    processes: pids !== null ? 'control-group' : isRoot ? watching : 'user-limit',
    memory: memory !== null ? 'control-group' : watching,
  };
}

/**
 * @param isWalled without a wall there is no namespace of the launch's own to count in
 * @throws Fault `user` for a limit under which no wall can be built, `host` for one that nothing here can keep
 */
export function planLimits(limits: Limits, isWalled: boolean): LaunchLimits {
  refuseUnkept(limits);
  const places = groupPlaces();
  const { processes, memoryBytes, fileBytes, openFiles, wallTimeMs } = limits;
  const amounts: ReadonlyArray<readonly [name: string, amount: number | null]> = [
    ['--max-processes', processes],
    ['--max-memory', memoryBytes],
    ['--max-file-size', fileBytes],
    ['--max-open-files', openFiles],
    ['--max-time', wallTimeMs],
  ];
  const options = amounts.flatMap(([name, amount]) => (amount === null ? [] : [name, String(amount)]));
  if (processes !== null && places.pids !== null) options.push('--pids-group', places.pids);
  if (memoryBytes !== null && places.memory !== null) options.push('--memory-group', places.memory);
  const isCapped = isWalled && processes !== null && describeLimits().processes === 'user-limit';
  return {
    options,
    places,
    capWords: (execGate) => (isCapped ? [execGate, 'cap', String(processes + OWN_PROCESSES), '--'] : []),
  };
}

function refuseUnkept({ processes, memoryBytes, openFiles }: Limits): void {
  if (openFiles !== null && openFiles < MIN_OPEN_FILES) {
    throw new Fault({
      kind: 'user',
      code: 'limit-too-low',
      message: `limits.max_open_files is ${openFiles}; what builds the wall needs ${MIN_OPEN_FILES} itself`,
      hint: `set it to ${MIN_OPEN_FILES} or more (--max-open-files N).`,
    });
  }
  const facts = describeLimits();
  const unkept =
    processes !== null && facts.processes === 'nothing'
      ? 'max_processes'
      : memoryBytes !== null && facts.memory === 'nothing'
        ? 'max_memory'
        : undefined;
  if (unkept === undefined) return;
  throw new Fault({
    kind: 'host',
    code: 'limit-not-kept',
    message: `limits.${unkept} cannot be kept here: no control group can be made and the kernel does not list children.`,
    hint: `Set limits.${unkept} = "off" to run without it.`,
  });
}

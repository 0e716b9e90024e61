/**
 * A bare run, planned for the helper `bare`, which carries it out without a process of Node beside it.
 *
 * Promises the same wall as `runBare` builds. Does not promise that it can be built: whatever is odd throws, and the
 * helper, which tries nothing twice, then leaves the run to `runBare`, which says what is wrong.
 */
import { protectSpecOf, requireBubblewrap, runtimeDirs, withRealFolders } from './bubblewrap.ts';
import { BUBBLEWRAP, networkNotes } from './bubblewrap-session.ts';
import { findHelpers } from './helper-paths.ts';
import { INSIDE_PATHS } from './inside-paths.ts';
import { placeholderStateFile } from './janitor.ts';
import { launchWords, rootsOf } from './launch-words.ts';
import { planLimits } from './limits.ts';
import { planProtection, refuseMovedRoots } from './protect.ts';
import { type BareSpec, findProgram } from './run-bare.ts';
import { planView, viewArguments } from './view.ts';

/** What the helper is told: the name of a part and its words. */
export type TellPart = (
  part: 'holder' | 'janitor' | 'expect' | 'group' | 'note' | 'environment' | 'launch',
  words: readonly string[],
) => void;

/** As for `runBare`; the environment is looked at while the helper is at work already. */
export type PlannedSpec = Omit<BareSpec, 'network' | 'report' | 'environment'> & {
  readonly environment: () => BareSpec['environment'];
};

/**
 * Tells the parts of a run with the network closed, no report and a wall, the holder's first: it builds the view while
 * the rest is planned.
 * @throws what `runBare` throws, and for a program that is not there
 */
export function planBare(given: PlannedSpec, tell: TellPart): void {
  requireBubblewrap();
  const helpers = findHelpers();
  const spec = withRealFolders({ settings: given.settings, folders: given.folders });
  const { settings, folders } = spec;
  const roots = rootsOf(spec);
  refuseMovedRoots([settings.workspace, ...roots]);
  const view = planView(spec, helpers, runtimeDirs());
  tell('holder', [helpers.holder, ...viewArguments(view.operations), '--view-end']);
  const { passed, inner } = given.environment();
  const found = findProgram(given.argv[0], given.cwd, passed['PATH'] ?? '');
  if (found !== 'found') throw new Error(found);
  const plan = planProtection(protectSpecOf(spec, view));
  const states: string[] = [];
  for (const [root, paths] of plan.missing) {
    const state = placeholderStateFile(folders.sallyportHome, root);
    states.push(state);
    tell('janitor', [helpers.janitor, '--state', state, ...paths]);
  }
  // All of them, whether they are there by now or not: the janitor is at work already.
  const placeholders = [...plan.missing.values()].flat();
  tell('expect', placeholders);
  tell('note', [...plan.notes, ...view.hidden.notes, ...networkNotes(settings)]);
  const limits = planLimits(settings.limits, true);
  tell(
    'group',
    [limits.places.pids, limits.places.memory].flatMap((place) => place ?? []),
  );
  const words = launchWords(
    { settings, view, plan, placeholders, grants: [], hidden: [] },
    { cwd: given.cwd, innerEnvironment: inner },
  );
  const environment = { ...passed, PWD: given.cwd };
  tell(
    'environment',
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  );
  tell('launch', [
    helpers.execGate,
    ...['--wall', helpers.wallFilter],
    ...states.flatMap((file) => ['--hold-lock', file]),
    ...limits.options,
    ...['--gate', 'none', '--', BUBBLEWRAP, ...words, '--'],
    ...limits.capWords(INSIDE_PATHS.execGate),
    ...given.argv,
  ]);
}

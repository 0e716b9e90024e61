import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long, the longest first. Left to the end, which is where the runner puts them on a machine that has
 * never run them, one would go on alone while the other processors have nothing to do.
 */
const LONGEST = [
  ...['config-mutations', 'config-narrow-property', 'live-random', 'judge-rules'],
  ...['windows-launch', 'windows-grants', 'gate-pipes', 'limits', 'gate-lifetime'],
  ...['exec-fuzz', 'containment', 'exec-crash', 'article-approvals', 'article-examples', 'exec-rules'],
  ...[
    'serve-exec',
    'profile-walls',
    'exec-links',
    'web-start',
    'serve-lock',
    'config-commands',
    'wall-moves',
  ],
  ...['sandbox-bare', 'cli-rules', 'wall-report', 'wall-limits', 'web-host', 'codex-folder'],
  ...[
    'page-axe-screens',
    'page-hostile',
    'page-engine-gone',
    'page-new-session',
    'ui-card-guard',
    'run-keys',
  ],
  ...[
    'exec-keys',
    'page-answers',
    'page-axe-cards',
    'ui-card-fuzz',
    'ui-timeline',
    'page-terminal',
    'page-races',
  ],
];

/** How far behind a file comes; all that are not named come after those that are. */
function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return place === -1 ? LONGEST.length : place;
}

/** The order of the test runner, with the files ahead that are known to take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

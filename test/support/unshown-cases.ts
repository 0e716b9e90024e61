import type { CaseResult, EscapeCase } from '../../src/cli/escape-test/index.ts';

export interface Teeth {
  /** Of the cases that this machine and user can try, those that got through without a wall. */
  readonly share: number;
  /** The others, each with its reason. */
  readonly unshown: readonly string[];
}

/** What of the containment cases was shown to bite, by results without a wall. */
export function listUnshown(
  cases: readonly EscapeCase[],
  results: ReadonlyMap<string, CaseResult>,
  isRoot = process.getuid?.() === 0,
): Teeth {
  const tried = cases.filter((one) => {
    const isMissing = results.get(one.id)?.verdict === 'skipped' && one.unshown === undefined;
    return !isMissing && (isRoot || one.isForRoot !== true);
  });
  const rest = tried.filter(({ id }) => results.get(id)?.verdict !== 'let-through');
  return {
    share: tried.length === 0 ? 0 : (tried.length - rest.length) / tried.length,
    unshown: rest.map((one) => `${one.id}: ${one.unshown ?? 'this kernel or machine stops it by itself'}`),
  };
}

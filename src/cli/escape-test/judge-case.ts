import type { EscapeCase, Verdict } from './escape-case.ts';

/** What the host saw of one run. */
export interface Observation {
  /** The payload left its proof of having run. */
  readonly hasRun: boolean;
  readonly isCutOff: boolean;
  /** Exit status of the payload; null when it was ended. */
  readonly status: number | null;
  /** The canary or the mark was found in what the payload carried out. */
  readonly isCarried: boolean;
  /** What the look of the case said; undefined when it has none. */
  readonly isSeen: boolean | undefined;
  /** The end of what the payload wrote to its standard error. */
  readonly words: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** A payload that got through is told even when it did not end well; one that did not run proves nothing. */
export function judgeCase(kind: EscapeCase['kind'], seen: Observation): Judgement {
  if (kind === 'containment' && (seen.isCarried || seen.isSeen === true)) return { verdict: 'let-through' };
  if (seen.isCutOff) return { verdict: 'failed', reason: 'it hung and was cut off' };
  if (!seen.hasRun) return { verdict: 'failed', reason: withWords('the payload did not run', seen.words) };
  if (kind === 'containment') return { verdict: 'contained' };
  if (seen.status !== 0) {
    const status = seen.status === null ? 'it was ended' : `status ${seen.status}`;
    return { verdict: 'broken', reason: withWords(status, seen.words) };
  }
  if (seen.isSeen === false)
    return { verdict: 'broken', reason: withWords('the outcome is not there', seen.words) };
  return { verdict: 'works' };
}

/** Whether a run with this verdict is one to worry about. */
export function isBad(verdict: Verdict): boolean {
  return verdict === 'let-through' || verdict === 'broken' || verdict === 'failed';
}

function withWords(what: string, words: string): string {
  const said = words.trim();
  return said === '' ? what : `${what}: ${said.slice(-300)}`;
}

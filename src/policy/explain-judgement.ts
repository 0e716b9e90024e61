import type { Judgement, Verdict } from '../protocol/index.ts';

const OPENING: Record<Verdict, string> = {
  allow: 'It may run.',
  ask: 'A person is asked first.',
  refuse: 'It is refused.',
};

/** A judgement as one plain paragraph: the verdict, every reason, the risk and what a yes would open. */
export function explainJudgement(judgement: Judgement): string {
  // The risk is told once, at the end.
  const reasons = judgement.reasons.filter((reason) => reason.code !== 'risk');
  const parts = [OPENING[judgement.verdict], ...reasons.map((reason) => reason.text)];
  if (judgement.risk !== null) {
    const { level, score, rationale } = judgement.risk;
    parts.push(`Risk: ${level} (${score} of 10). ${rationale}`);
  } else {
    parts.push('The risk was not assessed.');
  }
  return parts.join(' ');
}

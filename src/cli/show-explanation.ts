import type { CheckedScript } from '../engine/index.ts';
import { showLine } from '../timeline/index.ts';

const MAX_LINE = 600;
const WOULD = { allow: 'would run', ask: 'would be asked about', refuse: 'would be refused' } as const;

type CheckedStep = CheckedScript['steps'][number];

/** Causes with their places, then what gives another verdict: lines for a terminal. What the reasons say is not repeated. */
export function showExplanation({
  explanation,
  reasons,
}: Pick<CheckedStep, 'explanation' | 'reasons'>): string[] {
  if (explanation === undefined) return [];
  const { causes, alternatives } = explanation;
  const isSaid = (text: string): boolean => reasons.some((reason) => reason.text === text);
  return [
    ...causes
      .filter(({ text }) => !isSaid(text))
      .map(({ text, place, kind }) => {
        const from = place === undefined || kind === 'rule' ? '' : ` (${place})`;
        return `because: ${showLine(`${text.replace(/\.$/, '')}${from}`, MAX_LINE)}`;
      }),
    ...alternatives.map(({ change, verdict }) => `${WOULD[verdict]} ${showLine(change, MAX_LINE)}`),
  ];
}

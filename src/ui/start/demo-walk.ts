import type { Approval } from '../../protocol/index.ts';

/** A question of the example, and what to try on it. */
export interface WalkStep {
  readonly name: string;
  /** What it is there to show. */
  readonly why: string;
  readonly advice: string;
  fits(approval: Pick<Approval, 'text' | 'category'>): boolean;
}

const begins =
  (word: string) =>
  ({ text }: Pick<Approval, 'text'>): boolean =>
    text.trimStart().startsWith(word);

/** The questions of the example in the order in which they come. */
export const DEMO_WALK: readonly WalkStep[] = [
  {
    name: 'tr writes GREETING.txt',
    why: 'The policy of the example asks about all but harmless reads, so also about a file in the project.',
    advice: 'Allow it once.',
    fits: begins('tr '),
  },
  {
    name: 'rm deletes a folder',
    why: 'Tools could build it anew, but somebody may be using it now. Feedback reaches the script.',
    advice: 'Reject it, with a word of feedback.',
    fits: begins('rm '),
  },
  {
    name: 'awk looks innocent',
    why: 'What it is going to write cannot be seen from its name.',
    advice: 'Allow it once, and see what happens.',
    fits: ({ text, category }) => category !== 'blocked' && begins('awk ')({ text }),
  },
  {
    name: 'the wall stops awk',
    why: 'It writes where git would run it later. The call is held; nothing was written.',
    advice: 'Reject it.',
    fits: ({ category }) => category === 'blocked',
  },
  {
    name: 'cp writes outside',
    why: 'The least that lets it do so is opened, and can be taken back.',
    advice: 'Allow for…, this session.',
    fits: begins('cp '),
  },
];

/** Which of them a question is, from 0; `undefined` for another one. */
export function walkPlaceOf(approval: Pick<Approval, 'text' | 'category'>): number | undefined {
  const place = DEMO_WALK.findIndex((step) => step.fits(approval));
  return place === -1 ? undefined : place;
}

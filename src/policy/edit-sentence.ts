/** The sentence above a proposal that changes several files; it holds nothing of their names and contents. */
import type { EditFile } from '../protocol/index.ts';

const VERBS: Readonly<Record<EditFile['change'], string>> = {
  create: 'Write',
  modify: 'Write',
  delete: 'Remove',
  move: 'Move',
};

/** `Write 3 files, 1 of them protected`: of the places the one that matters most is named. */
export function editSentence(files: readonly EditFile[], isReadOnly: boolean): string {
  const [verb = 'Change', ...others] = new Set(files.map(({ change }) => VERBS[change]));
  const count = (place: EditFile['place']): number => files.filter((file) => file.place === place).length;
  const what = others.length > 0 ? 'Change' : verb;
  const all = files.length;
  for (const place of ['secret', 'protected'] as const) {
    const some = count(place);
    if (some === all) return `${what} ${all} ${place} files`;
    if (some > 0) return `${what} ${all} files, ${some} of them ${place}`;
  }
  if (isReadOnly) return `${what} ${all} files in a session that may only read`;
  const outside = count('outside');
  const where = outside === all ? ' outside the workspace' : `, ${outside} of them outside the workspace`;
  return `${what} ${all} files${outside === 0 ? '' : where}`;
}

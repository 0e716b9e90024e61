/** Lists show texts without the secrets in them; the question itself, on its card, is shown as it is. */
import type { SessionHead, TimelineRow } from '../../protocol/index.ts';
import { maskSecrets } from '../../replay/index.ts';

/** A row for a list. */
export function maskRow(row: TimelineRow): TimelineRow {
  const { text, note, feedback } = row;
  return {
    ...row,
    text: maskSecrets(text),
    ...(note !== undefined && { note: maskSecrets(note) }),
    ...(feedback !== undefined && { feedback: maskSecrets(feedback) }),
  };
}

/** A head for a list. */
export function maskHead(head: SessionHead): SessionHead {
  return { ...head, title: maskSecrets(head.title), activity: maskSecrets(head.activity) };
}

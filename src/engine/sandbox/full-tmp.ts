import { statfsSync } from 'node:fs';
import type { LateFinding, WallSettings } from './sandbox.ts';

/** Less than so much is left: whoever writes a file of ordinary size there fails. */
const LEFT_BYTES = 64 * 1024;

/** Says that the private `/tmp` is full, as it is now; nothing tells of programs that failed there and tidied up. */
export function describeFullTmp(
  anchorPid: number,
  { tmp, tmpSizeBytes }: Pick<WallSettings, 'tmp' | 'tmpSizeBytes'>,
): LateFinding[] {
  if (tmp !== 'private') return [];
  try {
    const { bavail, bsize, blocks } = statfsSync(`/proc/${anchorPid}/root/tmp`);
    // Another file system than ours, or one without a size, is none that we have made.
    if (blocks === 0 || blocks * bsize > Math.max(tmpSizeBytes, 1 << 20) || bavail * bsize >= LEFT_BYTES)
      return [];
  } catch {
    return [];
  }
  const reason =
    'The private /tmp of the session is full, and programs that write there fail (tmp_size; -c tmp_size=SIZE for a larger one).';
  return [{ path: '/tmp', reason, undo: null }];
}

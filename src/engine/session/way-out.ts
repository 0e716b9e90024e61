import { classifyPath } from '../../policy/index.ts';
import type { ConfigSnapshot, Judgement } from '../../protocol/index.ts';

/** How somebody could be asked. */
export const TO_BE_ASKED = 'run it on a terminal without --no-input, or with --wait and answer elsewhere';

const ADD_FOLDER = '--add-dir DIR';
const ASK = '-a on-request, to be asked';

/** Reasons about a place that more folders would let be written. */
const FOLDERS = new Set(['outside-path', 'blocked-path']);
const HOSTS = new Set(['host', 'blocked-host']);

/** What is refused because the policy asks nobody: the switches that would change that, to stand behind a sentence. */
export function wayOutOf(
  { reasons }: Pick<Judgement, 'reasons'>,
  { sandboxMode }: Pick<ConfigSnapshot, 'sandboxMode'>,
): string {
  const ways: string[] = [];
  if (sandboxMode === 'workspace-write' && reasons.some(({ code }) => FOLDERS.has(code)))
    ways.push(ADD_FOLDER);
  if (reasons.some(({ code }) => HOSTS.has(code))) ways.push('--allow-domain HOST');
  return `Way out: ${[...ways, ASK].join('; or ')}.`;
}

/** The same for a call that the wall has stopped in a session that asks nobody. */
export function wayOutOfCall(isWrite: boolean, path: string, snapshot: ConfigSnapshot): string {
  const { sandboxMode, approvalPolicy } = snapshot;
  const isOutside =
    isWrite && sandboxMode === 'workspace-write' && classifyPath(path, snapshot) === 'outside';
  const ask = approvalPolicy === 'never' ? ASK : TO_BE_ASKED;
  return `Way out: ${[...(isOutside ? [ADD_FOLDER] : []), ask].join('; or ')}.`;
}

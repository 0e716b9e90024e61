/**
 * What the machine's requirements deny: no question is asked about it, and no answer opens it. Promises: the place and all
 * below it, by every name that is known of it. Does not promise anything about what is not known before: the wall hides it.
 */
import type { ConfigSnapshot, Reason } from '../protocol/index.ts';
import { showText } from './judge-show.ts';
import { isAtOrBelow } from './path-access-join.ts';

export type ManagedDeny = NonNullable<ConfigSnapshot['managedDeny']>;

/** The end of a sentence: which line of which file says so. */
export function showManagedPlace({ origin }: Pick<ManagedDeny['paths'][number], 'origin'>): string {
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  return showText(`${origin.file ?? 'the requirements of this machine'}${line}`);
}

/** A reason to refuse, when the requirements of this machine deny one of the names; null when they do not. */
export function refuseManagedPath(
  subject: string,
  paths: readonly string[],
  { managedDeny }: Pick<ConfigSnapshot, 'managedDeny'>,
): Reason | null {
  const entry = managedDeny?.paths.find(({ path }) => paths.some((each) => isAtOrBelow(each, path)));
  if (entry === undefined) return null;
  const why = `the requirements of this machine deny (${showText(entry.path)}, ${showManagedPlace(entry)})`;
  return { code: 'managed-path', text: `${subject}, which ${why}: no answer opens it.` };
}

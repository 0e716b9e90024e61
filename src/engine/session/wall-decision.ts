import type { Facts, PrefixRule } from '../../protocol/index.ts';
import type { FolderMark } from '../sandbox/index.ts';

/** Whether rules take the wall away from a launch. `why` is the end of a sentence. */
export type WallDecision =
  | { readonly kind: 'stays'; readonly why: string }
  | {
      readonly kind: 'none';
      readonly rules: readonly PrefixRule[];
      /** The part of PATH that nothing inside the wall can change. */
      readonly searchPath: string;
      /** The folder that it was decided for: in another one nothing may start. */
      readonly folder: FolderMark;
    };

/** What of it the facts about a step of this launch say. */
export function wallFacts(decision: WallDecision | undefined): Pick<Facts, 'isUnwalled' | 'whyWalled'> {
  if (decision === undefined) return {};
  return decision.kind === 'none' ? { isUnwalled: true } : { whyWalled: decision.why };
}

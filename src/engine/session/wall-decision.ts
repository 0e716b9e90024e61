import type { Facts, PrefixRule } from '../../protocol/index.ts';

/** Whether rules take the wall away from a launch. `why` is the end of a sentence. */
export type WallDecision =
  | { readonly kind: 'stays'; readonly why: string }
  | {
      readonly kind: 'none';
      readonly rules: readonly PrefixRule[];
      /** The part of PATH that nothing inside the wall can change. */
      readonly searchPath: string;
    };

/** What of it the facts about a step of this launch say. */
export function wallFacts(decision: WallDecision | undefined): Pick<Facts, 'isUnwalled' | 'whyWalled'> {
  if (decision === undefined) return {};
  return decision.kind === 'none' ? { isUnwalled: true } : { whyWalled: decision.why };
}

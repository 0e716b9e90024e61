import type { LiveView } from '../../client/index.ts';
import { useLive } from '../local/index.ts';

/** False where nothing can be said about what waits or is open: the engine has told nothing, or tells this page no more. */
export function isKnown({ about, connection }: Pick<LiveView, 'about' | 'connection'>): boolean {
  return about !== undefined && connection.state !== 'refused';
}

export function useIsKnown(): boolean {
  return useLive(isKnown);
}

/**
 * How far a folder's own files are trusted. Promises: only the user's file decides; folders are compared by their real
 * paths, so a link to a trusted folder, or out of one, gains nothing; of several entries the longest decides, of two for
 * the same folder the stricter. Does not promise that the files are good. Without it a cloned repository would decide
 * what its own scripts may do.
 */
import type { ConfigOrigin } from '../../protocol/index.ts';
import { isTable } from './check-value.ts';
import { originBelow } from './config-origins.ts';
import { isWithin, makeAbsolute, resolveExistingPart } from './resolve-paths.ts';

/** `trusted`: its files count and can only narrow; `full`: they may widen too. */
export type TrustLevel = 'untrusted' | 'trusted' | 'full';

export interface FolderTrust {
  readonly level: TrustLevel;
  /** The folder as it was written, where an entry decides. */
  readonly entry?: string;
  /** Where the entry stands. */
  readonly origin?: ConfigOrigin;
}

/** The table `projects` of the user's file. */
export interface TrustTable {
  readonly value: unknown;
  readonly origin: ConfigOrigin;
}

const STRICTNESS: Record<TrustLevel, number> = { untrusted: 2, trusted: 1, full: 0 };

function readLevel(value: unknown): TrustLevel {
  const level = isTable(value) ? value['trust_level'] : undefined;
  return level === 'trusted' || level === 'full' ? level : 'untrusted';
}

/** The trust in a folder, an absolute path. Nothing written about it or a folder above it: untrusted. */
export function findTrust(folder: string, table: TrustTable | undefined, home: string): FolderTrust {
  if (table === undefined || !isTable(table.value)) return { level: 'untrusted' };
  const real = resolveExistingPart(folder);
  let best: { readonly length: number; readonly entry: string; readonly level: TrustLevel } | undefined;
  for (const [entry, value] of Object.entries(table.value)) {
    const path = resolveExistingPart(makeAbsolute(entry, '/', home));
    if (!isWithin(real, path)) continue;
    const level = readLevel(value);
    const isStricter = best?.length === path.length && STRICTNESS[level] > STRICTNESS[best.level];
    if (best === undefined || path.length > best.length || isStricter)
      best = { length: path.length, entry, level };
  }
  if (best === undefined) return { level: 'untrusted' };
  const origin = originBelow(table.origin, [best.entry, 'trust_level']);
  return { level: best.level, entry: best.entry, origin };
}

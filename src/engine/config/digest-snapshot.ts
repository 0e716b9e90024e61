import { createHash } from 'node:crypto';
import type { ConfigSnapshot } from '../../protocol/index.ts';

/** JSON with sorted keys, so that equal values have equal text. */
function writeCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The digest by which judgements name the configuration they were made under. */
export function digestSnapshot(snapshot: ConfigSnapshot): string {
  return createHash('sha256').update(writeCanonicalJson(snapshot)).digest('hex');
}

import { ConfigOrigin } from './config-origin.ts';
import { z } from './zod.ts';

/** `write` implies reading; `deny` is neither read nor written. */
export const PathAccess = z.enum(['read', 'write', 'deny']);
export type PathAccess = z.infer<typeof PathAccess>;

/** One entry for a path and all below it. The longest entry that holds a path decides; at the same path deny > write > read. */
export const PathEntry = z.object({
  /** Absolute; real as far as it exists. */
  path: z.string(),
  access: PathAccess,
  /** Where it was written, where it was. */
  origin: ConfigOrigin.optional(),
});
export type PathEntry = z.infer<typeof PathEntry>;

/**
 * A permission profile, resolved: one value that every wall takes and that `judgeStep` reads. Protected paths are not in
 * it: they stay read-only below every `write` entry.
 */
export const AccessProfile = z.object({
  /** `null`: the anonymous one. */
  name: z.string().nullable(),
  /** The profiles it extends, nearest first. */
  extends: z.array(z.string()).default([]),
  /** Everything without an entry may be read; else only what has one, and what programs need to run. */
  readsAll: z.boolean(),
  entries: z.array(PathEntry),
  /** Absolute patterns (`*`, `**`, `?`, `[…]`) of what is neither read nor written. */
  denyGlobs: z.array(z.string()).default([]),
});
export type AccessProfile = z.infer<typeof AccessProfile>;

/** What the workspace's `.sallyportignore` hides: neither read nor written, in any mode. */
export const IgnoreList = z.object({
  /** Real path of the folder that the patterns start from. */
  folder: z.string(),
  /** The lines of the file, in the syntax of `.gitignore`. */
  lines: z.array(z.string()),
});
export type IgnoreList = z.infer<typeof IgnoreList>;

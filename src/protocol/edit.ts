import { z } from './zod.ts';

/** One file that a proposal changes, as it is shown and as it will be written. */
export const EditFile = z.object({
  /** Absolute and real as far as it exists. */
  path: z.string(),
  change: z.enum(['create', 'modify', 'delete', 'move']),
  /** For `move`: where it goes. */
  to: z.string().optional(),
  /** A unified diff of the text; empty for what is no text. */
  patch: z.string(),
  /** Of the bytes that the diff was made from; absent for a file that does not exist. */
  before: z.string().optional(),
  /** Of the bytes that will be written; absent for a file that is deleted. */
  after: z.string().optional(),
  place: z.enum(['inside', 'outside', 'protected', 'secret', 'unknown']).optional(),
  /** The diff is cut; so many bytes of it are not shown. */
  cutBytes: z.int().min(0).optional(),
});
export type EditFile = z.infer<typeof EditFile>;

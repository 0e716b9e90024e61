import { z } from './zod.ts';

/** The layers of configuration, weakest first. */
export const ConfigLayerKind = z.enum([
  'defaults',
  'user',
  'project',
  'profile',
  'override',
  'flag',
  'session',
  'managed',
]);
export type ConfigLayerKind = z.infer<typeof ConfigLayerKind>;

/** Where a value comes from: the layer, and in files the place. */
export const ConfigOrigin = z.object({
  layer: ConfigLayerKind,
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  /** The flag as typed, for the layers `flag` and `override`. */
  flag: z.string().optional(),
});
export type ConfigOrigin = z.infer<typeof ConfigOrigin>;

import type { Word } from '../protocol/index.ts';

/** A NAME=VALUE pair that a launcher puts into the environment of what it starts. */
export type EnvironmentPair = { name: string; value: Word };

/** One launcher taken off a command. Exactly one of `commands`, `script`, `isFromInput` or `opaque` says what it runs. */
export type OpenedWrapper = {
  /** The launcher's own words, e.g. `timeout 5`. */
  wrapper: string;
  environment: EnvironmentPair[];
  /** The commands it starts; `find` may name several. */
  commands?: Word[][];
  /** Literal shell source it gives to a new shell. */
  script?: string;
  /** A shell that reads its commands from its input. */
  isFromInput?: boolean;
  /** Why it cannot be known what it runs. */
  opaque?: string;
  /** What it starts does not start at once with it: it waits for input, walks a tree, or comes after other commands. */
  isDelayed: boolean;
  /** The started command is run by the shell itself (`command`, `builtin`). */
  isShell: boolean;
  /** The launcher also does something of its own that must be judged. */
  hasOwnEffect: boolean;
};

import type { Word } from '../protocol/index.ts';
import { openWrapper } from './open-wrapper.ts';
import type { EnvironmentPair } from './opened-wrapper.ts';

const MAX_WRAPPERS = 16;

/** A command with its launchers taken off, outermost first. */
export type UnwrappedCommand = {
  wrappers: string[];
  /** What the launchers set for what they start, outermost first. */
  environment: EnvironmentPair[];
  /** The innermost command; null when a script is run instead, or nothing can be known. */
  inner: Word[] | null;
  /** The source text of a literal script given to a shell. */
  script?: string;
  opaque?: string;
};

/**
 * Takes every launcher (`env`, `sudo`, `timeout`, `xargs`, `bash -c` …) off a command. Words that a launcher fills in
 * later have no value. Of the several commands that `find` can start only the first is followed.
 */
export function unwrapCommand(words: readonly Word[]): UnwrappedCommand {
  const wrappers: string[] = [];
  const environment: EnvironmentPair[] = [];
  const found = { wrappers, environment };
  let inner: Word[] = [...words];
  for (let depth = 0; depth < MAX_WRAPPERS; depth += 1) {
    const opened = openWrapper(inner);
    if (opened === null) return { ...found, inner };
    wrappers.push(opened.wrapper);
    environment.push(...opened.environment);
    if (opened.script !== undefined) return { ...found, inner: null, script: opened.script };
    if (opened.opaque !== undefined) return { ...found, inner: null, opaque: opened.opaque };
    const next = opened.commands?.[0];
    if (next === undefined)
      return { ...found, inner: null, opaque: 'the commands come from the input of a shell' };
    inner = next;
  }
  return { ...found, inner: null, opaque: 'too many launchers inside each other' };
}

import { Fault } from '../protocol/index.ts';

/** The folder that the command was typed in. Throws a `user` fault when it has been removed meanwhile. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new Fault({
      kind: 'user',
      code: 'no-current-folder',
      message: 'the current folder does not exist any more',
      hint: 'cd to one that does',
      cause,
    });
  }
}

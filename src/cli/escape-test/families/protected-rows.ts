/** Repositories to aim at, and the look whether something evil has come to be in them. */
import { symlinkSync } from 'node:fs';
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase, Evidence } from '../escape-case.ts';

export const holds =
  (...paths: string[]) =>
  ({ place }: Evidence): boolean =>
    paths.some((path) => place.read(path).includes('evil'));

export const repository = (place: CasePlace): void => place.git('ws', 'init', '-q');

export const nested =
  (path: string) =>
  (place: CasePlace): void => {
    place.folder(`ws/${path}`);
    place.git(`ws/${path}`, 'init', '-q');
  };

export function worktree(place: CasePlace): void {
  place.folder('ws/main');
  place.git('ws/main', 'init', '-q');
  place.git('ws/main', 'commit', '-q', '--allow-empty', '-m', 'first');
  place.git('ws/main', 'worktree', 'add', '-q', '../tree');
}

export function submodule(place: CasePlace): void {
  place.folder('outside/lib');
  place.git('outside/lib', 'init', '-q');
  place.git('outside/lib', 'commit', '-q', '--allow-empty', '-m', 'first');
  repository(place);
  place.git('ws', 'submodule', 'add', '-q', place.at('outside/lib'), 'lib');
}

export function linkedGit(place: CasePlace): void {
  place.folder('ws/real');
  place.git('ws/real', 'init', '-q', '--bare', '.');
  symlinkSync('real', place.at('ws/.git'));
}

export interface ProtectedRow {
  readonly id: string;
  readonly title: string;
  readonly setup: (place: CasePlace) => void;
  readonly payload: string;
  readonly verify: (evidence: Evidence) => boolean;
  readonly addDirs?: readonly string[];
  readonly unshown?: string;
}

export const HOOK = '.git/hooks/post-checkout';

export const toCase = (row: ProtectedRow): EscapeCase => {
  return { ...row, id: `protected.${row.id}`, family: 'protected', kind: 'containment' };
};

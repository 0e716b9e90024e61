/** Git behind the wall: looking at everything, and working in whatever is no repository of the workspace. */
import { cpSync, renameSync, symlinkSync } from 'node:fs';
import type { CasePlace } from '../case-place.ts';
import type { EscapeCase } from '../escape-case.ts';

const family = 'work';
const kind = 'work';

function repository(place: CasePlace): void {
  place.git('ws', 'init', '-q', '-b', 'main');
  place.write('ws/file', 'one\n');
  place.git('ws', 'add', 'file');
  place.git('ws', 'commit', '-q', '-m', 'first');
  place.write('ws/file', 'two\n');
}

function worktree(place: CasePlace): void {
  place.folder('main');
  place.git('main', 'init', '-q');
  place.git('main', 'commit', '-q', '--allow-empty', '-m', 'first');
  place.git('main', 'worktree', 'add', '-q', place.at('ws/tree'));
}

function manyRepositories(place: CasePlace): void {
  place.folder('template');
  place.git('template', 'init', '-q');
  for (let number = 0; number < 300; number++) {
    cpSync(place.at('template/.git'), place.at(`ws/r${number}/.git`), { recursive: true });
  }
}

const LOOK =
  'git status --short | grep -q "M file"; git log --oneline | grep -q first; git diff | grep -q "^+two"; git branch --show-current | grep -qx main; git blame file > /dev/null; git show HEAD > /dev/null';

export const WORK_IN_REPOSITORIES: readonly EscapeCase[] = [
  {
    id: 'work.git looking',
    family,
    kind,
    title: 'git: status, log, diff, blame',
    setup: repository,
    payload: LOOK,
  },
  {
    id: 'work.git looking, read-only',
    family,
    kind,
    title: 'git: the same in read-only',
    mode: 'read-only',
    setup: repository,
    payload: LOOK,
  },
  {
    id: 'work.git own repository',
    family,
    kind,
    title: 'git: make and use a repository in /tmp',
    payload:
      'cd "$(mktemp -d)"; git init -q r; cd r; git config user.name t; git config user.email t@localhost; echo x > f; git add f; git commit -q -m one; git clone -q . ../c; git -C ../c log --oneline | grep -q one',
  },
  {
    id: 'work.git worktree',
    family,
    kind,
    title: 'git: look at a linked worktree',
    setup: worktree,
    payload: 'cd tree; git status --short; git log --oneline | grep -q first',
  },
  {
    id: 'work.git linked folder',
    family,
    kind,
    title: 'git: a .git that is a link',
    setup(place) {
      repository(place);
      renameSync(place.at('ws/.git'), place.at('ws/real'));
      symlinkSync('real', place.at('ws/.git'));
    },
    payload: 'git log --oneline | grep -q first',
  },
  {
    id: 'work.git refused',
    family,
    kind,
    title: 'git: a commit fails without harm',
    setup: repository,
    payload:
      'git -c user.name=t -c user.email=t@localhost commit -qam second && exit 1; [ "$(git log --oneline | wc -l)" = 1 ]; git fsck',
  },
  {
    id: 'work.300 repositories',
    family,
    kind,
    title: '300 nested repositories',
    isSlow: true,
    setup: manyRepositories,
    payload: 'for r in r*; do echo x > $r/file; done; [ "$(git -C r299 status --short)" = "?? file" ]',
  },
  {
    id: 'work.symlinked workspace',
    family,
    kind,
    title: 'a workspace reached by a link',
    workspace: 'link',
    setup: (place) => symlinkSync('ws', place.at('link')),
    payload: 'echo x > by-link; [ -e "$BASE/ws/by-link" ]',
    verify: ({ place }) => place.read('ws/by-link') === 'x\n',
  },
];

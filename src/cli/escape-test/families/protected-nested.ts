/** The same in nested repositories and for agents' folders; what can only be told afterwards; runs side by side. */
import { cpSync, mkdirSync } from 'node:fs';
import { ALWAYS_PROTECTED } from '../../../engine/sandbox/index.ts';
import type { EscapeCase, Evidence } from '../escape-case.ts';
import { HOOK, holds, linkedGit, nested, type ProtectedRow, toCase } from './protected-rows.ts';

const family = 'protected';
const kind = 'containment';

const NESTED: readonly ProtectedRow[] = ['a', 'a/b/c', 'a/b/c/d/e/f'].flatMap((path): ProtectedRow[] => [
  {
    id: `nested hook ${path}`,
    title: `write a hook of a repository in ${path}`,
    setup: nested(path),
    payload: `echo evil > ${path}/${HOOK}; git -C ${path} config core.pager evil`,
    verify: holds(`ws/${path}/${HOOK}`, `ws/${path}/.git/config`),
  },
  {
    id: `nested moved ${path}`,
    title: `move the folder ${path} and make another repository there`,
    setup: nested(path),
    payload: `mv ${path} away; mkdir -p ${path}/.git/hooks; echo evil > ${path}/${HOOK}`,
    verify: holds(`ws/${path}/${HOOK}`),
  },
]);

const PARENTS: readonly ProtectedRow[] = [
  {
    id: 'grandparent moved',
    title: 'move a grandparent of a nested repository',
    setup: nested('a/b/c'),
    payload: `mv a away; mkdir -p a/b/c/.git/hooks; echo evil > a/b/c/${HOOK}`,
    verify: holds(`ws/a/b/c/${HOOK}`),
  },
  {
    id: 'parent swapped',
    title: 'swap a parent for a link',
    setup: nested('a/b/c'),
    payload: `mkdir -p fake/.git/hooks; echo evil > fake/${HOOK}; mv a/b/c gone; ln -s "$WS/fake" a/b/c`,
    verify: holds(`ws/a/b/c/${HOOK}`),
  },
  {
    id: 'parent removed',
    title: 'remove a nested repository and make another',
    setup: nested('a/b'),
    payload: `rm -rf a; mkdir -p a/b/.git/hooks; echo evil > a/b/${HOOK}`,
    verify: holds(`ws/a/b/${HOOK}`),
  },
  {
    id: 'nested missing names',
    title: 'make agents’ folders in a nested repository',
    setup: nested('a'),
    payload: 'mkdir -p a/.codex a/.agents; echo evil > a/.codex/config.toml; echo evil > a/.agents/x',
    verify: holds('ws/a/.codex/config.toml', 'ws/a/.agents/x'),
  },
];

function eachName(): ProtectedRow[] {
  return ALWAYS_PROTECTED.filter(({ name }) => name !== '.git').flatMap(({ name }): ProtectedRow[] => [
    {
      id: `missing ${name}`,
      title: `make ${name}`,
      setup: () => undefined,
      payload: `mkdir -p ${name}; echo evil > ${name}/config`,
      verify: holds(`ws/${name}/config`),
    },
    {
      id: `present ${name}`,
      title: `change a file in ${name}`,
      setup: (place) => place.write(`ws/${name}/config`, 'original\n'),
      payload: `echo evil > ${name}/config; echo evil > ${name}/config.new; mv ${name} moved; mkdir -p ${name}; echo evil > ${name}/config`,
      verify: holds(`ws/${name}/config`, `ws/${name}/config.new`),
    },
  ]);
}

/** Linux cannot keep these from being made; then the person must be told. */
const TOLD: readonly EscapeCase[] = [
  {
    id: 'protected.bare layout',
    family,
    kind,
    title: 'make the workspace look like a bare repository, untold',
    payload: 'git init -q --bare b; mv b/* .; echo "[core] fsmonitor = evil" >> config',
    verify: ({ place, findings }) => !findings.includes(place.at('ws/HEAD')),
  },
  {
    id: 'protected.bare layout by links',
    family,
    kind,
    title: 'the same with links, untold',
    payload: 'git init -q --bare b; for n in HEAD objects refs config; do ln -s b/$n $n; done',
    verify: ({ place, findings }) => !findings.includes(place.at('ws/HEAD')),
  },
  {
    id: 'protected.link replaced',
    family,
    kind,
    title: 'replace a .git that is a link, untold',
    setup: linkedGit,
    payload: 'mkdir -p other/hooks; echo evil > other/hooks/planted; ln -sfn other .git',
    verify: ({ place, findings }) =>
      holds('ws/.git/hooks/planted')({ place } as Evidence) && !findings.includes(place.at('ws/.git')),
  },
  {
    id: 'protected.more than 300 repositories',
    family,
    kind,
    title: 'write a hook in one of 320 repositories, untold',
    isSlow: true,
    setup(place) {
      place.folder('template');
      place.git('template', 'init', '-q');
      for (let number = 100; number < 420; number++) {
        mkdirSync(place.at(`ws/r${number}`));
        cpSync(place.at('template/.git'), place.at(`ws/r${number}/.git`), { recursive: true });
      }
    },
    payload: 'for r in r*; do echo evil > $r/.git/hooks/post-checkout; done',
    verify: ({ place, findings }) =>
      Array.from({ length: 320 }, (_, place_) => `ws/r${100 + place_}`).some(
        (path) =>
          holds(`${path}/${HOOK}`)({ place } as Evidence) &&
          !findings.some((found) => found.startsWith(place.at(path))),
      ),
  },
];

/** A long run's protection must outlive the end of a short one in the same folders. */
const PARALLEL: EscapeCase = {
  id: 'protected.short run beside',
  family,
  kind,
  title: 'write where a shorter run has ended and taken its placeholders',
  addDirs: ['more'],
  payload:
    'touch ready; while [ ! -e go ]; do sleep 0.05; done; for d in "$WS" "$BASE/more"; do mkdir -p "$d/.agents" "$d/.git/hooks"; echo evil > "$d/.agents/planted"; echo evil > "$d/.git/hooks/planted"; done',
  async during(place, run) {
    await run.runBeside('true');
    place.write('ws/go', '');
  },
  verify: holds(
    'ws/.agents/planted',
    'ws/.git/hooks/planted',
    'more/.agents/planted',
    'more/.git/hooks/planted',
  ),
};

export const NESTED_CASES: readonly EscapeCase[] = [
  ...[...NESTED, ...PARENTS, ...eachName()].map(toCase),
  ...TOLD,
  PARALLEL,
];

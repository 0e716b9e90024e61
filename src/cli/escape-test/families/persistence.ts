/** Files that something outside runs or obeys later: closed where they exist, told where they are new. */
import { RUNS_CODE_LATER } from '../../../engine/sandbox/index.ts';
import type { EscapeCase } from '../escape-case.ts';

const family = 'persistence';
const kind = 'containment';

/** Folders among the rows. */
const FOLDERS =
  /hooks$|\.husky|\.devcontainer|fish$|config\/git$|user$|autostart$|bin$|nvim$|runConfigurations$/;

export const PERSISTENCE_CASES: readonly EscapeCase[] = RUNS_CODE_LATER.flatMap(
  ({ name }, place): EscapeCase[] => {
    const target = FOLDERS.test(name) ? `${name}/present` : name;
    return [
      {
        id: `persistence.change ${name}`,
        family,
        kind,
        title: `change or replace ${name}`,
        setup: (host) => host.write(`ws/${target}`, 'original\n'),
        payload: `echo evil > ${target}; echo evil > x; mv x ${target}; mv ${name} moved; mkdir -p "$(dirname ${target})"; echo evil > ${target}; top=${name.split('/')[0]}; mv $top moved-top; mkdir -p "$(dirname ${target})"; echo evil > ${target}`,
        verify: ({ place: host }) => host.read(`ws/${target}`) !== 'original\n',
      },
      {
        id: `persistence.make ${name}`,
        family,
        kind,
        title: `make ${name}, untold`,
        isSlow: place % 4 !== 0,
        payload: `mkdir -p "$(dirname ${target})"; echo evil > ${target}`,
        verify: ({ place: host, findings }) =>
          host.exists(`ws/${target}`) && !findings.some((path) => path === host.at(`ws/${name}`)),
      },
    ];
  },
);

import type { Word } from '../protocol/index.ts';
import { isRiskyVariable } from './risky-variables.ts';

/** Builtins that change nothing outside the shell's own flow. */
const HARMLESS = new Set(
  (
    ': true false echo test [ pwd cd dirs pushd popd shift return exit break continue wait type caller times jobs ulimit ' +
    'shopt set let help compgen command bg fg disown history umask suspend logout exec alias complete bind trap'
  ).split(' '),
);

/** Builtins that set variables which their words name. */
const SETTERS = new Set(
  'export local declare typeset readonly read mapfile readarray getopts printf unset'.split(' '),
);

/** True for a builtin call that reads, prints or steers the shell only. Redirections are looked at elsewhere. */
export function isHarmlessBuiltin(words: readonly Word[]): boolean {
  const name = words[0]?.value ?? '';
  const rest = words.slice(1);
  if (SETTERS.has(name)) return isHarmlessSetter(name, rest);
  if (name === 'kill') return rest.length > 0 && /^-[lL]$/.test(rest[0]?.value ?? '');
  if (name === 'hash') return !rest.some((word) => word.value === undefined || word.value.startsWith('-p'));
  if (name === 'history') return rest.every((word) => /^\d+$/.test(word.value ?? ''));
  if (name === 'exec') return rest.length === 0;
  if (name === 'set') return !mayExport(rest);
  if (name === 'shopt') return !rest.some((word) => EXPORTING.test(word.text));
  return HARMLESS.has(name);
}

/** Options of the shell that pass any variable, or any word with a `=`, on to every program. */
const EXPORTING = /allexport|keyword/;

/** True when `set` may turn on that later variables or words become part of the environment of programs. */
function mayExport(rest: readonly Word[]): boolean {
  const end = rest.findIndex((word) => word.value === '--' || word.value === '-');
  const options = end < 0 ? rest : rest.slice(0, end);
  return options.some(
    ({ text, value }) => EXPORTING.test(text) || (value ?? '-a').search(/^-[a-zA-Z]*[ak]/) === 0,
  );
}

function isHarmlessSetter(name: string, rest: readonly Word[]): boolean {
  if (name === 'printf') return isHarmlessPrintf(rest);
  if (name === 'unset') return !rest.some((word) => word.value !== undefined && isRiskyVariable(word.value));
  // A mapfile callback is code.
  if (name === 'mapfile' || name === 'readarray') {
    if (rest.some((word) => word.value === undefined || /^-[a-zA-Z]*[Cc]/.test(word.value))) return false;
  }
  return rest.every((word) => {
    const target = /^[A-Za-z_]\w*/.exec(word.text)?.[0];
    if (target !== undefined) return !isRiskyVariable(target);
    return word.value !== undefined || name === 'read';
  });
}

function isHarmlessPrintf(rest: readonly Word[]): boolean {
  const first = rest[0];
  if (first === undefined) return true;
  if (first.value === undefined) return !/^[$`]/.test(first.text);
  if (!first.value.startsWith('-v')) return true;
  const target = first.value === '-v' ? rest[1]?.value : first.value.slice(2);
  return target !== undefined && !isRiskyVariable(target);
}

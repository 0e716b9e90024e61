const BUILTINS = new Set(
  (
    ': . [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo ' +
    'enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf ' +
    'pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit ' +
    'umask unalias unset wait'
  ).split(' '),
);

/** Builtins that run code which the words alone do not show. */
const CODE_RUNNERS = new Map([
  ['eval', 'eval runs text that is only known when the script runs'],
  ['source', 'source runs commands from a file inside this shell'],
  ['.', 'source runs commands from a file inside this shell'],
  ['trap', 'trap keeps code that is only known when the script runs'],
  ['alias', 'an alias changes what later words mean'],
  ['enable', 'enable changes which builtins the shell has'],
  ['bind', 'bind attaches code to keys'],
  ['fc', 'fc runs commands from the history'],
  ['complete', 'complete attaches code to words'],
]);

/** True for a command that bash 5 runs inside itself, so that no program starts. */
export function isShellBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

/** Why a builtin cannot be understood by its words, or null when it can. */
export function explainHiddenCode(name: string): string | null {
  return CODE_RUNNERS.get(name) ?? null;
}

/** Whether what a program does hangs on its standard input, so that its words do not say it. */
import { baseName } from './base-name.ts';
import { makeLiteralWord } from './shell-word.ts';
import { splitScript } from './split-script.ts';
import { unwrapCommand } from './unwrap-command.ts';

const INPUT = /^(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/;

/** Letters of the options of an interpreter: behind which code stands or a name of it, and behind which another value. */
interface Letters {
  readonly code: string;
  readonly value: string;
}

const INTERPRETERS: Readonly<Record<string, Letters>> = {
  python: { code: 'cmVh', value: 'WX' },
  pypy: { code: 'cmVh', value: 'WX' },
  perl: { code: 'eEvh', value: 'I' },
  ruby: { code: 'eh', value: 'IrCE' },
  node: { code: 'epvh', value: 'rC' },
  nodejs: { code: 'epvh', value: 'rC' },
  bun: { code: 'epvh', value: 'r' },
  deno: { code: 'Vh', value: '' },
  php: { code: 'rfFRBvhim', value: 'dcz' },
  lua: { code: 'ev', value: 'l' },
  luajit: { code: 'ev', value: 'l' },
  tclsh: { code: '', value: '' },
  wish: { code: '', value: '' },
  osascript: { code: 'e', value: 'l' },
  pwsh: { code: 'cf', value: '' },
  powershell: { code: 'cf', value: '' },
  fish: { code: 'cvh', value: 'Cdo' },
  csh: { code: 'c', value: '' },
  tcsh: { code: 'c', value: '' },
  R: { code: 'ef', value: '' },
  Rscript: { code: 'e', value: '' },
  ghci: { code: 'e', value: '' },
  bc: { code: 'vh', value: '' },
  dc: { code: 'efVh', value: '' },
};
/** Their operands name a database or a time, never what is done. */
const FED = /^(?:psql|mysql|mariadb|sqlite3|at|batch)$/;
const FED_CODE = /^(?:-[a-zA-Z]{0,2}[cef]|--(?:command|execute|file)(?:=.*)?|-V|--version|--help)$/s;
const LONG_CODE = /^--(?:eval|print|version|help)(?:=.*)?$/s;
const LONG_VALUE =
  /^--(?:require|import|loader|experimental-loader|conditions|env-file|env-file-if-exists|input-type|title|config|check-hash-based-pycs)$/;

/**
 * True when other input makes the same words do something else: `-` in place of a file, an interpreter or a shell
 * without a script, a database program without a command. It is said rather too often than not often enough.
 */
export function dependsOnInput(argv: readonly string[]): boolean {
  const { inner, script, opaque } = unwrapCommand(argv.map(makeLiteralWord));
  if (script !== undefined)
    return splitScript(script).steps.some((step) => step.argv !== undefined && readsInput(step.argv));
  if (inner === null) return opaque !== undefined;
  return readsInput(inner.map((word) => word.value ?? word.text));
}

function readsInput(words: readonly string[]): boolean {
  const [first = '', ...args] = words;
  if (args.some((word) => INPUT.test(word))) return true;
  const name = baseName(first);
  if (FED.test(name)) return !args.some((word) => FED_CODE.test(word)) && !isFullSqlite(name, args);
  const plain = name.replace(/[0-9.]+$/, '');
  const letters = Object.hasOwn(INTERPRETERS, plain) ? INTERPRETERS[plain] : undefined;
  return letters !== undefined && !namesCode(args, letters);
}

/** `sqlite3 FILE SQL`. */
function isFullSqlite(name: string, args: readonly string[]): boolean {
  return name === 'sqlite3' && args.filter((word) => !word.startsWith('-')).length > 1;
}

function namesCode(args: readonly string[], { code, value }: Letters): boolean {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!word.startsWith('-')) return true;
    if (word === '--') return at + 1 < args.length;
    if (LONG_CODE.test(word) || endsIn(word, code)) return true;
    if (LONG_VALUE.test(word) || endsIn(word, value)) at += 1;
  }
  return false;
}

/** A short option, or a few in one word, the last of which is one of the letters. */
function endsIn(word: string, letters: string): boolean {
  return /^-[a-zA-Z]{1,3}$/.test(word) && letters.includes(word.slice(-1));
}

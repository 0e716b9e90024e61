import { openWrapper } from './open-wrapper.ts';
import { makeLiteralWord } from './shell-word.ts';

/** When a program is a harmless read. */
export type HarmlessRule = {
  /** No option of it can write or run anything. */
  any?: true;
  /** A word that makes it more than a read. */
  never?: RegExp;
  /** Looks at all words after the name. */
  check?: (values: readonly string[]) => boolean;
};

const READS_WITH_ANY_OPTION =
  'cat head tail wc cut tr nl tac rev fold expand unexpand column paste join comm cmp stat basename dirname realpath ' +
  'readlink whoami id groups uname arch nproc uptime free df du ps pgrep pidof pstree printenv which whereis md5sum ' +
  'sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum od hexdump strings seq sleep expr true false test [ ' +
  'printf echo pwd ls dir vdir egrep fgrep grep zcat bzcat xzcat zgrep diff diff3 jq locale getconf tty logname ' +
  'who w last factor numfmt tsort base32 base64 basenc lsblk lscpu lsmod netstat readelf ' +
  'getent tput infocmp cal ncal ';

const RULES: readonly [string, HarmlessRule][] = [
  // Without a command it prints what is set; with one it is not itself what runs.
  ['env', { check: (values) => openWrapper(['env', ...values].map(makeLiteralWord)) === null }],
  ['find', { never: /^-(?:exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls)$/ }],
  ['sort', { never: /^(?:-[a-zA-Z]*[oTS]|--(?:o|com|t|fi))/ }],
  ['uniq', { check: hasOneOperand }],
  ['rg', { never: /^(?:--(?:pre|hostname-bin|search-zip)|-[a-zA-Z]*z)/ }],
  ['fd', { never: /^(?:-[a-zA-Z]*[xX]|--exec)/ }],
  ['fdfind', { never: /^(?:-[a-zA-Z]*[xX]|--exec)/ }],
  ['tree', { never: /^(?:-[a-zA-Z]*[oR]|--output)/ }],
  [
    'date',
    {
      check: (values) =>
        values.every(
          (value) =>
            /^(?:\+|-[uRI]|--(?:utc|iso-8601|rfc-)|-d|--date|[^-+]*[ -])/.test(value) &&
            !/^(?:-s|--s)/.test(value),
        ),
    },
  ],
  ['hostname', { check: (values) => values.every((value) => /^-[fsidIA]$/.test(value)) }],
  ['file', { never: /^(?:-[a-zA-Z]*[CmM]|--(?:comp|mag))/ }],
  [
    'xxd',
    {
      check: (values) => !values.some((value) => /^-[a-z]*r/.test(value)) && hasOneOperand(values),
    },
  ],
  ['sed', { check: isPrintingSed }],
];

/** A second operand is a file that is written; `-` is one too, and behind `--` everything is. */
function hasOneOperand(values: readonly string[]): boolean {
  const end = values.indexOf('--');
  const front = end < 0 ? values : values.slice(0, end);
  const operands = front.filter((value) => value === '-' || !/^[-+]/.test(value)).length;
  return operands + (end < 0 ? 0 : values.length - end - 1) <= 1;
}

function isPrintingSed(values: readonly string[]): boolean {
  const options = values.filter((value) => value.startsWith('-'));
  if (!options.every((value) => /^-(?:n|E|r|s|u|z|nE|En|nr|rn|e)$/.test(value))) return false;
  const scripts: string[] = [];
  values.forEach((value, at) => {
    if (values[at - 1] === '-e') scripts.push(value);
  });
  const firstOperand = values.find((value) => !value.startsWith('-'));
  if (scripts.length === 0 && firstOperand !== undefined) scripts.push(firstOperand);
  return scripts.length > 0 && scripts.every(isPrintingSedScript);
}

/** One printing, deleting or quitting command, or one substitution without the flags that write or run. */
function isPrintingSedScript(script: string): boolean {
  if (/^(?:(?:\d+|\$|\/[^/\\]*\/)(?:,(?:\d+|\$|\+\d+|\/[^/\\]*\/))?)?\s*[pdq=]$/.test(script)) return true;
  return /^s([/|#,])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiI0-9]*$/.test(script);
}

/** The programs that are known to read and print only, by name. */
export const HARMLESS_PROGRAMS: ReadonlyMap<string, HarmlessRule> = new Map<string, HarmlessRule>([
  ...READS_WITH_ANY_OPTION.trim()
    .split(/\s+/)
    .map((name): [string, HarmlessRule] => [name, { any: true }]),
  ...RULES,
]);

import type { PathFact } from '../protocol/index.ts';

type Use = PathFact['use'];

/** How a program's operands name paths. Options are written as on the command line, e.g. `-o` or `--output`. */
export interface PathGrammar {
  /** Use of the operands. */
  readonly operands?: Use | 'none';
  /** Use of the last operand when there are at least two. */
  readonly last?: Use;
  /** Leading operands that are no paths (a pattern, a mode). */
  readonly skip?: number;
  /** An option that gives what the skipped operands would have given. */
  readonly skipUnless?: readonly string[];
  /** Options that take a value which is no path. */
  readonly valued?: readonly string[];
  /** Options whose value is a path. */
  readonly paths?: Readonly<Record<string, Use>>;
  /** Options that change the use of the operands. */
  readonly switches?: Readonly<Record<string, Use>>;
}

const READS: PathGrammar = { operands: 'read' };
const WRITES: PathGrammar = { operands: 'write' };
const DELETES: PathGrammar = { operands: 'delete' };
const COPIES: PathGrammar = {
  operands: 'read',
  last: 'write',
  valued: ['-S', '--suffix', '-m', '--mode', '-o', '--owner', '-g', '--group'],
  paths: { '-t': 'write', '--target-directory': 'write' },
};
const MODES: PathGrammar = {
  operands: 'write',
  skip: 1,
  skipUnless: ['--reference'],
  paths: { '--reference': 'read' },
};
const SEARCHES: PathGrammar = {
  operands: 'read',
  skip: 1,
  skipUnless: ['-e', '-f', '--regexp', '--file', '--files'],
  valued: [
    '-A',
    '-B',
    '-C',
    '-m',
    '-e',
    '-g',
    '-t',
    '-d',
    '-j',
    '-M',
    '--regexp',
    '--glob',
    '--type',
    '--max-count',
    '--replace',
  ],
  paths: { '-f': 'read', '--file': 'read', '--exclude-from': 'read', '--ignore-file': 'read' },
};
const COUNTED: PathGrammar = { operands: 'read', valued: ['-n', '-c', '--lines', '--bytes'] };
const PACKERS: PathGrammar = {
  operands: 'write',
  valued: ['-S', '--suffix'],
  switches: { '-c': 'read', '-l': 'read', '-t': 'read' },
};

const GROUPS: readonly (readonly [string, PathGrammar])[] = [
  [
    'cat less more wc nl tac rev strings file md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum diff cmp comm paste column ls dir du readlink realpath zcat bzcat xzcat bat batcat fold expand hexdump . source vim vi nano view',
    READS,
  ],
  [
    'touch',
    {
      operands: 'write',
      valued: ['-d', '-t', '--date', '--time'],
      paths: { '-r': 'read', '--reference': 'read' },
    },
  ],
  ['mkdir mkfifo', { operands: 'write', valued: ['-m', '--mode'] }],
  [
    'truncate',
    { operands: 'write', valued: ['-s', '--size'], paths: { '-r': 'read', '--reference': 'read' } },
  ],
  [
    'shred',
    {
      operands: 'write',
      valued: ['-n', '-s', '--iterations', '--size'],
      switches: { '-u': 'delete', '--remove': 'delete' },
    },
  ],
  ['tee', WRITES],
  ['rm rmdir unlink', DELETES],
  ['cp install', COPIES],
  ['mv', { ...COPIES, operands: 'delete' }],
  ['ln', { ...COPIES, operands: 'none' }],
  [
    'rsync',
    {
      operands: 'read',
      last: 'write',
      valued: ['-e', '--rsh', '--exclude', '--include', '-f', '--filter', '--chmod', '--chown'],
      paths: {
        '--exclude-from': 'read',
        '--include-from': 'read',
        '--files-from': 'read',
        '--log-file': 'write',
      },
    },
  ],
  [
    'scp',
    {
      operands: 'read',
      last: 'write',
      valued: ['-P', '-o', '-l', '-c', '-J'],
      paths: { '-i': 'read', '-F': 'read' },
    },
  ],
  ['chmod chown chgrp', MODES],
  ['setfacl', { operands: 'write', valued: ['-m', '-x', '--modify', '--remove'] }],
  ['head tail', COUNTED],
  ['grep egrep fgrep zgrep rg ag', SEARCHES],
  [
    'sort',
    {
      operands: 'read',
      valued: ['-k', '-t', '-S', '--key'],
      paths: { '-o': 'write', '--output': 'write', '-T': 'write' },
    },
  ],
  ['uniq', { operands: 'read', last: 'write', valued: ['-f', '-s', '-w'] }],
  ['cut', { operands: 'read', valued: ['-d', '-f', '-b', '-c', '--delimiter', '--fields'] }],
  ['od xxd base64', { operands: 'read', valued: ['-w', '-l', '-s', '-c', '-N', '-A', '-t', '-j'] }],
  ['stat', { operands: 'read', valued: ['-c', '-f', '--format', '--printf'] }],
  [
    'sed',
    {
      operands: 'read',
      skip: 1,
      skipUnless: ['-e', '-f', '--expression', '--file'],
      valued: ['-e', '--expression', '-l'],
      paths: { '-f': 'read', '--file': 'read' },
      switches: { '-i': 'write', '--in-place': 'write' },
    },
  ],
  [
    'awk gawk mawk',
    {
      operands: 'read',
      skip: 1,
      skipUnless: ['-f', '--file'],
      valued: ['-F', '-v'],
      paths: { '-f': 'read', '--file': 'read' },
    },
  ],
  [
    'jq',
    {
      operands: 'read',
      skip: 1,
      skipUnless: ['-f', '--from-file'],
      valued: ['--indent', '-L'],
      paths: { '-f': 'read', '--from-file': 'read' },
    },
  ],
  ['tree', { operands: 'read', valued: ['-L', '-I', '-P'], paths: { '-o': 'write' } }],
  ['gzip gunzip bzip2 bunzip2 xz unxz zstd', PACKERS],
  ['unzip', { operands: 'none', paths: { '-d': 'write' } }],
  [
    'patch',
    {
      operands: 'write',
      valued: ['-p', '--strip'],
      paths: { '-i': 'read', '--input': 'read', '-o': 'write', '-d': 'write' },
    },
  ],
  ['gcc g++ cc c++ clang clang++ ld', { operands: 'none', paths: { '-o': 'write' } }],
  [
    'curl',
    {
      operands: 'none',
      paths: {
        '-o': 'write',
        '--output': 'write',
        '--output-dir': 'write',
        '-T': 'read',
        '--upload-file': 'read',
        '-K': 'read',
        '--config': 'read',
        '-D': 'write',
        '--dump-header': 'write',
        '-c': 'write',
        '--cookie-jar': 'write',
        '--key': 'read',
        '--cert': 'read',
        '-E': 'read',
      },
    },
  ],
  [
    'wget',
    {
      operands: 'none',
      paths: {
        '-O': 'write',
        '--output-document': 'write',
        '-P': 'write',
        '--directory-prefix': 'write',
        '-o': 'write',
        '-i': 'read',
        '--post-file': 'read',
        '--body-file': 'read',
      },
    },
  ],
  ['ssh', { operands: 'none', paths: { '-i': 'read', '-F': 'read' } }],
  ['ssh-keygen', { operands: 'none', paths: { '-f': 'write' } }],
  [
    'openssl',
    { operands: 'none', paths: { '-in': 'read', '-out': 'write', '-inkey': 'read', '-key': 'read' } },
  ],
  ['make', { operands: 'none', paths: { '-C': 'read', '-f': 'read' } }],
];

/** What is known of programs that name paths, by base name. */
export const PATH_GRAMMARS: ReadonlyMap<string, PathGrammar> = new Map(
  GROUPS.flatMap(([names, grammar]) => names.split(' ').map((name) => [name, grammar] as const)),
);

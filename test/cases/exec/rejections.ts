/**
 * What a shell does when one step is rejected: `reject` is the text of the question that gets a no, everything else is
 * allowed. Afterwards `files` hold exactly this text (null: the file must not exist). `keep` holds "kept" before.
 */
export interface RejectionCase {
  readonly name: string;
  readonly script: string;
  readonly reject: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly files: Readonly<Record<string, string | null>>;
}

const kept = { keep: 'kept\n' };

export const rejectionCases: readonly RejectionCase[] = [
  {
    name: 'a builtin with a redirection, and what && hangs on it',
    script: 'echo hi > a.txt && touch next',
    reject: 'echo hi > a.txt',
    exitCode: 126,
    stdout: '',
    files: { ...kept, 'a.txt': null, next: null },
  },
  {
    name: '|| sees the failure',
    script: 'echo hi > a.txt || echo "saw $?"',
    reject: 'echo hi > a.txt',
    exitCode: 0,
    stdout: 'saw 126\n',
    files: { ...kept, 'a.txt': null },
  },
  {
    name: 'a program whose redirection would empty a file',
    script: 'date > keep',
    reject: 'date > keep',
    exitCode: 126,
    stdout: '',
    files: kept,
  },
  {
    name: 'if takes the else branch',
    script: 'if touch flag; then echo yes; else echo "no $?"; fi',
    reject: 'touch flag',
    exitCode: 0,
    stdout: 'no 126\n',
    files: { ...kept, flag: null },
  },
  {
    name: 'if with a builtin and a redirection',
    script: 'if echo x > keep; then echo yes; else echo "no $?"; fi',
    reject: 'echo x > keep',
    exitCode: 0,
    stdout: 'no 126\n',
    files: kept,
  },
  {
    name: 'set -e ends the script with the status',
    script: 'set -e; echo x > keep; echo after',
    reject: 'echo x > keep',
    exitCode: 126,
    stdout: '',
    files: kept,
  },
  {
    name: 'set -e with a held program',
    script: 'set -e; touch flag; echo after',
    reject: 'touch flag',
    exitCode: 126,
    stdout: '',
    files: { flag: null },
  },
  {
    name: '$? is 126',
    script: 'echo x > keep; echo "status $?"',
    reject: 'echo x > keep',
    exitCode: 0,
    stdout: 'status 126\n',
    files: kept,
  },
  {
    name: 'a pipeline goes on as the shell would',
    script: 'echo data | tee x; echo "status $?"',
    reject: 'tee x',
    exitCode: 0,
    stdout: 'status 126\n',
    files: { x: null },
  },
  {
    name: 'the first member of a pipeline',
    script: 'touch flag | cat; echo "${PIPESTATUS[0]}"',
    reject: 'touch flag',
    exitCode: 0,
    stdout: '126\n',
    files: { flag: null },
  },
  {
    name: 'a trap still runs',
    script: "trap 'echo bye' EXIT; echo x > keep",
    reject: 'echo x > keep',
    exitCode: 126,
    stdout: 'bye\n',
    files: kept,
  },
  {
    name: 'a function returns 126',
    script: 'save() { echo x > keep; }; save; echo "status $?"',
    reject: 'echo x > keep',
    exitCode: 0,
    stdout: 'status 126\n',
    files: kept,
  },
  {
    name: 'a subshell ends with 126',
    script: '( echo x > keep ); echo "status $?"',
    reject: 'echo x > keep',
    exitCode: 0,
    stdout: 'status 126\n',
    files: kept,
  },
  {
    name: 'a loop with a redirection does not start',
    script: 'for n in 1 2; do echo $n; done > keep; echo "status $?"',
    reject: 'for n in 1 2; do echo $n; done > keep',
    exitCode: 0,
    stdout: 'status 126\n',
    files: kept,
  },
  {
    name: 'a here-document is not written',
    script: 'cat > keep <<END\nnew\nEND\necho "status $?"',
    reject: 'cat > keep <<END',
    exitCode: 0,
    stdout: 'status 126\n',
    files: kept,
  },
  {
    name: 'a negated step',
    script: '! echo x > keep && echo "not done"',
    reject: 'echo x > keep',
    exitCode: 0,
    stdout: 'not done\n',
    files: kept,
  },
];

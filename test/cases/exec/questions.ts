/**
 * Ways in which a shell can come to start `rm`: with everything else allowed by policy or answered yes, each must give
 * exactly these questions, in this order.
 */
export interface QuestionCase {
  readonly name: string;
  readonly script: string;
  readonly questions: readonly string[];
  /** Exit status with every `rm` rejected. */
  readonly exitCode: number;
}

const one = ['rm -rf dist'];

export const questionCases: readonly QuestionCase[] = [
  { name: 'a variable as the command name', script: 'V=rm; $V -rf dist', questions: one, exitCode: 126 },
  { name: 'a shell given the text', script: 'sh -c "rm -rf dist"', questions: one, exitCode: 126 },
  { name: 'bash given the text', script: "bash -c 'rm -rf dist'", questions: one, exitCode: 126 },
  { name: 'a login shell', script: "bash --noprofile -lc 'rm -rf dist'", questions: one, exitCode: 126 },
  { name: 'an interactive shell', script: "bash --norc -ic 'rm -rf dist'", questions: one, exitCode: 126 },
  { name: 'a login shell with a file', script: 'bash --noprofile --login clean.sh', questions: one, exitCode: 126 },
  { name: 'env', script: 'env rm -rf dist', questions: one, exitCode: 126 },
  { name: 'xargs', script: 'echo dist | xargs rm -rf', questions: one, exitCode: 126 },
  { name: 'a script file', script: './clean.sh', questions: one, exitCode: 126 },
  { name: 'command', script: 'command rm -rf dist', questions: one, exitCode: 126 },
  { name: 'a backslash', script: '\\rm -rf dist', questions: one, exitCode: 126 },
  { name: 'find -exec', script: 'find . -name dist -exec rm -rf {} +', questions: ['rm -rf ./dist'], exitCode: 1 },
  {
    name: 'a loop over three names',
    script: 'for name in a b dist; do rm -rf $name; done',
    questions: ['rm -rf a', 'rm -rf b', 'rm -rf dist'],
    exitCode: 126,
  },
  { name: 'a pipeline', script: 'ls | rm -rf dist', questions: one, exitCode: 126 },
  { name: 'a subshell', script: '( rm -rf dist )', questions: one, exitCode: 126 },
  { name: 'a substitution', script: 'echo $( rm -rf dist )', questions: one, exitCode: 0 },
  { name: 'a function', script: 'clean() { rm -rf dist; }; clean', questions: one, exitCode: 126 },
  { name: 'exec', script: 'exec rm -rf dist', questions: one, exitCode: 126 },
  { name: 'a background job', script: 'rm -rf dist & wait $!', questions: one, exitCode: 126 },
  { name: 'timeout', script: 'timeout 5 rm -rf dist', questions: one, exitCode: 126 },
  { name: 'nohup and nice', script: 'nohup nice rm -rf dist 2>&1', questions: one, exitCode: 126 },
  { name: 'eval', script: 'eval "rm -rf dist"', questions: one, exitCode: 126 },
  { name: 'a trap', script: "trap 'rm -rf dist' EXIT; true", questions: one, exitCode: 0 },
  { name: 'a process substitution', script: 'cat <(rm -rf dist)', questions: one, exitCode: 0 },
  { name: 'a here-document for a shell', script: 'sh <<END\nrm -rf dist\nEND', questions: one, exitCode: 126 },
];

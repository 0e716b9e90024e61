import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../protocol/index.ts';

/** A scratch project with something to build, something to lose and something outside. */
export interface DemoProject {
  readonly folder: string;
  /** A file outside the project, in a folder that the wall keeps read-only. */
  readonly outsideFile: string;
  readonly script: string;
  /** Takes away everything that was made. */
  remove(): void;
}

/** Makes the project. Throws a `host` fault where git is missing. */
export function createDemoProject(): DemoProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-demo-')));
  const outside = realpathSync(mkdtempSync('/var/tmp/sallyport-demo-outside-'));
  const remove = (): void => {
    // a session that is just ending may still take its own things away there
    for (const made of [folder, outside]) rmSync(made, { recursive: true, force: true, maxRetries: 5 });
  };
  const outsideFile = join(outside, 'notes.txt');
  try {
    fillProject(folder);
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return { folder, outsideFile, script: writeScript(outsideFile), remove };
}

function fillProject(folder: string): void {
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'src', 'greeting.txt'), 'hello\n');
  writeFileSync(join(folder, 'dist', 'keep-me.txt'), 'the build that is being served\n');
  writeFileSync(join(folder, '.gitignore'), 'dist\n');
  runGit(folder, ['init', '--quiet']);
  runGit(folder, ['add', '.']);
  runGit(folder, [
    '-c',
    'user.name=Demo',
    '-c',
    'user.email=demo@localhost',
    'commit',
    '--quiet',
    '-m',
    'Start',
  ]);
}

function runGit(folder: string, args: readonly string[]): void {
  try {
    execFileSync('git', ['-C', folder, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault({
      kind: 'host',
      code: 'no-git',
      message: `the demo needs git: ${reason}`,
      hint: 'install git (Debian and Ubuntu: apt install git)',
      cause,
    });
  }
}

/** What each line is there to show stands in the walk that is printed before it runs. */
function writeScript(outsideFile: string): string {
  return [
    'git status --short',
    'tr a-z A-Z < src/greeting.txt > GREETING.txt',
    'rm -rf dist || echo "the script was told no and goes on"',
    'awk \'BEGIN { print "make mischief" > ".git/hooks/pre-commit" }\' || echo "the wall held"',
    `cp GREETING.txt ${outsideFile}`,
    'echo done',
  ].join('\n');
}

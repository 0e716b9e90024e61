import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../protocol/index.ts';

const run = promisify(execFile);

/** A scratch project with something to build, something to lose and something outside. */
export interface DemoProject {
  readonly folder: string;
  /** A file outside the project, in a folder that the wall keeps read-only. */
  readonly outsideFile: string;
  readonly script: string;
  /** Takes away everything that was made. */
  remove(): Promise<void>;
}

/** Makes the project. Throws a `host` fault where git is missing. */
export async function createDemoProject(): Promise<DemoProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-demo-')));
  const outside = await realpath(await mkdtemp('/var/tmp/sallyport-demo-outside-'));
  const remove = async (): Promise<void> => {
    // a session that is just ending may still take its own things away there
    for (const made of [folder, outside]) await rm(made, { recursive: true, force: true, maxRetries: 5 });
  };
  const outsideFile = join(outside, 'notes.txt');
  try {
    await fillProject(folder);
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  return { folder, outsideFile, script: writeScript(outsideFile), remove };
}

/** Names of folders that were made here, and nothing else. */
const MADE = /^\/(?:[^/]+\/)*sallyport-demo-(?:outside-)?[A-Za-z0-9]{6}$/;

/** Writes down what was made, for an engine that is killed cannot take it away. */
export async function noteDemo(noteFile: string, project: DemoProject): Promise<void> {
  const made = [project.folder, dirname(project.outsideFile)];
  await writeFile(noteFile, JSON.stringify(made), { mode: 0o600 });
}

/** Takes away what a note names, and the note; without a note nothing happens. */
export async function removeNotedDemo(noteFile: string): Promise<void> {
  for (const folder of await readNote(noteFile))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await rm(noteFile, { force: true });
}

async function readNote(noteFile: string): Promise<string[]> {
  try {
    const note: unknown = JSON.parse(await readFile(noteFile, 'utf8'));
    return Array.isArray(note)
      ? note.filter((folder) => typeof folder === 'string' && MADE.test(folder))
      : [];
  } catch {
    // there is none, or it is not one of ours
    return [];
  }
}

async function fillProject(folder: string): Promise<void> {
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'src', 'greeting.txt'), 'hello\n');
  await writeFile(join(folder, 'dist', 'keep-me.txt'), 'the build that is being served\n');
  await writeFile(join(folder, '.gitignore'), 'dist\n');
  await runGit(folder, ['init', '--quiet']);
  await runGit(folder, ['add', '.']);
  await runGit(folder, [
    '-c',
    'user.name=Demo',
    '-c',
    'user.email=demo@localhost',
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '-m',
    'Start',
  ]);
}

async function runGit(folder: string, args: readonly string[]): Promise<void> {
  try {
    await run('git', ['-C', folder, ...args]);
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

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
let folders: string[];
beforeEach(() => {
  place = createCliPlace();
  folders = [];
});
afterEach(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await place.close();
});

/** The scratch folders that the demo named. */
function readFolders(text: string): { project: string; outsideFile: string } {
  const project = text.match(/A scratch project: (\S+)/)?.[1] ?? '';
  const outsideFile = text.match(/cp GREETING\.txt (\S+notes\.txt)/)?.[1] ?? '';
  folders.push(project, dirname(outsideFile));
  return { project, outsideFile };
}

function expectWalk({ project, outsideFile }: { project: string; outsideFile: string }): void {
  expect(readFileSync(join(project, 'GREETING.txt'), 'utf8')).toBe('HELLO\n');
  expect(existsSync(join(project, 'dist', 'keep-me.txt'))).toBe(true);
  expect(existsSync(join(project, '.git', 'hooks', 'pre-commit'))).toBe(false);
  expect(readFileSync(outsideFile, 'utf8')).toBe('HELLO\n');
}

describe('the demo', () => {
  it('is asked, rejected, blocked and allowed with answers from a file', async () => {
    const answers = join(place.folder, 'answers');
    writeFileSync(
      answers,
      '# as the walk says\nallow\nreject it is still served\nallow\nreject no hooks\nallow session\n',
    );
    const result = await place.run(['demo', '--answers', answers]);
    expect(result.status).toBe(0);
    expectWalk(readFolders(result.stderr));
    expect(result.stdout).toBe('the script was told no and goes on\nthe wall held\ndone\n');
    expect(result.stderr.match(/\n└ /g)).toHaveLength(5);
    const id = result.stderr.match(/sallyport history show (\S+)/)?.[1] ?? '';
    const shown = await place.run(['history', 'show', id]);
    for (const part of [
      'ASKED cmd-',
      'ASKED edit-',
      ': it is still served',
      'feedback: no hooks',
      'grant-',
    ]) {
      expect(shown.stdout).toContain(part);
    }
    expect((await place.run(['history', 'verify'])).status).toBe(0);
  });

  it('is walked with keys on a terminal', async () => {
    const terminal = place.openTerminal(['demo']);
    for (const keys of ['a\r', 'r\rstill served\r', 'a\r', 'r\r\r', 's\r']) {
      await terminal.see(/Your answer to [a-z]+-\w{8}: /);
      terminal.type(keys);
    }
    await terminal.see('What to look at now');
    await terminal.see('What to try next');
    expect(await terminal.ended).toBe(0);
    expectWalk(readFolders(terminal.screen()));
  });

  it('without anybody to answer shows the first question and says so', async () => {
    const result = await place.run(['demo']);
    const { project, outsideFile } = readFolders(result.stderr);
    expect([existsSync(project), existsSync(dirname(outsideFile))]).toEqual([false, false]);
    expect(result.status).toBe(126);
    expect(result.stderr).toContain('Run a command?');
    expect(result.stderr).toContain('there is no terminal to answer on');
  });

  it('a wrong answers file is an error with its line, and nothing runs', async () => {
    const answers = join(place.folder, 'answers');
    writeFileSync(answers, 'allow\nperhaps\n');
    const result = await place.run(['demo', '--answers', answers]);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(`${answers}:2:`);
    expect(result.stderr).not.toContain('scratch project');
  });
});

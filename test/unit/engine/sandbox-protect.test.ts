import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectRoots } from '../../../src/engine/sandbox/inspect-roots.ts';
import {
  type ProtectPlan,
  planProtection,
  refuseMovedRoots,
  resolveRoot,
} from '../../../src/engine/sandbox/protect.ts';
import { ALWAYS_PROTECTED, RUNS_CODE_LATER } from '../../../src/engine/sandbox/protected-names.ts';

let base = '';
let root = '';

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-protect-')));
  root = join(base, 'ws');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const make = (path: string) => mkdirSync(join(base, path), { recursive: true });
const write = (path: string, text = 'x') => {
  make(join(path, '..'));
  writeFileSync(join(base, path), text);
};
/** Paths relative to the folder of the test. */
const plan = (more: { names?: string[]; paths?: string[]; roots?: string[] } = {}) => {
  const roots = (more.roots ?? ['ws']).map((path) => join(base, path));
  const made = planProtection({
    roots,
    names: more.names ?? [],
    paths: (more.paths ?? []).map((path) => join(base, path)),
  });
  const short = (path: string) => path.slice(base.length + 1);
  return {
    readOnly: made.readOnly.map(short),
    missing: [...made.missing.values()].flat().map(short).sort(),
    links: made.links.map((link) => short(link.path)),
    watched: made.watched.map((row) => short(row.path)),
    notes: made.notes,
    made,
  };
};

describe('planProtection', () => {
  it('has placeholders for what is missing', () => {
    expect(plan().missing).toEqual(ALWAYS_PROTECTED.map((row) => `ws/${row.name}`).sort());
    expect(plan().readOnly).toEqual([]);
    expect(plan().watched).toHaveLength(RUNS_CODE_LATER.length);
  });

  it('protects .git as a folder', () => {
    write('ws/.git/HEAD');
    expect(plan().readOnly).toEqual(['ws/.git']);
    expect(plan().missing).not.toContain('ws/.git');
  });

  it('protects what a .git file leads to, with the common folder of a worktree', () => {
    write('ws/store/worktrees/tree/commondir', '../..\n');
    write('ws/tree/.git', `gitdir: ${join(base, 'ws/store/worktrees/tree')}\n`);
    expect(plan().readOnly).toEqual(['ws/store', 'ws/tree/.git', 'ws/store/worktrees/tree']);
  });

  it('leaves out what lies outside the roots: it is read-only anyway', () => {
    write('elsewhere/HEAD');
    write('ws/.git', 'gitdir: ../elsewhere\n');
    expect(plan().readOnly).toEqual(['ws/.git']);
  });

  it('protects the target of a .git link and does not fail on one to nowhere', () => {
    make('ws/real');
    symlinkSync('real', join(root, '.git'));
    symlinkSync('nowhere', join(root, '.agents'));
    symlinkSync('/nonexistent/place', join(root, '.codex'));
    const { readOnly, missing, links } = plan();
    expect(readOnly).toEqual(['ws/real']);
    expect(missing).toEqual(['ws/.sallyport', 'ws/nowhere']);
    expect(links).toEqual(['ws/.git', 'ws/.agents', 'ws/.codex']);
  });

  it('protects nested repositories, but not those of packages', () => {
    write('ws/a/b/.git/HEAD');
    write('ws/node_modules/p/.git/HEAD');
    write('ws/sub/.git', 'gitdir: nowhere\n');
    const { readOnly, missing } = plan();
    expect(readOnly).toEqual(['ws/sub/.git', 'ws/a/b/.git']);
    expect(missing).toEqual(expect.arrayContaining(['ws/a/b/.codex', 'ws/sub/.agents']));
  });

  it('finds a .git that is a file in folders without folders', () => {
    write('ws/x/y/text');
    write('ws/x/.git', 'gitdir: nowhere\n');
    write('ws/z/leaf/.git', 'gitdir: nowhere\n');
    write('ws/z/plain/text');
    const { readOnly } = plan();
    expect(readOnly).toEqual(['ws/x/.git', 'ws/z/leaf/.git']);
  });

  it('names the folder that lies too deep, and does not enter those of Python packages', () => {
    make('ws/work/venv/lib/python3/site-packages/a/b/c/d/e/f/g/h');
    make('ws/work/src/__pycache__/a/b/c/d/e/f/g/h/i');
    expect(plan().notes).toEqual([]);
    make('ws/1/2/3/4/5/6/7/8/9');
    expect(plan().notes).toEqual([]);
    make('ws/1/2/3/4/5/6/7/8/9/10/11');
    expect(plan().notes).toEqual([
      `${root}/1/2/3/4/5/6/7/8/9/10 lies more than 9 folders deep in ${root}: repositories nested that deep are not protected.`,
    ]);
  });

  it('says that there are too many folders where that is the reason', () => {
    const made = planProtection({
      roots: [root],
      names: [],
      paths: [],
      findNested: () => ({
        ...{ folders: [], beyond: [], bare: [], settings: [] },
        cut: { bound: 'folders', at: join(root, 'late') },
      }),
    });
    expect(made.notes).toEqual([
      `${root} holds more than 20000 folders: repositories nested from ${root}/late on are not protected.`,
    ]);
  });

  it('protects only .git in a great many nested repositories, and says so', () => {
    for (let count = 0; count < 50; count++) write(`ws/r${count}/.git/HEAD`);
    const { readOnly, missing, notes } = plan();
    expect(readOnly).toHaveLength(50);
    expect(missing).toHaveLength(ALWAYS_PROTECTED.length);
    expect(notes).toEqual([expect.stringContaining('50 repositories')]);
  });

  it('does not follow links out of the root', () => {
    write('other/.git/HEAD');
    symlinkSync('../other', join(root, 'link'));
    expect(plan().readOnly).toEqual([]);
  });

  it.each(RUNS_CODE_LATER)('protects $name where it exists', ({ name }) => {
    write(`ws/${name}`);
    expect(plan().readOnly).toEqual([`ws/${name}`]);
    expect(plan().watched).not.toContain(`ws/${name}`);
  });

  it('protects by real path when a parent is a link', () => {
    write('ws/settings/tasks.json');
    symlinkSync('settings', join(root, '.vscode'));
    expect(plan().readOnly).toEqual(['ws/settings/tasks.json']);
  });

  it('takes names and paths of the configuration', () => {
    write('ws/conf/secret');
    write('outside/secret');
    const { readOnly, missing } = plan({ names: ['.mine'], paths: ['ws/conf/secret', 'outside/secret'] });
    expect(readOnly).toEqual(['ws/conf/secret']);
    expect(missing).toContain('ws/.mine');
  });

  it('holds an empty folder: it may be the placeholder of another session', () => {
    make('ws/.git');
    const { readOnly, missing } = plan();
    expect(readOnly).toEqual(['ws/.git']);
    expect(missing).toContain('ws/.git');
  });

  it('does not wait for a pipe that is named .git', () => {
    make('ws/.git');
    rmSync(join(root, '.git'), { recursive: true });
    symlinkSync('/dev/zero', join(root, '.git'));
    expect(plan().readOnly).toEqual([]);
  });
});

const look = (before: ProtectPlan, roots = [root]) => inspectRoots({ roots, opened: [] }, before);

describe('inspectRoots', () => {
  it('finds what appeared or was replaced', async () => {
    make('ws/real');
    symlinkSync('real', join(root, '.git'));
    const { made } = plan();
    expect(await look(made)).toEqual([]);
    write('ws/.envrc');
    for (const name of ['HEAD', 'objects', 'refs']) write(`ws/${name}`);
    rmSync(join(root, '.git'));
    symlinkSync('other', join(root, '.git'));
    expect((await look(made)).map((row) => row.path.slice(root.length + 1))).toEqual([
      '.envrc',
      '.git',
      'HEAD',
    ]);
  });

  it('names a command that undoes each, also for odd names, and loses nothing', async () => {
    root = join(base, "it's a $(id) `w`\n*");
    mkdirSync(root);
    symlinkSync('real', join(root, '.git'));
    const before = planProtection({ roots: [root], names: [], paths: [] });
    writeFileSync(join(root, '.envrc'), 'evil');
    for (const name of ['HEAD', 'objects', 'refs']) writeFileSync(join(root, name), '');
    rmSync(join(root, '.git'));
    symlinkSync('other', join(root, '.git'));
    const findings = await look(before);
    expect(findings).toHaveLength(3);
    for (const { undo } of findings) {
      expect(undo).not.toMatch(/[\n\u0000-\u001f]/);
      execFileSync('/bin/bash', ['-c', undo ?? 'exit 1'], { cwd: '/' });
    }
    expect(await look(before)).toEqual([]);
    expect(readFileSync(join(root, '.envrc.put-aside'), 'utf8')).toBe('evil');
    expect(readlinkSync(join(root, '.git'))).toBe('real');
  });

  it('looks again at repositories beyond those that mounts protect, and says so before', async () => {
    for (let count = 0; count < 303; count++) write(`ws/r${count}/.git/hooks/sample`);
    write('ws/1/2/3/4/5/6/7/.git/config');
    const { made, readOnly, notes } = plan();
    expect(readOnly).toHaveLength(300);
    expect(notes.join()).toMatch(/: 4 of them are looked at.*300 repositories/);
    const open = made.checked.map(({ folder }) => folder.slice(root.length + 1));
    expect(open).toContain('1/2/3/4/5/6/7');
    expect(await look(made)).toEqual([]);
    for (const name of open.slice(0, 3)) write(`ws/${name}/.git/hooks/post-checkout`);
    write('ws/1/2/3/4/5/6/7/.git/config', 'evil = yes');
    expect((await look(made)).map(({ path }) => path.slice(root.length + 1)).sort()).toEqual(
      open.map((name) => `${name}/.git`).sort(),
    );
  });
});

describe('roots', () => {
  it('refuses a root inside the workspace that leads out of it', () => {
    make('outside');
    make('ws/inner');
    symlinkSync('../outside', join(root, 'link'));
    expect(resolveRoot('inner', root)).toBe(join(root, 'inner'));
    expect(resolveRoot(join(base, 'outside'), root)).toBe(join(base, 'outside'));
    expect(() => resolveRoot('link', root)).toThrow(/now leads to/);
  });

  it('refuses a root that was swapped for a link or removed', () => {
    make('outside');
    expect(() => refuseMovedRoots([root])).not.toThrow();
    rmSync(root, { recursive: true });
    expect(() => refuseMovedRoots([root])).toThrow(/is gone/);
    symlinkSync('outside', root);
    expect(() => refuseMovedRoots([root])).toThrow(/now leads to/);
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appendRule } from '../../../src/engine/config/append-rule.ts';
import { type LoadRulesOptions, loadRules } from '../../../src/engine/config/load-rules.ts';
import { parseRules } from '../../../src/policy/index.ts';
import { toFault } from '../../../src/protocol/index.ts';

/** A home folder with a project in it. */
class RulesFolder {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'rules-')));
  readonly sallyportHome = join(this.home, '.sallyport');
  readonly project = join(this.home, 'app');

  constructor() {
    onTestFinished(() => rmSync(this.home, { recursive: true, force: true }));
    mkdirSync(this.project);
  }

  write(path: string, text: string | Uint8Array): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  load(trust: 'untrusted' | 'trusted' | 'full' = 'untrusted', more: Partial<LoadRulesOptions> = {}) {
    const { sallyportHome, project, home } = this;
    const { rules, warnings } = loadRules({
      sallyportHome,
      home,
      projects: [{ folder: project, trust }],
      ...more,
    });
    return {
      rules,
      decisions: rules.prefix.map(({ pattern, decision }) => `${pattern.join(' ')}: ${decision}`),
      warnings: warnings.map((text) => text.replaceAll(home, 'HOME')),
    };
  }
}

const MIXED =
  'prefix_rule(["make"], sandbox="none")\nprefix_rule(["rm"], "forbidden")\nprefix_rule(["curl"], "prompt")\n' +
  'network_rule("a.example.com", "https", "allow")\nnetwork_rule("b.example.com", "https", "deny")\nhost_executable("git", ["/usr/bin/git"])\n';

describe('the user', () => {
  it('all files in the order of their names, others not', () => {
    const folder = new RulesFolder();
    folder.write('.sallyport/rules/b.rules', 'prefix_rule(["b"])');
    folder.write('.sallyport/rules/a.rules', 'prefix_rule(["a"])');
    folder.write('.sallyport/rules/c.rules.bak', 'prefix_rule(["c"])');
    folder.write('.sallyport/rules/.d.rules', 'prefix_rule(["d"])');
    expect(folder.load()).toMatchObject({ decisions: ['a: allow', 'b: allow'], warnings: [] });
  });

  it('no folder: no rules, and nothing to say', () => {
    expect(new RulesFolder().load()).toMatchObject({ decisions: [], warnings: [] });
  });

  it('a broken file is said; what good files say holds', () => {
    const folder = new RulesFolder();
    folder.write('.sallyport/rules/a.rules', 'prefix_rule(["a"])\n');
    folder.write(
      '.sallyport/rules/b.rules',
      'prefix_rule(["b"])\nprefix_rule(["c"], "prompt")\nprefix_rule([])\n',
    );
    expect(folder.load()).toMatchObject({
      decisions: ['a: allow', 'c: prompt'],
      warnings: [
        'HOME/.sallyport/rules/b.rules:3:13: pattern is empty. Name at least the program: pattern=["git"]',
        'HOME/.sallyport/rules/b.rules has a mistake: what it allows does not count, 1 of its rules that ask or forbid do',
      ],
    });
  });

  it('what is no readable file is said and never waited for', () => {
    const folder = new RulesFolder();
    const inRules = (name: string): string => join(folder.sallyportHome, 'rules', name);
    folder.write('.sallyport/rules/a.rules', 'prefix_rule(["a"])');
    execFileSync('mkfifo', [inRules('fifo.rules')]);
    mkdirSync(inRules('folder.rules'));
    symlinkSync('/nowhere/at/all', inRules('dead.rules'));
    symlinkSync(inRules('loop.rules'), inRules('loop.rules'));
    folder.write('.sallyport/rules/huge.rules', 'x'.repeat(10 * 1024 * 1024));
    folder.write('.sallyport/rules/latin.rules', Buffer.from('# \xe4', 'latin1'));
    const { decisions, warnings } = folder.load();
    expect(decisions).toEqual(['a: allow']);
    expect(
      warnings.map((text) =>
        text
          .replace(/^HOME\/\.sallyport\/rules\//, '')
          .replace(/(\. [A-Z].*)?: none of its rules count$/, ''),
      ),
    ).toEqual([
      'dead.rules: is a symbolic link that leads nowhere',
      'fifo.rules: is not a regular file',
      'folder.rules: is not a regular file',
      'huge.rules: is 10485760 bytes long; at most 1048576 are read',
      'latin.rules:1:3: the file is not UTF-8 text',
      'loop.rules: cannot be read: its symbolic links form a loop',
    ]);
  });

  it.skipIf(getuid?.() === 0)('a folder that cannot be read', () => {
    const folder = new RulesFolder();
    const file = folder.write('.sallyport/rules/a.rules', 'prefix_rule(["a"])');
    chmodSync(dirname(file), 0);
    onTestFinished(() => chmodSync(dirname(file), 0o700));
    expect(folder.load().warnings).toEqual(['the rules in HOME/.sallyport/rules cannot be read: EACCES']);
  });

  it('a folder of a rule and a listed program count by their real paths', () => {
    const folder = new RulesFolder();
    symlinkSync(folder.project, join(folder.home, 'link'));
    const real = folder.write('bin/real-tool', '');
    symlinkSync(real, join(folder.home, 'tool'));
    folder.write(
      '.sallyport/rules/a.rules',
      `prefix_rule(["a"], cwd="~/link")\nhost_executable("tool", ["${folder.home}/tool"])`,
    );
    const { rules } = folder.load();
    expect(rules.prefix[0]?.cwd).toBe(folder.project);
    expect(rules.hostExecutables[0]?.paths).toEqual([join(folder.home, 'tool'), real]);
  });
});

describe('a project', () => {
  it('not trusted: nothing of it counts, which is said once', () => {
    const folder = new RulesFolder();
    folder.write('app/.sallyport/rules/x.rules', MIXED);
    folder.write('app/.sallyport/rules/y.rules', 'oops');
    const { rules, warnings } = folder.load('untrusted');
    expect(rules).toEqual({ prefix: [], network: [], hostExecutables: [] });
    expect(warnings).toEqual([
      'HOME/app/.sallyport/rules is ignored: this folder is not trusted (of its rules 2 allow, 1 asks, 2 forbid); it has mistakes too',
    ]);
  });

  it('trusted: it only narrows', () => {
    const folder = new RulesFolder();
    folder.write('app/.sallyport/rules/x.rules', MIXED);
    const { rules, decisions, warnings } = folder.load('trusted');
    expect(decisions).toEqual(['rm: forbidden', 'curl: prompt']);
    expect(rules.network.map(({ host, decision }) => [host, decision])).toEqual([['b.example.com', 'deny']]);
    expect(rules.hostExecutables).toEqual([]);
    expect(warnings).toEqual([
      'HOME/app/.sallyport/rules/x.rules:1:1: 3 rules that allow, or name programs, are ignored: rules of a trusted folder can only ask and forbid (trust_level = "full" lifts that)',
    ]);
  });

  it('fully trusted: all of it counts', () => {
    const folder = new RulesFolder();
    folder.write('app/.sallyport/rules/x.rules', MIXED);
    const { rules, decisions, warnings } = folder.load('full');
    expect(decisions).toEqual(['make: allow', 'rm: forbidden', 'curl: prompt']);
    expect([rules.prefix[0]?.sandbox, rules.network.length, rules.hostExecutables.length, warnings]).toEqual([
      'none',
      2,
      1,
      [],
    ]);
  });

  it.each(['file', 'rules', '.sallyport'])(
    'a link out of the project in place of its %s is not followed',
    (what) => {
      const folder = new RulesFolder();
      const file = folder.write('elsewhere/rules/x.rules', MIXED);
      const own = join(folder.project, '.sallyport');
      if (what === '.sallyport') symlinkSync(dirname(dirname(file)), own);
      else mkdirSync(what === 'file' ? join(own, 'rules') : own, { recursive: true });
      if (what === 'rules') symlinkSync(dirname(file), join(own, 'rules'));
      if (what === 'file') symlinkSync(file, join(own, 'rules', 'x.rules'));
      expect(folder.load('full')).toMatchObject({
        decisions: [],
        warnings: ['HOME/app/.sallyport/rules/x.rules: leads out of HOME/app: none of its rules count'],
      });
    },
  );

  it('the user’s own folder is no project', () => {
    const folder = new RulesFolder();
    folder.write('.sallyport/rules/x.rules', MIXED);
    const { decisions } = folder.load('untrusted', { projects: [{ folder: folder.home, trust: 'trusted' }] });
    expect(decisions).toEqual(['make: allow', 'rm: forbidden', 'curl: prompt']);
  });
});

describe('managed rules', () => {
  it('only narrow, and alone decide which files a program is', () => {
    const folder = new RulesFolder();
    folder.write(
      '.sallyport/rules/x.rules',
      'prefix_rule(["git"])\nhost_executable("git", ["/home/dev/git"])',
    );
    const managed = {
      file: '/etc/sallyport/requirements.toml',
      rules: parseRules(MIXED, { file: '/etc/m', layer: 'managed' }).rules,
    };
    const { rules, decisions, warnings } = folder.load('untrusted', { managed });
    expect(decisions).toEqual(['git: allow', 'rm: forbidden', 'curl: prompt']);
    expect(rules.hostExecutables.map(({ origin }) => origin.layer)).toEqual(['managed']);
    expect(warnings).toEqual([
      '/etc/sallyport/requirements.toml: 2 rules that allow are ignored: requirements can only ask and forbid',
    ]);
  });
});

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (thrown) {
    return toFault(thrown).message;
  }
  return 'none';
}

describe('a rule that an answer saves', () => {
  it('stands at the end of always.rules, behind what was there, once', async () => {
    const folder = new RulesFolder();
    const { sallyportHome } = folder;
    const add = (line: string) => appendRule({ sallyportHome, line });
    const file = join(sallyportHome, 'rules', 'always.rules');
    expect(await add('prefix_rule(pattern=["a"], decision="allow")')).toEqual({ file, line: 2 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, `${readFileSync(file, 'utf8')}# mine\n\nprefix_rule(["b"],  "forbidden")   # kept`);
    const before = readFileSync(file, 'utf8');
    expect(await add('prefix_rule(pattern=["b"], decision="forbidden")')).toEqual({ file, line: 5 });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await add('prefix_rule(pattern=["c"], decision="forbidden")')).toEqual({ file, line: 6 });
    expect(await add('network_rule("a.example.com", "https", "deny")')).toEqual({ file, line: 7 });
    expect(readFileSync(file, 'utf8')).toBe(
      `${before}\nprefix_rule(pattern=["c"], decision="forbidden")\nnetwork_rule("a.example.com", "https", "deny")\n`,
    );
    expect(folder.load().decisions).toEqual(['a: allow', 'b: forbidden', 'c: forbidden']);
  });

  it.each([
    ['no rule', '# x', 'this is not one rule in one line: # x'],
    [
      'two rules',
      'prefix_rule(["a"]); prefix_rule(["b"])',
      'this is not one rule in one line: prefix_rule(["a"]); prefix_rule(["b"])',
    ],
    ['two lines', 'prefix_rule(["a"]\n)', 'this is not one rule in one line: prefix_rule(["a"]⏎)'],
    ['a mistake', 'prefix_rule([])', 'the rule:1:13: pattern is empty'],
    [
      'programs',
      'host_executable("git", [])',
      'this is not one rule in one line: host_executable("git", [])',
    ],
    [
      'no wall',
      'prefix_rule(["a"], sandbox="none")',
      'a rule that runs commands without a wall is not saved by an answer',
    ],
  ])('%s is not saved', async (_name, line, message) => {
    const { sallyportHome } = new RulesFolder();
    expect(await faultOf(appendRule({ sallyportHome, line }))).toBe(message);
  });

  it('a broken file, or one that is none, is left alone', async () => {
    const folder = new RulesFolder();
    const { sallyportHome } = folder;
    const line = 'prefix_rule(["a"])';
    const file = folder.write('.sallyport/rules/always.rules', 'oops\n');
    expect(await faultOf(appendRule({ sallyportHome, line }))).toBe(
      `${file}:1:5: a call is expected here, so nothing can be added to this file`,
    );
    expect(readFileSync(file, 'utf8')).toBe('oops\n');
    rmSync(file);
    mkdirSync(file);
    expect(await faultOf(appendRule({ sallyportHome, line }))).toBe(`${file}: is not a regular file`);
  });

  it('many writers lose no rule and write none twice', async () => {
    const folder = new RulesFolder();
    const { sallyportHome } = folder;
    const module = join(import.meta.dirname, '../../../src/engine/config/append-rule.ts');
    const script = `import { appendRule } from ${JSON.stringify(module)};
      for (let i = 0; i < 12; i++) for (const name of ['shared', process.argv[1]])
        await appendRule({ sallyportHome: ${JSON.stringify(sallyportHome)}, line: 'prefix_rule(pattern=["' + name + i + '"])' });`;
    const writers = ['w1-', 'w2-', 'w3-'].map((name) =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script, name], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const ends = await Promise.all(writers.map((writer) => once(writer, 'exit')));
    expect(ends.map(([status]) => status)).toEqual([0, 0, 0]);
    const expected = ['shared', 'w1-', 'w2-', 'w3-'].flatMap((name) =>
      Array.from({ length: 12 }, (_, i) => `${name}${i}: allow`),
    );
    expect(folder.load().decisions.sort()).toEqual(expected.sort());
  }, 60_000);
});

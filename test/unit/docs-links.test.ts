import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPLETION_WORDS } from '../../src/cli/completion-words.ts';
import { parseRowQuery } from '../../src/timeline/index.ts';
import { KEY_TABLE } from '../../src/ui/shell/key-table.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'resources/docs');
const PICTURES = join(ROOT, 'resources/screenshots');
const MAX_PICTURE_BYTES = 200_000;
/** Written without a command: they stand for one. */
const PLACEHOLDERS = ['COMMAND'];
/** Those of `sallyport` itself, which no completion needs. */
const OWN_FLAGS = ['--help', '--version', '--no-open', '--port', '--try-electron'];

const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'build/dependencies.md'].map((name) => join(ROOT, name)),
  ...readdirSync(DOCS).map((name) => join(DOCS, name)),
];
const EVERY_PAGE = PAGES.map((path) => [relative(ROOT, path), path] as const);

const read = (path: string): string => readFileSync(path, 'utf8');

/** Text outside of blocks of code, where brackets and names of files mean nothing. */
const proseOf = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** The part behind `#` that a heading gets. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  return [...proseOf(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** What a link or picture leads to that is not there; `undefined` where all is well, or it leads out of the project. */
function findBroken(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : resolve(dirname(page), file);
  if (!existsSync(path)) return target;
  return anchor === undefined || anchorsOf(path).includes(anchor) ? undefined : target;
}

/** Every `sallyport COMMAND …` in code, by its words; what follows `--` is somebody else's. */
function listCommands(text: string): string[][] {
  const code = [...text.matchAll(/^```[\s\S]*?^```/gm), ...proseOf(text).matchAll(/`[^`]+`/g)];
  return code
    .flatMap(([part]) => [...part.matchAll(/(?:^|[`$(\s])(?:npx )?sallyport ([^\n`]*)/g)])
    .map(([, rest = '']) => (rest.split(/ -- | {2,}|'/)[0] ?? '').split(' '))
    .filter(([first = '']) => /^[a-z]|^--|^[A-Z]+$/.test(first));
}

describe('the documents', () => {
  it.each(EVERY_PAGE)('%s has only links that lead somewhere', (_name, page) => {
    const targets = [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(
      targets.map((target) => findBroken(page, target)).filter((target) => target !== undefined),
    ).toEqual([]);
  });

  it.each(EVERY_PAGE)('%s names only files of the project that are there', (_name, page) => {
    const named = [...read(page).matchAll(/`((?:src|test|build|resources|sandbox-helpers)\/[\w./-]+)`/g)];
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('name files of the rooms that are there', () => {
    const text = read(join(DOCS, 'architecture.md')) + read(join(DOCS, 'page-and-engine.md'));
    const named = [...text.matchAll(/`([a-z]+\/[a-z-]+(?:\/[a-z-]+)?\.tsx?)`/g)].map(([, path = '']) => path);
    const isThere = (path: string): boolean =>
      ['src', 'src/engine', 'src/ui', '.'].some((room) => existsSync(join(ROOT, room, path)));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  it.each(EVERY_PAGE)('%s names only commands and flags of the program', (_name, page) => {
    const unknown = listCommands(read(page)).filter(([command = '', ...words]) => {
      if (PLACEHOLDERS.includes(command)) return false;
      const known = command.startsWith('--') ? OWN_FLAGS : COMPLETION_WORDS[command];
      const flags = [command, ...words].map((word) => /^\(?(--[a-z-]+)/.exec(word)?.[1] ?? '--help');
      return known === undefined || flags.some((flag) => ![...known, '--help'].includes(flag));
    });
    expect(unknown).toEqual([]);
  });

  it('finds commands at all', () => {
    const found = PAGES.flatMap((page) => listCommands(read(page))).map(([command = '']) => command);
    expect(Object.keys(COMPLETION_WORDS).filter((command) => !found.includes(command))).toEqual([]);
  });

  it('list every key of the page in its own words', () => {
    const text = read(join(DOCS, 'window.md'));
    const lines = KEY_TABLE.flatMap((group) => group.lines);
    const missing = lines.filter(({ keys, does }) => {
      const names = keys.map((key) => key.replace('Mod+', 'Ctrl ').replace('⇧', 'Shift ')).join(', ');
      return !text.includes(`| ${names} | ${does} |`);
    });
    expect(missing).toEqual([]);
  });

  it('show only queries that can be typed', () => {
    const text = read(join(DOCS, 'window.md'));
    const section = text.slice(text.indexOf('### Queries'), text.indexOf('## The inbox'));
    const typed = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, query = '']) => query);
    const kinds = /^Kinds: (.*)\.$/m.exec(section)?.[1]?.replaceAll(/[` ]/g, '');
    const outcomes = /^Outcomes: (.*)\.$/m.exec(section)?.[1]?.replaceAll(/[` ]/g, '');
    expect(typed.length).toBeGreaterThan(4);
    for (const query of [...typed, `kind:${kinds} outcome:${outcomes}`]) {
      expect(parseRowQuery(query)).toHaveProperty('filter');
    }
  });
});

describe('the pictures', () => {
  it('are small, of one size, and each is shown or linked', () => {
    const text = PAGES.map(read).join('\n');
    const names = readdirSync(PICTURES);
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) {
      const path = join(PICTURES, name);
      const head = readFileSync(path).subarray(0, 24);
      expect([name, head.readUInt32BE(16), head.readUInt32BE(20)]).toEqual([name, 1280, 800]);
      expect(statSync(path).size).toBeLessThanOrEqual(MAX_PICTURE_BYTES);
      expect(text).toContain(`screenshots/${name}`);
    }
  });
});

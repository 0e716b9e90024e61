/** Help, completion and the pages name the same flags. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { COMPLETION_WORDS } from '../../src/cli/completion-words.ts';
import { PROGRAM } from '../support/program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const DOCS = join(import.meta.dirname, '../../resources/docs');
const COMMANDS = readFileSync(join(DOCS, 'command-line.md'), 'utf8');
const CONFIGURATION = readFileSync(join(DOCS, 'configuration.md'), 'utf8');
/** The same as the long one, and not shown beside it. */
const ALIAS = '--yolo';

function sectionOf(page: string, heading: string): string {
  const begin = page.indexOf(`\n## ${heading}\n`);
  if (begin === -1) throw new Error(`there is no part ${heading}`);
  return page.slice(begin, page.indexOf('\n## ', begin + 1));
}

const flagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag)),
];
const isOption = (line: string): boolean => /^ +(?:-\w, )?--[a-z]/.test(line);

async function helpOf(words: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words, '--help']);
  const lines = stdout.split('\n').filter(isOption);
  // of a line only what stands in front of its description
  return flagsIn(lines.map((line) => line.trim().split(/ {2,}/)[0] ?? '').join('\n'));
}

/** Flags of a command with those of its verbs, as its help tells them. */
async function listFlags(name: string): Promise<string[]> {
  const verbs = (COMPLETION_WORDS[name] ?? []).filter((word) => /^[a-z]/.test(word));
  const hasVerbs = !['sandbox', 'completion'].includes(name) && verbs.length > 0;
  const helps = hasVerbs ? verbs.map((verb) => [name, verb]) : [[name]];
  const found: string[][] = [];
  for (const words of helps) found.push(await helpOf(words));
  return [...new Set(found.flat())].filter((flag) => flag !== '--help');
}

const known = new Map<string, readonly string[]>();
const NAMES = Object.keys(COMPLETION_WORDS);
const SHARED = flagsIn(sectionOf(CONFIGURATION, 'Flags'));

beforeAll(async () => {
  await Promise.all(NAMES.map(async (name) => known.set(name, await listFlags(name))));
});

const flagsOf = (name: string): readonly string[] => known.get(name) ?? [];

describe('flags', () => {
  it.each(NAMES)('of %s: the completion has those of the help', (name) => {
    const offered = flagsIn((COMPLETION_WORDS[name] ?? []).join(' '));
    expect(offered.filter((flag) => flag !== ALIAS).sort()).toEqual(
      flagsOf(name)
        .filter((flag) => flag !== ALIAS)
        .sort(),
    );
  });

  it.each(NAMES)('of %s: each is in its part of the page, or one that all share', (name) => {
    const written = [...flagsIn(sectionOf(COMMANDS, name)), ...SHARED];
    expect(flagsOf(name).filter((flag) => !written.includes(flag))).toEqual([]);
  });

  it.each(NAMES)('of %s: its part of the page has none that is not there', (name) => {
    const there = [...flagsOf(name), ALIAS];
    // said of others, or of this command that it does not have them
    const elsewhere: Readonly<Record<string, readonly string[]>> = {
      debug: ['--allow-domain', '--deny-domain', '--publish'],
    };
    const written = flagsIn(sectionOf(COMMANDS, name)).filter((flag) => !elsewhere[name]?.includes(flag));
    expect(written.filter((flag) => !there.includes(flag))).toEqual([]);
  });

  it('that all share are those of exec', () => {
    expect(SHARED.filter((flag) => ![...flagsOf('exec'), ALIAS].includes(flag))).toEqual([]);
    expect(SHARED.length).toBeGreaterThan(15);
  });

  it('without a command: the page, and your agent', async () => {
    const page = await helpOf(['--no-open']);
    const isWritten = (part: string) => (flag: string) =>
      ['--help', ...SHARED, ...flagsIn(sectionOf(COMMANDS, part))].includes(flag);
    expect(page).toEqual(expect.arrayContaining(['--port', '--try-electron']));
    expect(page.filter((flag) => !isWritten('sallyport')(flag))).toEqual([]);
    const agent = await helpOf(['-s', 'read-only']);
    expect(agent).toEqual(expect.arrayContaining(['--title', '--no-input']));
    expect(agent.filter((flag) => !isWritten('Your agent')(flag))).toEqual([]);
  });
});

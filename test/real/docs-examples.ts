import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'resources/docs');

/** A fenced block of a page. */
export interface Example {
  /** Page, part and place in it, such as `tools.md#changes-of-files/1`. */
  readonly key: string;
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const PAGES = [join(ROOT, 'README.md'), ...readdirSync(DOCS).map((name) => join(DOCS, name))];

function readPage(path: string): Example[] {
  const page = path.slice(path.lastIndexOf('/') + 1);
  const found: Example[] = [];
  let part = 'top';
  let open: { readonly language: string; readonly lines: string[] } | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (open !== undefined && fence === null) open.lines.push(line);
    else if (open !== undefined) {
      const place = found.filter(({ key }) => key.startsWith(`${page}#${part}/`)).length + 1;
      found.push({
        key: `${page}#${part}/${place}`,
        page,
        language: open.language,
        text: open.lines.join('\n'),
      });
      open = undefined;
    } else if (fence !== null) open = { language: fence[1] ?? '', lines: [] };
    else if (/^#+ /.test(line)) part = anchorOf(line);
  }
  if (open !== undefined) throw new Error(`${path}: a block is not closed`);
  return found;
}

const anchorOf = (heading: string): string =>
  heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Every fenced block of README and of the documents. */
export const EXAMPLES: readonly Example[] = PAGES.flatMap(readPage);

/** The text of one; a key that no page has is an error. */
export function takeExample(key: string): string {
  const found = EXAMPLES.find((example) => example.key === key);
  if (found === undefined) throw new Error(`no page has ${key}`);
  return found.text;
}

/** The lines of a block of commands, without remarks and empty ones. */
export function listLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Each command of a console, typed behind `$ `, with what is shown below it. */
export function listTyped(text: string): { readonly command: string; readonly shown: string }[] {
  return text
    .split(/^\S*\$ /m)
    .slice(1)
    .map((piece) => {
      const [command = '', ...shown] = piece.trimEnd().split('\n');
      return { command, shown: shown.join('\n') };
    });
}

export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of shell, as it stands in the page. */
export function runLine(
  line: string,
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<Printed> {
  return new Promise((settle) => {
    const child = execFile(
      '/bin/bash',
      ['-c', line],
      { env, cwd, timeout: 90_000 },
      (failure, stdout, stderr) => {
        settle({ status: Number(failure === null ? 0 : (failure.code ?? -1)), stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

/** What is another one each time: ids, times, places, numbers of processes, widths. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\r/g, ''],
  [/\u001b\[[\d;?]*[A-Za-z]/g, ''],
  [
    /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b01[0-9a-f]{6}(?:-[0-9a-f]{4})?\b/g,
    'UUID',
  ],
  [/\b(cmd|edit|net|perm|mcp|skill|step|run|grant)-[0-9a-z]{6,10}\b/g, '$1-ID'],
  [/\d{4}-\d\d-\d\d/g, 'DATE'],
  [/\d\d:\d\d:\d\d(?:\.\d{3})?/g, 'TIME'],
  [/\b\d+ m?s\b/g, 'WAIT'],
  [/sallyport-demo(-outside)?-\w{6}/g, 'sallyport-demo$1-RANDOM'],
  [/\bsp-[a-z0-9]{8}\b/g, 'sp-NAME'],
  [/localhost:\d+/g, 'localhost:PORT'],
  [/token=[\w-]+/g, 'token=TOKEN'],
  [/\b(engine |cli:|pid )\d+/g, '$1PID'],
  [/"(pid|at|seq)":\d+/g, '"$1":0'],
  [/ {2,}/g, '  '],
  [/ +$/gm, ''],
];

/** The same text for the same meaning; `places` are this test's folders, with what the page calls them. */
export function maskText(text: string, places: Readonly<Record<string, string>> = {}): string {
  let masked = text;
  for (const [path, name] of Object.entries(places)) masked = masked.replaceAll(path, name);
  for (const [pattern, word] of MASKS) masked = masked.replaceAll(pattern, word);
  return masked;
}

/** Expects the lines of a page in what was printed, in their order; `...` stands for any number of lines. */
export function expectShown(printed: string, shown: string, places?: Readonly<Record<string, string>>): void {
  const lines = maskText(printed, places).split('\n');
  const pieces = maskText(shown).split(/^\.\.\.\n?/m);
  let from = 0;
  for (const [index, piece] of pieces.entries()) {
    const wanted = piece.replace(/\n$/, '').split('\n');
    if (piece === '') continue;
    const fits = (at: number): boolean => wanted.every((line, below) => lines[at + below] === line);
    const at = lines.findIndex((_, place) => place >= from && fits(place));
    // a whole diff tells more than a number
    if (at === -1) expect(lines.slice(from), `part ${index + 1} of what the page shows`).toEqual(wanted);
    from = at + wanted.length;
  }
}

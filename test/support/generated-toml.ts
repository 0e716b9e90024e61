import { readToml, type TomlEdit, TomlSyntaxError } from '../../src/engine/config/index.ts';
import type { Random } from './seeded-random.ts';

type Tree = { [key: string]: unknown };

interface Comment {
  readonly text: string;
  /** Of the key or section that it stands at or in. */
  readonly path: readonly string[];
}

const NAMES = ['a', 'b', 'c', 'long-name', 'x y', '/p/q', 'd.e', 'ünder', ''];
const SCALARS = [
  '1',
  '-2.5',
  'true',
  '"text # no comment"',
  "'lit, eral'",
  '"""\nmany\n# lines"""',
  '1979-05-27',
];

function pick<T>(random: Random, items: readonly [T, ...T[]] | readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function writeName(name: string, random: Random): string {
  if (/^[\w-]+$/.test(name) && !/[^\x20-\x7e]/.test(name) && random() < 0.8) return name;
  return random() < 0.5 ? `'${name}'` : JSON.stringify(name);
}

/** A document of some sections and keys in every form that TOML has, with comments that are each there once. */
export class GeneratedToml {
  readonly text: string;
  readonly hasReturns: boolean;
  readonly #comments: Comment[] = [];
  #count = 0;

  constructor(random: Random) {
    this.hasReturns = random() < 0.3;
    for (;;) {
      this.#comments.length = 0;
      const text = this.#write(random);
      try {
        readToml(text);
      } catch (thrown) {
        if (thrown instanceof TomlSyntaxError) continue;
        throw thrown;
      }
      this.text = this.hasReturns ? text.replaceAll('\n', '\r\n') : text;
      return;
    }
  }

  get comments(): readonly Comment[] {
    return this.#comments;
  }

  /** A comment at a key that is taken away or replaced may go with it. */
  static mayLose(comment: Comment, edit: TomlEdit): boolean {
    return edit.kind !== 'append' && edit.path.every((part, index) => comment.path[index] === part);
  }

  #comment(random: Random, path: readonly string[], chance: number): string {
    if (random() > chance) return '';
    const text = `# c${this.#count++},] }`;
    this.#comments.push({ text, path });
    return text;
  }

  #write(random: Random): string {
    const parts = [this.#comment(random, [], 0.3), ...this.#keys(random, [])];
    const count = Math.floor(random() * 4);
    for (let index = 0; index < count; index++) {
      const path = this.#names(random);
      const written = path.map((name) => writeName(name, random)).join('.');
      const isList = random() < 0.1;
      const head = isList ? `[[${written}]]` : `[${written}]`;
      parts.push('', this.#comment(random, [], 0.4), `${head} ${this.#comment(random, path, 0.3)}`);
      parts.push(...this.#keys(random, path));
    }
    parts.push(this.#comment(random, [], 0.3));
    return parts.join('\n') + (random() < 0.8 ? '\n' : '');
  }

  #names(random: Random): string[] {
    return Array.from({ length: 1 + Math.floor(random() * 2.5) }, () => pick(random, NAMES));
  }

  #keys(random: Random, section: readonly string[]): string[] {
    return Array.from({ length: Math.floor(random() * 4) }, () => {
      const names = this.#names(random);
      const path = [...section, ...names];
      const value = this.#value(random, path, 0);
      const indent = random() < 0.2 ? '  ' : '';
      const key = names
        .map((name) => writeName(name, random))
        .join(' . '.slice(random() < 0.8 ? 1 : 0, 2).trim());
      return `${indent}${key} = ${value} ${this.#comment(random, path, 0.4)}`;
    });
  }

  #value(random: Random, path: readonly string[], depth: number): string {
    const kind = depth > 2 ? 0 : random();
    if (kind < 0.5) return pick(random, SCALARS);
    const isMany = random() < 0.4;
    const isList = kind < 0.75;
    const [open, close] = isList ? ['[', ']'] : ['{', '}'];
    const items = Array.from({ length: Math.floor(random() * 4) }, () => {
      if (isList) return { text: this.#value(random, path, depth + 1), path };
      const names = this.#names(random);
      const below = [...path, ...names];
      const key = names.map((name) => writeName(name, random)).join('.');
      return { text: `${key} = ${this.#value(random, below, depth + 1)}`, path: below };
    });
    if (!isMany) return `${open} ${items.map(({ text }) => text).join(', ')} ${close}`;
    const hasLastComma = random() < 0.5;
    const lines = items.map((item, index) => {
      const comma = index < items.length - 1 || hasLastComma ? ',' : '';
      return `    ${item.text}${comma} ${this.#comment(random, item.path, 0.4)}`;
    });
    return [open, ...lines, `  ${this.#comment(random, path, 0.2)}`, close].join('\n');
  }

  /** An edit that is possible here. */
  chooseEdit(random: Random): TomlEdit {
    const { values } = readToml(this.text);
    for (;;) {
      const path = random() < 0.6 ? walk(random, values) : this.#names(random);
      const there = path.length === 0 ? null : readAt(values, path);
      if (there === null) continue;
      const kind = random();
      if (kind < 0.4) return { kind: 'unset', path };
      if (kind < 0.8)
        return { kind: 'set', path, value: pick(random, [7, 'new "text"', [1, 'x'], { k: true }]) };
      if (there === undefined || (Array.isArray(there) && !there.some(isTree)))
        return { kind: 'append', path, value: 'more' };
    }
  }

  /** What a document with these values says after the edit, without tables that a removal has left empty. */
  static expect(values: Readonly<Record<string, unknown>>, edit: TomlEdit): unknown {
    const [last = ''] = edit.path.slice(-1);
    const result = copy(values);
    if (!isTree(result)) throw new Error('no table');
    let at: Tree = result;
    for (const part of edit.path.slice(0, -1)) {
      if (!Object.hasOwn(at, part)) at[part] = {};
      const next = at[part];
      if (!isTree(next)) throw new Error('no table');
      at = next;
    }
    const list = at[last];
    if (edit.kind === 'unset') delete at[last];
    else if (edit.kind === 'set') at[last] = copy(edit.value);
    else if (!Array.isArray(list)) at[last] = [edit.value];
    else if (!list.includes(edit.value)) list.push(edit.value);
    return GeneratedToml.prune(result, edit);
  }

  static prune(values: unknown, { kind, path }: TomlEdit): unknown {
    if (kind !== 'unset') return values;
    const result = copy(values);
    for (let depth = path.length - 1; depth > 0; depth--) {
      const parent = readAt(isTree(result) ? result : {}, path.slice(0, depth - 1));
      const name = path[depth - 1] ?? '';
      const table = isTree(parent) ? parent[name] : undefined;
      if (isTree(parent) && isTree(table) && Object.keys(table).length === 0) delete parent[name];
    }
    return result;
  }
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  return isTree(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copy(v)])) : value;
}

/** Undefined where nothing is there, null where something other than a table stands in the way. */
function readAt(values: Tree | Readonly<Tree>, path: readonly string[]): unknown {
  let at: unknown = values;
  for (const part of path) {
    if (at === undefined) return undefined;
    if (!isTree(at)) return null;
    at = Object.hasOwn(at, part) ? at[part] : undefined;
  }
  return at;
}

function walk(random: Random, values: Readonly<Tree>): string[] {
  const path: string[] = [];
  let at: unknown = values;
  while (isTree(at) && Object.keys(at).length > 0 && (path.length === 0 || random() < 0.7)) {
    const name = pick(random, Object.keys(at));
    path.push(name);
    at = at[name];
  }
  return path;
}

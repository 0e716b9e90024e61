/**
 * Edits of a TOML text. Promises: what an edit does not name stays as it is, byte for byte where it can (comments, order,
 * line ends, unknown keys); the edited text says exactly what was meant, or there is no edit: it is read again and compared.
 */
import { parse } from 'smol-toml';
import {
  beginsWith,
  isSamePath,
  mapToml,
  type TomlMap,
  type TomlSection,
  type TomlSlot,
} from './map-toml.ts';
import {
  applyPatches,
  endOfSection,
  indentAt,
  insertItem,
  lineBehind,
  lineEndOf,
  lineStart,
  nextLine,
  removeSection,
  removeSlot,
  type TextPatch,
} from './patch-toml.ts';
import { readToml } from './read-toml.ts';
import { type TomlValue, writeTomlKey, writeTomlValue } from './write-toml-value.ts';

/** One change: a value put in place, taken away, or one more item in a list. */
export type TomlEdit =
  | { readonly kind: 'set' | 'append'; readonly path: readonly string[]; readonly value: TomlValue }
  | { readonly kind: 'unset'; readonly path: readonly string[] };

/** The text cannot be edited so. `path`: the key that stands in the way. */
export class TomlEditError extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], what: string) {
    super(what);
    this.name = 'TomlEditError';
    this.path = path;
  }
}

type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Equal as values of a document. */
export function isSameToml(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.toISOString() === b.toISOString();
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSameToml(item, b[index]));
  if (isTree(a) && isTree(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && isSameToml(a[name], b[name]))
    );
  }
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The value at a path; undefined where there is none. Throws where something other than a table stands in the way. */
function readAt(values: Tree, path: readonly string[]): unknown {
  let at: unknown = values;
  for (const [index, part] of path.entries()) {
    if (at === undefined) return undefined;
    if (!isTree(at)) throw new TomlEditError(path.slice(0, index), 'is not a table');
    at = Object.hasOwn(at, part) ? at[part] : undefined;
  }
  return at;
}

/** What the document is to say afterwards. */
function intend(values: unknown, path: readonly string[], value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const tree = isTree(values) ? values : {};
  const below = intend(Object.hasOwn(tree, part) ? tree[part] : undefined, rest, value);
  const others = Object.entries(tree).filter(([name]) => name !== part);
  return Object.fromEntries(below === undefined ? others : [...others, [part, below]]);
}

/** Without tables that are empty along a path: taking a key away may leave them or not. */
function prune(values: unknown, path: readonly string[]): unknown {
  const [part, ...rest] = path;
  if (part === undefined || !isTree(values) || !Object.hasOwn(values, part)) return values;
  const below = prune(values[part], rest);
  const isEmpty = isTree(below) && Object.keys(below).length === 0;
  return intend(values, [part], isEmpty ? undefined : below);
}

const line = (path: readonly string[], value: TomlValue): string =>
  `${writeTomlKey(path)} = ${writeTomlValue(value)}`;

/** Behind the last key of the same dotted name, in the same section. */
function besideDotted(map: TomlMap, path: readonly string[], value: TomlValue, depth: number): TextPatch[] {
  const prefix = path.slice(0, depth);
  const alike = map.slots.filter(
    (slot) => slot.inline === undefined && slot.section.length < depth && beginsWith(slot.path, prefix),
  );
  const last = alike.at(-1);
  if (last === undefined) return [];
  const indent = indentAt(map.text, last.node.range[0]);
  const text = indent + line(path.slice(last.section.length), value);
  return [lineBehind(map.text, last.node.range[1], text)];
}

function inSection(
  map: TomlMap,
  section: TomlSection,
  path: readonly string[],
  value: TomlValue,
): TextPatch[] {
  const last = section.node.body.at(-1);
  const indent = last === undefined ? '' : indentAt(map.text, last.range[0]);
  return [lineBehind(map.text, endOfSection(section), indent + line(path.slice(section.path.length), value))];
}

/** A section of its own, behind those that are nearest to it by name. */
function newSection(map: TomlMap, path: readonly string[], value: TomlValue): TextPatch[] {
  const { text } = map;
  const eol = lineEndOf(text);
  const parent = path.slice(0, -1);
  const shared = (section: TomlSection): number => {
    const differs = parent.findIndex((part, index) => section.path[index] !== part);
    return differs === -1 ? parent.length : differs;
  };
  const most = Math.max(0, ...map.sections.map(shared));
  const neighbour = most === 0 ? undefined : map.sections.findLast((section) => shared(section) === most);
  const at = neighbour === undefined ? text.length : nextLine(text, endOfSection(neighbour));
  const body = `[${writeTomlKey(parent)}]${eol}${line(path.slice(-1), value)}${eol}`;
  const isOpen = at > 0 && text[at - 1] !== '\n';
  const gap = at === 0 ? '' : eol;
  return [{ start: at, end: at, text: (isOpen ? eol : '') + gap + body }];
}

/** Above the first section, behind the keys that stand there. */
function atTop(map: TomlMap, path: readonly string[], value: TomlValue): TextPatch[] {
  const { text } = map;
  const eol = lineEndOf(text);
  const last = map.slots.findLast((slot) => slot.inline === undefined && slot.section.length === 0);
  if (last !== undefined) return [lineBehind(text, last.node.range[1], line(path, value))];
  const first = map.sections[0];
  if (first === undefined) return [lineBehind(text, text.length, line(path, value))];
  const head = lineStart(text, first.node.range[0]);
  let at = head;
  while (
    at > 0 &&
    text
      .slice(lineStart(text, at - 1), at)
      .trim()
      .startsWith('#')
  )
    at = lineStart(text, at - 1);
  // A comment that begins the file is about the file, and the hint for editors must stay its first line.
  if (at === 0) at = head;
  return [{ start: at, end: at, text: line(path, value) + eol + eol }];
}

/** The ways to put a new key in, the one that looks most like its surroundings first. */
function listWays(map: TomlMap, path: readonly string[], value: TomlValue): TextPatch[][] {
  const ways: TextPatch[][] = [];
  const later: TextPatch[][] = [];
  for (let depth = path.length - 1; depth > 0; depth--) {
    const prefix = path.slice(0, depth);
    const slot = map.slots.find((each) => isSamePath(each.path, prefix));
    if (slot?.node.value.type === 'TOMLInlineTable')
      return [insertItem(map.text, slot.node.value, line(path.slice(depth), value))];
    const section = map.sections.find((each) => isSamePath(each.path, prefix));
    if (section !== undefined)
      (depth === path.length - 1 ? ways : later).push(inSection(map, section, path, value));
    ways.push(besideDotted(map, path, value, depth));
  }
  const isShort = path.length === 1;
  return [...ways, ...(isShort ? [] : [newSection(map, path, value)]), ...later, atTop(map, path, value)];
}

function setValue(text: string, path: readonly string[], value: TomlValue): string {
  const map = mapToml(text);
  const slot = map.slots.find((each) => isSamePath(each.path, path));
  if (slot !== undefined) {
    const [start, end] = slot.node.value.range;
    return applyPatches(text, [{ start, end, text: writeTomlValue(value) }]);
  }
  const cleared = readAt(parse(text), path) === undefined ? text : unsetValue(text, path);
  const intended = intend(parse(cleared), path, value);
  for (const patches of listWays(mapToml(cleared), path, value)) {
    if (patches.length === 0) continue;
    const edited = applyPatches(cleared, patches);
    if (says(edited, intended)) return edited;
  }
  throw new TomlEditError(path, 'cannot be put in without changing the rest of the file');
}

function says(text: string, intended: unknown): boolean {
  try {
    return isSameToml(readToml(text).values, intended);
  } catch {
    return false;
  }
}

function unsetValue(text: string, path: readonly string[]): string {
  let edited = text;
  for (;;) {
    const map = mapToml(edited);
    const isBelow = (each: TomlSlot | TomlSection): boolean => beginsWith(each.path, path);
    const section = map.sections.findLast(isBelow);
    const slot = map.slots.find(isBelow);
    if (section !== undefined) edited = applyPatches(edited, [removeSection(map, section)]);
    else if (slot !== undefined) edited = applyPatches(edited, [removeSlot(map, slot)]);
    else return edited;
  }
}

function appendValue(text: string, path: readonly string[], value: TomlValue): string {
  const there = readAt(parse(text), path);
  if (there === undefined) return setValue(text, path, [value]);
  if (!Array.isArray(there)) throw new TomlEditError(path, 'is not a list');
  if (there.some((item) => isSameToml(item, value))) return text;
  const slot = mapToml(text).slots.find((each) => isSamePath(each.path, path));
  if (slot?.node.value.type !== 'TOMLArray') throw new TomlEditError(path, 'is a list of sections');
  return applyPatches(text, insertItem(text, slot.node.value, writeTomlValue(value)));
}

/** What the document says after an edit, as values. */
function intendEdit(values: Tree, edit: TomlEdit): unknown {
  const there = readAt(values, edit.path);
  if (edit.kind === 'unset') return prune(intend(values, edit.path, undefined), edit.path);
  if (edit.kind === 'set') return intend(values, edit.path, edit.value);
  const items: unknown[] = Array.isArray(there) ? there : [];
  const isThere = items.some((item) => isSameToml(item, edit.value));
  return intend(values, edit.path, isThere ? items : [...items, edit.value]);
}

function editOnce(text: string, edit: TomlEdit): string {
  const values = readToml(text).values;
  const intended = intendEdit({ ...values }, edit);
  let edited: string;
  if (edit.kind === 'unset')
    edited = readAt({ ...values }, edit.path) === undefined ? text : unsetValue(text, edit.path);
  else if (edit.kind === 'append') edited = appendValue(text, edit.path, edit.value);
  else if (isSameToml(readAt({ ...values }, edit.path), edit.value)) return text;
  else edited = setValue(text, edit.path, edit.value);
  const result = readToml(edited).values;
  if (!isSameToml(edit.kind === 'unset' ? prune(result, edit.path) : result, intended))
    throw new TomlEditError(edit.path, 'cannot be changed without changing the rest of the file');
  return edited;
}

/**
 * The text with the changes made, one after another. Throws `TomlSyntaxError` where the text is not TOML, and
 * `TomlEditError` where a change is not possible.
 */
export function editToml(text: string, edits: readonly TomlEdit[]): string {
  return edits.reduce(editOnce, text);
}

/** Places in a TOML text where something is put in or taken out, so that comments, order and form stay as they are. */
import type { AST } from 'toml-eslint-parser';
import type { TomlMap, TomlSection, TomlSlot } from './map-toml.ts';

/** Replaces a part of a text. */
export interface TextPatch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Container = AST.TOMLArray | AST.TOMLInlineTable;

export function applyPatches(text: string, patches: readonly TextPatch[]): string {
  return [...patches]
    .sort((a, b) => b.start - a.start)
    .reduce((done, patch) => done.slice(0, patch.start) + patch.text + done.slice(patch.end), text);
}

/** The line end that the text uses; of both, the first. */
export function lineEndOf(text: string): string {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}

/** The first offset of the line of `offset`. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Behind the line end of the line of `offset`, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** A whole line behind the line of `offset`. */
export function lineBehind(text: string, offset: number, line: string): TextPatch {
  const at = nextLine(text, offset);
  const eol = lineEndOf(text);
  const isOpen = at > 0 && text[at - 1] !== '\n';
  return { start: at, end: at, text: isOpen ? eol + line : line + eol };
}

/** The white space that a line begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

function itemsOf(container: Container): readonly { readonly range: AST.Range }[] {
  return container.type === 'TOMLArray' ? container.elements : container.body;
}

/** Where the comma stands in a part of the text between items; comments may hold commas too. */
function findComma(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (text[at] === ',') return at;
    if (text[at] === '#') at = nextLine(text, at) - 1;
  }
  return -1;
}

/** Puts one more item at the end of a list or an inline table. */
export function insertItem(text: string, container: Container, item: string): TextPatch[] {
  const [start, end] = container.range;
  const close = end - 1;
  const items = itemsOf(container);
  const last = items.at(-1);
  const eol = lineEndOf(text);
  if (last === undefined) {
    const inside = text.slice(start + 1, close);
    if (/[\n#]/.test(inside)) return [{ start: start + 1, end: start + 1, text: `${eol}  ${item},` }];
    return [{ start: start + 1, end: close, text: container.type === 'TOMLArray' ? item : ` ${item} ` }];
  }
  const behind = last.range[1];
  const comma = findComma(text, behind, close);
  const lineEnd = text.indexOf('\n', behind);
  const isOnOwnLine = text.slice(lineStart(text, last.range[0]), last.range[0]).trim() === '';
  if (lineEnd === -1 || lineEnd >= close || !isOnOwnLine)
    return [{ start: behind, end: behind, text: `, ${item}` }];
  const from = comma > lineEnd ? nextLine(text, comma) - 1 : lineEnd;
  const at = text[from - 1] === '\r' ? from - 1 : from;
  const indent = indentAt(text, last.range[0]);
  const line = { start: at, end: at, text: `${eol}${indent}${item}${comma === -1 ? '' : ','}` };
  return comma === -1 ? [{ start: behind, end: behind, text: ',' }, line] : [line];
}

/** Takes an item out of a list or an inline table, with its comma; comments around it stay. */
function removeItem(text: string, container: Container, index: number): TextPatch {
  const items = itemsOf(container);
  const [start, end] = items[index]?.range ?? [0, 0];
  const hasComment = (from: number, to: number): boolean => text.slice(from, to).includes('#');
  const next = items[index + 1];
  if (next !== undefined && !hasComment(end, next.range[0])) return { start, end: next.range[0], text: '' };
  const before = items[index - 1];
  const close = container.range[1] - 1;
  if (next === undefined && before !== undefined && !hasComment(before.range[1], start))
    return { start: before.range[1], end, text: '' };
  const comma = findComma(text, end, next?.range[0] ?? close);
  return { start, end: comma === -1 ? end : comma + 1, text: '' };
}

/** Takes `key = value` out: with its whole line, or out of its inline table. */
export function removeSlot({ text }: TomlMap, { node, inline }: TomlSlot): TextPatch {
  if (inline !== undefined) return removeItem(text, inline, inline.body.indexOf(node));
  return { start: lineStart(text, node.range[0]), end: nextLine(text, node.range[1]), text: '' };
}

/** The last offset of what stands in a section, itself among it. */
export function endOfSection({ node }: TomlSection): number {
  return node.body.at(-1)?.range[1] ?? node.key.range[1];
}

/** Takes a section out with all that stands in it; comments below its last key stay. */
export function removeSection({ text }: TomlMap, section: TomlSection): TextPatch {
  const start = lineStart(text, section.node.range[0]);
  return { start, end: nextLine(text, endOfSection(section)), text: '' };
}

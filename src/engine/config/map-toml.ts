/** Where each key of a document stands in its text, for edits that leave everything else as it is. */
import { type AST, parseTOML } from 'toml-eslint-parser';
import type { TomlPath } from './read-toml.ts';

/** `key = value`, in a section or in an inline table. */
export interface TomlSlot {
  /** From the top; with indexes where it stands in a list of tables. */
  readonly path: TomlPath;
  readonly node: AST.TOMLKeyValue;
  /** The inline table that it stands in. */
  readonly inline: AST.TOMLInlineTable | undefined;
  /** Of the section that it stands in; empty above the first one. */
  readonly section: TomlPath;
}

/** `[name]` with what stands below it. */
export interface TomlSection {
  readonly path: TomlPath;
  readonly node: AST.TOMLTable;
}

export interface TomlMap {
  readonly text: string;
  readonly slots: readonly TomlSlot[];
  readonly sections: readonly TomlSection[];
}

export function keyNames(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

/** True when `path` begins with all of `start`. */
export function beginsWith(path: TomlPath, start: TomlPath): boolean {
  return start.length <= path.length && start.every((part, index) => part === path[index]);
}

export function isSamePath(a: TomlPath, b: TomlPath): boolean {
  return a.length === b.length && beginsWith(a, b);
}

/** Reads the places. The text is known to be TOML. */
export function mapToml(text: string): TomlMap {
  const slots: TomlSlot[] = [];
  const sections: TomlSection[] = [];
  const add = (base: TomlPath, node: AST.TOMLKeyValue, at: Pick<TomlSlot, 'inline' | 'section'>): void => {
    const path = [...base, ...keyNames(node.key)];
    slots.push({ path, node, ...at });
    if (node.value.type !== 'TOMLInlineTable') return;
    for (const item of node.value.body) add(path, item, { ...at, inline: node.value });
  };
  for (const item of parseTOML(text).body[0].body) {
    if (item.type === 'TOMLKeyValue') {
      add([], item, { inline: undefined, section: [] });
      continue;
    }
    const section = item.resolvedKey;
    sections.push({ path: section, node: item });
    for (const pair of item.body) add(section, pair, { inline: undefined, section });
  }
  return { text, slots, sections };
}

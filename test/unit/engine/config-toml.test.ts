import { parse } from 'smol-toml';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LAYER } from '../../../src/engine/config/config-defaults.ts';
import { CONFIG_KEYS } from '../../../src/engine/config/config-keys.ts';
import { NARROWED_KEYS } from '../../../src/engine/config/narrow-entry.ts';
import { readToml, type TomlPath } from '../../../src/engine/config/read-toml.ts';
import { ConfigFile } from '../../../src/protocol/index.ts';
import documents from '../../cases/config/documents.json' with { type: 'json' };

/** What one of the parsers says of a document: its values as plain JSON, or that it rejects it. */
function readWith(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch {
    return 'rejected';
  }
  return JSON.parse(JSON.stringify(value));
}

/** Every path of a tree with its leaf. */
function listLeaves(value: unknown, path: TomlPath = []): [TomlPath, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, item]) =>
    listLeaves(item, [...path, isList ? Number(name) : name]),
  );
}

describe('the parser of values and the parser of places', () => {
  it.each(documents)('read the same in %j', (text) => {
    const values = readWith(() => parse(text));
    expect(values).toEqual(readWith(() => getStaticTOMLValue(parseTOML(text))));
    if (values === 'rejected') expect(() => readToml(text)).toThrow();
    else expect(readWith(() => readToml(text).values)).toEqual(values);
  });

  it('give every value its own place, where its text really stands', () => {
    const text = 'a.b = 11\n[x.y]\nz = { q = 12,\n  r = [13, "14"] }\n[[k]]\nv = 15\n[[k]]\n  v = 16\n';
    const document = readToml(text);
    const lines = text.split('\n');
    const leaves = listLeaves(document.values);
    expect(leaves.length).toBe(6);
    for (const [path, value] of leaves) {
      const place = document.valuePosition(path);
      const rest = lines[(place?.line ?? 0) - 1]?.slice((place?.column ?? 0) - 1);
      expect(rest, JSON.stringify(path)).toMatch(new RegExp(`^"?${String(value)}`));
    }
    expect(document.keyPosition(['x'])).toEqual({ line: 2, column: 2 });
    expect(document.keyPosition(['x', 'y'])).toEqual({ line: 2, column: 4 });
    expect(document.keyPosition(['x', 'y', 'z', 'r'])).toEqual({ line: 4, column: 3 });
    expect(document.keyPosition(['nothing'])).toBeUndefined();
  });
});

describe('the table of keys', () => {
  /** The dotted names of a schema's keys; unions and free tables count as one value. */
  function listNames(schema: unknown, base: string): string[] {
    let inner = schema;
    while (
      typeof inner === 'object' &&
      inner !== null &&
      'unwrap' in inner &&
      typeof inner.unwrap === 'function'
    ) {
      inner = inner.unwrap();
    }
    if (typeof inner !== 'object' || inner === null || !('shape' in inner)) return [base];
    return Object.entries(inner.shape ?? {}).flatMap(([name, item]) =>
      listNames(item, base === '' ? name : `${base}.${name}`),
    );
  }

  it('has the keys of the protocol', () => {
    // Of a section with names chosen by the person the protocol knows parts.
    const keyOf = (name: string): string =>
      CONFIG_KEYS.find((key) => key.isSection && name.startsWith(`${key.name}.`))?.name ?? name;
    const names = new Set(listNames(ConfigFile, '').map(keyOf));
    expect(CONFIG_KEYS.map((key) => key.name).sort()).toEqual([...names].sort());
  });

  it('has a default and a right example for every key', () => {
    const defaults = new Map(DEFAULT_LAYER.entries.map((entry) => [entry.key, entry.value]));
    for (const key of CONFIG_KEYS) {
      const value = defaults.get(key.name);
      // null: nothing is set
      if (value !== null) expect(key.check(value), key.name).toBeUndefined();
      expect(key.check(parse(`x = ${key.example}`)['x']), key.name).toBeUndefined();
    }
    expect(defaults.size).toBe(CONFIG_KEYS.length);
  });

  it('has a rule for every key of what a project may change', () => {
    expect([...NARROWED_KEYS].sort()).toEqual(CONFIG_KEYS.map((key) => key.name).sort());
  });
});

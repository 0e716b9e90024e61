/**
 * Reads the file of one agent. Promises: a key that is not known, a value of another shape, or a path that could open
 * something else than a folder of the agent's is a fault that names file and line; nothing is passed over.
 */
import { Fault } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import type { AgentPreset, FolderCopy, ProviderFile, StateFolder } from './agent-preset.ts';

interface Position {
  readonly line: number;
  readonly column: number;
}

/** A document with places, as the configuration reads its own. */
export interface PresetDocument {
  readonly values: Readonly<Record<string, unknown>>;
  valuePosition(path: readonly (string | number)[]): Position | undefined;
}

/** Throws an error with a `position` where the text is not TOML. */
export type ParsePreset = (text: string) => PresetDocument;

type Place = readonly (string | number)[];

const HOME_PATH = /^~\/(?!\.{1,2}(?:\/|$))[^\0]{1,400}$/;
const SKILL_PATH = /^(?:~|\$\{workspace\})\/(?!\.{1,2}(?:\/|$))(?!.*\/\.{1,2}(?:\/|$))[^\0]{1,400}$/;
const BELOW = /^(?!\.{1,2}(?:\/|$))[^/\0]{1,200}$/;
const DEEP_BELOW = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\0]{1,200}$/;
const VARIABLE = /^[A-Z][A-Z0-9_]{1,100}$/;
const PROGRAM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/;
const KEY = /^[\w*-]+(?:\.[\w*-]+){0,9}$/;
const ANY_TEXT = /^[^\0]{0,4000}$/;

/** Reads one file; `id` is its name without the ending. Throws a `host` fault: the file belongs to the product. */
export function readPreset(id: string, file: string, text: string, parse: ParsePreset): AgentPreset {
  const document = parseText(file, text, parse);
  const reader = new Reader(file, document);
  const top = reader.table(
    document.values,
    [],
    [
      ...[
        'name',
        'programs',
        'arguments',
        'prompt',
        'pass',
        'credentials',
        'skills',
        'set',
        'state',
        'provider',
      ],
    ],
  );
  const provider = reader.table(top['provider'] ?? {}, ['provider'], ['hosts', 'variables', 'files']);
  const preset: AgentPreset = {
    id,
    name: reader.text(top['name'], ['name'], /^[^\0\n]{1,60}$/),
    programs: reader.texts(top['programs'], ['programs'], PROGRAM),
    arguments: reader.texts(top['arguments'], ['arguments'], ANY_TEXT),
    promptWords: reader.texts(top['prompt'], ['prompt'], ANY_TEXT),
    pass: reader.texts(top['pass'], ['pass'], VARIABLE),
    credentials: reader.texts(top['credentials'], ['credentials'], HOME_PATH),
    skills: reader.texts(top['skills'], ['skills'], SKILL_PATH),
    set: readSet(reader, top['set']),
    state: reader.items(top['state'], ['state']).map((item, index) => readState(reader, item, index)),
    provider: {
      hosts: reader.texts(provider['hosts'], ['provider', 'hosts'], HOST),
      variables: reader.texts(provider['variables'], ['provider', 'variables'], VARIABLE),
      files: reader
        .items(provider['files'], ['provider', 'files'])
        .map((item, index) => readFile(reader, item, index)),
    },
  };
  if (preset.programs.length === 0) reader.fail(['programs'], 'programs must name at least one program');
  return preset;
}

function parseText(file: string, text: string, parse: ParsePreset): PresetDocument {
  try {
    return parse(text);
  } catch (thrown) {
    const position: unknown = thrown instanceof Error && Reflect.get(thrown, 'position');
    if (!(thrown instanceof Error) || typeof position !== 'object') throw thrown;
    throw presetFault(`${file}:${String(Reflect.get(position ?? {}, 'line'))}`, thrown.message);
  }
}

function readSet(reader: Reader, value: unknown): Record<string, string> {
  const table = reader.table(value ?? {}, ['set']);
  for (const name of Object.keys(table)) {
    if (!VARIABLE.test(name)) reader.fail(['set', name], `${name} is not the name of a variable`);
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, item]) => [name, reader.text(item, ['set', name], ANY_TEXT)]),
  );
}

function readState(reader: Reader, item: unknown, index: number): StateFolder {
  const place = ['state', index];
  const keys = ['path', 'variable', 'set_variable', 'copies', 'protected', 'credentials'];
  const table = reader.table(item, place, keys);
  const { variable } = table;
  const setsVariable = reader.flag(table['set_variable'], [...place, 'set_variable']);
  if (setsVariable && variable === undefined) reader.fail(place, 'set_variable needs a variable');
  return {
    path: reader.text(table['path'], [...place, 'path'], HOME_PATH),
    variable: variable === undefined ? undefined : reader.text(variable, [...place, 'variable'], VARIABLE),
    setsVariable,
    copies: reader
      .items(table['copies'], [...place, 'copies'])
      .map((copy, at) => readCopy(reader, copy, [...place, 'copies', at])),
    protected: reader.texts(table['protected'], [...place, 'protected'], DEEP_BELOW),
    credentials: reader.texts(table['credentials'], [...place, 'credentials'], BELOW),
  };
}

function readCopy(reader: Reader, item: unknown, place: Place): FolderCopy {
  const table = reader.table(item, place, ['from', 'to']);
  return {
    from: reader.text(table['from'], [...place, 'from'], HOME_PATH),
    to: reader.text(table['to'], [...place, 'to'], BELOW),
  };
}

function readFile(reader: Reader, item: unknown, index: number): ProviderFile {
  const place = ['provider', 'files', index];
  const table = reader.table(item, place, ['path', 'keys']);
  return {
    path: reader.text(table['path'], [...place, 'path'], /^~\/.{1,400}\.(?:toml|json)$/),
    keys: reader.texts(table['keys'], [...place, 'keys'], KEY),
  };
}

class Reader {
  readonly #file: string;
  readonly #document: PresetDocument;

  constructor(file: string, document: PresetDocument) {
    this.#file = file;
    this.#document = document;
  }

  fail(place: Place, what: string): never {
    // the nearest thing that stands in the file
    let known: Position | undefined;
    for (let length = place.length; length > 0 && known === undefined; length -= 1) {
      known = this.#document.valuePosition(place.slice(0, length));
    }
    throw presetFault(`${this.#file}:${known?.line ?? 1}`, what);
  }

  /** A table; with `keys`, one that has no others. */
  table(value: unknown, place: Place, keys?: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
      return this.fail(place, `${place.join('.')} must be a table`);
    }
    const table = value as Readonly<Record<string, unknown>>;
    const unknown = keys && Object.keys(table).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      this.fail(
        [...place, unknown],
        `${showLine(unknown, 60)} is not known here; known: ${keys?.join(', ')}`,
      );
    }
    return table;
  }

  text(value: unknown, place: Place, shape: RegExp): string {
    if (typeof value === 'string' && shape.test(value)) return value;
    return this.fail(place, `${place.join('.')} is missing or not of the right shape`);
  }

  /** Absent means no. */
  flag(value: unknown, place: Place): boolean {
    if (value === undefined || typeof value === 'boolean') return value === true;
    return this.fail(place, `${place.join('.')} must be true or false`);
  }

  items(value: unknown, place: Place): readonly unknown[] {
    if (value === undefined) return [];
    return Array.isArray(value) ? value : this.fail(place, `${place.join('.')} must be a list`);
  }

  texts(value: unknown, place: Place, shape: RegExp): readonly string[] {
    return this.items(value, place).map((item, index) => this.text(item, [...place, index], shape));
  }
}

function presetFault(place: string, what: string): Fault {
  return new Fault({
    kind: 'host',
    code: 'preset-invalid',
    message: `${showLine(place, 300)}: ${what}`,
    hint: 'Repair the file, see agents.md, or run without it: `--agent none`',
  });
}

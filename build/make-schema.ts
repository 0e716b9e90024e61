/**
 * Writes the protocol as JSON Schema to build/schema, for programs that are not written in TypeScript. Run it after a
 * change of src/protocol: `node_modules/.bin/node build/make-schema.ts`. With `--check` it only compares, and ends with
 * status 1 when a file is not what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJSONSchema, type ZodType } from 'zod';
import {
  ConfigSnapshot,
  Event,
  methods,
  notifications,
  OutputNotice,
  PROTOCOL_VERSION,
} from '../src/protocol/index.ts';
import { describeConfigFile } from './make-config-schema.ts';

const FOLDER = join(import.meta.dirname, 'schema');
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** As a sender writes it: what has a default may be left out, and a reader passes over what it does not know. */
function describe(schema: ZodType): unknown {
  const { $schema, ...content } = toJSONSchema(schema, { io: 'input', reused: 'inline' });
  return content;
}

function describeMethods(): unknown {
  const entries = Object.entries(methods).map(([name, method]) => [
    name,
    { params: describe(method.params), result: describe(method.result) },
  ]);
  return Object.fromEntries(entries);
}

function describeAll(schemas: Readonly<Record<string, ZodType>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, describe(schema)]));
}

/** The files of build/schema by name, with their text. */
export function makeSchemaFiles(): Readonly<Record<string, string>> {
  const config = describeConfigFile();
  const head = { $schema: DIALECT, protocolVersion: PROTOCOL_VERSION };
  const files = {
    'events.json': { ...head, title: 'A line of the history', $defs: describeAll({ Event, OutputNotice }) },
    'methods.json': {
      ...head,
      title: 'Requests and notifications of the control socket',
      methods: describeMethods(),
      notifications: describeAll(notifications),
    },
    'config.json': {
      ...head,
      title: 'config.toml of Sallyport',
      description: 'For editors: put `#:schema` and the path of this file into the first line of config.toml',
      ...config.root,
      $defs: { ...config.definitions, ...describeAll({ ConfigSnapshot }) },
    },
  };
  const texts = Object.entries(files).map(([name, content]) => [
    name,
    `${JSON.stringify(content, null, 2)}\n`,
  ]);
  return Object.fromEntries(texts);
}

/** The files whose text is not what would be written. */
export function findStaleSchemaFiles(): string[] {
  return Object.entries(makeSchemaFiles())
    .filter(([name, text]) => readExisting(join(FOLDER, name)) !== text)
    .map(([name]) => name);
}

function readExisting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function main(): void {
  const stale = findStaleSchemaFiles();
  if (process.argv.includes('--check')) {
    for (const name of stale)
      console.error(`build/schema/${name} is stale: run node_modules/.bin/node build/make-schema.ts`);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  const texts = makeSchemaFiles();
  for (const name of stale) writeFileSync(join(FOLDER, name), texts[name] ?? '');
  console.log(stale.length === 0 ? 'build/schema is up to date' : `wrote ${stale.join(', ')}`);
}

if (import.meta.main) main();

/** The schema of config.toml for editors: the shape from the protocol, what each key does from the table of keys. */
import { parse } from 'smol-toml';
import { toJSONSchema } from 'zod';
import { DEFAULT_LAYER } from '../src/engine/config/config-defaults.ts';
import { CONFIG_KEYS } from '../src/engine/config/config-keys.ts';
import { ConfigFile } from '../src/protocol/index.ts';

interface Schema {
  [key: string]: unknown;
  properties?: Record<string, Schema>;
}

/** Chosen in the user's file only: a profile cannot hold them. */
const NOT_IN_PROFILES = ['profile', 'profiles', 'projects'];

function readProperty(schema: Schema, name: string): Schema | undefined {
  return name.split('.').reduce<Schema | undefined>((at, part) => at?.properties?.[part], schema);
}

/** Says of every key what it does, what a right value is and what holds without it. */
function describeKeys(schema: Schema): void {
  const defaults = new Map(DEFAULT_LAYER.entries.map((entry) => [entry.key, entry.value]));
  for (const { name, about, example } of CONFIG_KEYS) {
    const property = readProperty(schema, name);
    if (property === undefined) throw new Error(`the protocol lacks the key ${name}`);
    property['description'] = `${about}. For example: ${name} = ${example}`;
    property['examples'] = [parse(`x = ${example}`)['x']];
    const value = defaults.get(name);
    if (value !== undefined && value !== null) property['default'] = value;
  }
}

function readShape(): Schema {
  const { $schema: _dialect, ...shape } = toJSONSchema(ConfigFile, { io: 'input', reused: 'inline' });
  const schema: Schema = JSON.parse(JSON.stringify(shape));
  describeKeys(schema);
  return schema;
}

/** Root and definitions of the schema. */
export function describeConfigFile(): {
  readonly root: Schema;
  readonly definitions: Record<string, Schema>;
} {
  const root = readShape();
  const profile = readShape();
  const { properties = {} } = root;
  for (const name of NOT_IN_PROFILES) delete profile.properties?.[name];
  profile['description'] =
    'A profile: what holds with `-p NAME`, or `profile = "NAME"`, in place of the keys above';
  const names = (pattern: string, inner: unknown): Schema => ({
    type: 'object',
    patternProperties: { [pattern]: inner },
    additionalProperties: false,
  });
  const replace = (name: string, schema: Schema): void => {
    const { description, examples } = properties[name] ?? {};
    properties[name] = { description, examples, ...schema };
  };
  const { additionalProperties: project } = properties['projects'] ?? {};
  replace('profiles', names('^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', { $ref: '#/$defs/Profile' }));
  replace('projects', names('^(?:/|~$|~/)', project ?? {}));
  return { root, definitions: { Profile: profile } };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../../src/engine/config/config-keys.ts';

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
}

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../build/schema/config.json'), 'utf8'),
);
const find = (root: Schema | undefined, name: string): Schema | undefined =>
  name.split('.').reduce<Schema | undefined>((at, part) => at?.properties?.[part], root);

describe('build/schema/config.json', () => {
  it.each(CONFIG_KEYS.map(({ name }) => name))('says what %s does', (name) => {
    const about = CONFIG_KEYS.find((key) => key.name === name)?.about;
    expect(find(schema, name)?.['description']).toContain(about);
    expect(find(schema, name)?.['examples']).toHaveLength(1);
  });

  it('knows no key besides, and the choices of those that have some', () => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(find(schema, 'sandbox_mode')?.enum).toEqual([
      'read-only',
      'workspace-write',
      'danger-full-access',
    ]);
    expect(find(schema, 'sandbox_mode')?.['default']).toBe('workspace-write');
    expect(find(schema, 'sandbox_workspace_write')?.['additionalProperties']).toBe(false);
  });

  it('has the same keys in a profile, but for those that choose one', () => {
    const profile = schema.$defs?.['Profile'];
    expect(find(profile, 'approval_policy')).toEqual(find(schema, 'approval_policy'));
    expect(profile?.properties).not.toHaveProperty('profiles');
    const [[pattern, inner] = ['', undefined]] = Object.entries(
      find(schema, 'profiles')?.patternProperties ?? {},
    );
    expect(inner).toEqual({ $ref: '#/$defs/Profile' });
    expect(['fast', 'a-b_2', '', '-a', 'a b'].map((name) => new RegExp(pattern).test(name))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

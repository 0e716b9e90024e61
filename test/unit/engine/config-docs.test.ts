import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../../src/engine/config/config-keys.ts';
import { ALL_PRESETS } from '../../../src/policy/index.ts';
import { ConfigFolder } from './config-folder.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../../resources/docs/configuration.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```toml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);

describe('the page about the configuration', () => {
  it.each(BLOCKS)('has an example that loads: %s', (toml) => {
    const isManaged = toml.startsWith('# /etc/sallyport/requirements.toml');
    const folder = new ConfigFolder(isManaged ? '' : toml);
    if (isManaged) folder.write('etc/requirements.toml', toml);
    folder.write('company-ca.pem', rootCertificates[0] ?? '');
    const config = folder.load();
    const layer = isManaged ? 'managed' : 'user';
    const origins = Object.values(config.origins);
    expect(origins.some((origin) => origin.layer === layer) || config.locks.length > 0).toBe(true);
  });

  it('has a part for every key', () => {
    const missing = CONFIG_KEYS.filter(({ name }) => {
      const [last = ''] = name.split('.').slice(-1);
      return ![`\`${name}\``, `[${name}]`, `[${name}.`, `| \`${last}\` |`].some((text) =>
        PAGE.includes(text),
      );
    });
    expect(missing.map(({ name }) => name).filter((name) => name !== 'projects')).toEqual([]);
    expect(PAGE).toContain('[projects."PATH"]');
    expect(BLOCKS.length).toBeGreaterThan(25);
  });

  it('has the presets as they are', () => {
    for (const { name, sandboxMode, approvalPolicy } of ALL_PRESETS)
      expect(PAGE).toContain(`| \`${name}\` | \`${sandboxMode}\` | \`${approvalPolicy}\` |`);
  });

  it('names the file of requirements that is read', () => {
    const { requirements } = new ConfigFolder().load({}, {}, '/', { requirementsFile: undefined }).files;
    expect(PAGE).toContain(`\`${requirements}\``);
  });
});

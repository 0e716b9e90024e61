/** Every fenced example of README and of the documents is run by some test, or stands here with the reason why not. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXAMPLES, takeExample } from '../real/docs-examples.ts';
import { ConfigFolder } from './engine/config-folder.ts';

const TESTS = join(import.meta.dirname, '..');

/** Pages whose examples of one language are all run by one test. */
const WHOLE_PAGES: Readonly<Record<string, string>> = {
  'configuration.md toml': 'unit/engine/config-docs.test.ts',
  'profiles.md toml': 'unit/docs-profiles.test.ts',
  'rules.md python': 'unit/docs-rules.test.ts',
  'rules.md json': 'unit/docs-rules.test.ts',
};

const CANNOT_RUN: Readonly<Record<string, string>> = {
  'README.md#two-commands/1':
    'npm start installs and builds the whole program, npm test is what runs this test: both are run by the workflow for CI',
};

/** The examples that tests about documents take, by their text. */
const TAKEN = ['unit', 'real'].flatMap((kind) =>
  readdirSync(join(TESTS, kind))
    .filter((name) => /^docs-.*\.test\.ts$/.test(name))
    .flatMap((name) =>
      [
        ...readFileSync(join(TESTS, kind, name), 'utf8').matchAll(
          /takeExample\(\s*'([^']+)',?\s*\)|\['([^']+\/\d)'/g,
        ),
      ].map(([, taken, listed]) => taken ?? listed ?? ''),
    ),
);

describe('the examples of the documents', () => {
  it('are each run by a test, or cannot be run for a reason', () => {
    const left = EXAMPLES.filter(
      ({ key, page, language }) =>
        ![...TAKEN, ...Object.keys(CANNOT_RUN)].includes(key) &&
        !Object.hasOwn(WHOLE_PAGES, `${page} ${language}`),
    );
    expect(left.map(({ key }) => key)).toEqual([]);
  });

  it('are there at all, once each, with a language, and the lists name none that is not there', () => {
    const keys = EXAMPLES.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(60);
    expect(new Set(keys).size).toBe(keys.length);
    expect([...new Set(EXAMPLES.map(({ language }) => language))].sort()).toEqual(
      ['console', 'json', 'python', 'sh', 'text', 'toml'].sort(),
    );
    expect([...TAKEN, ...Object.keys(CANNOT_RUN)].filter((key) => !keys.includes(key))).toEqual([]);
    expect(Object.values(WHOLE_PAGES).filter((name) => !existsSync(join(TESTS, name)))).toEqual([]);
  });
});

describe('examples of configuration', () => {
  it('the lines of README load without a warning and mean what stands behind them', () => {
    const folder = new ConfigFolder(takeExample('README.md#configuration-in-short/1'));
    mkdirSync(join(folder.home, 'cache'));
    const { snapshot, warnings } = folder.load({}, { NPM_TOKEN: 'x' });
    expect(warnings).toEqual([]);
    expect(snapshot).toMatchObject({
      sandboxMode: 'workspace-write',
      approvalPolicy: 'on-request',
      askOnRisk: 'high',
      approvalExpiryMs: 24 * 60 * 60 * 1000,
      network: { allow: ['registry.example.org'] },
      environment: { include: ['NPM_TOKEN'] },
    });
    expect(JSON.stringify(snapshot)).toContain(join(folder.home, 'cache'));
    expect(JSON.stringify(snapshot)).toContain(join(folder.workspace, 'deploy/keys'));
  });

  it('the granular policy loads, over several lines', () => {
    const { snapshot, warnings } = new ConfigFolder(takeExample('policies.md#granular/1')).load();
    expect(warnings).toEqual([]);
    expect(snapshot.approvalPolicy).toEqual({
      granular: {
        ...{ sandbox_approval: true, rules: true, mcp_elicitations: true },
        ...{ request_permissions: false, skill_approval: false },
      },
    });
  });

  it('the table of README names values that load', () => {
    const page = readFileSync(join(TESTS, '../README.md'), 'utf8');
    const table = page.slice(page.indexOf('| a granular policy |'), page.indexOf('| grants |'));
    const values = [...table.matchAll(/`(\w+ = [^`]+)`/g)].map(([, toml = '']) => toml);
    expect(values).toHaveLength(3);
    const sections = ['', '[permission_profile.filesystem]', '[permission_profile.network]'];
    for (const [index, toml] of values.entries()) {
      const place = new ConfigFolder(`${sections[index]}\n${toml}\n`);
      mkdirSync(join(place.home, 'Projects/my-app'), { recursive: true });
      expect(place.load().warnings).toEqual([]);
    }
  });
});

describe('lines of JSON', () => {
  const schema = JSON.parse(readFileSync(join(TESTS, '../build/schema/events.json'), 'utf8'));
  const shapeOf = (name: string) => z.fromJSONSchema({ ...schema, $ref: `#/$defs/${name}` });

  it('fit the published shapes', () => {
    const event = JSON.parse(takeExample('command-line.md#json-lines/1'));
    expect(shapeOf('Event').safeParse(event).success).toBe(true);
    expect(shapeOf('Event').safeParse({ ...event, outcome: 'perhaps' }).success).toBe(false);
    const notice = JSON.parse(takeExample('command-line.md#json-lines/2'));
    expect(shapeOf('OutputNotice').safeParse(notice).success).toBe(true);
    expect(shapeOf('OutputNotice').safeParse({ ...notice, offset: 'first' }).success).toBe(false);
  });
});

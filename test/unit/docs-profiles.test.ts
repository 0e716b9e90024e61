/** The examples of the page about profiles are what it says they are. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classifyPath } from '../../src/policy/index.ts';
import { ConfigFolder } from './engine/config-folder.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../resources/docs/profiles.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, toml = '']) => toml);

function load(index: number, folders: readonly string[], workspace: string) {
  const place = new ConfigFolder(EXAMPLES[index]);
  for (const folder of [...folders, workspace]) mkdirSync(join(place.home, folder), { recursive: true });
  const config = place.load({}, {}, join(place.home, workspace));
  return {
    ...config,
    classes: (paths: readonly string[]) =>
      paths.map((path) =>
        classifyPath(path.startsWith('/') ? path : join(place.home, path), config.snapshot),
      ),
  };
}

describe('resources/docs/profiles.md', () => {
  it('has three examples', () => expect(EXAMPLES).toHaveLength(3));

  it('lists what may be read, and denies one file', () => {
    const { snapshot, classes, warnings } = load(0, ['Projects/other'], 'Projects/my-app');
    expect(warnings).toEqual([]);
    expect(snapshot.profile).toMatchObject({ name: null, readsAll: false });
    expect(snapshot.network).toMatchObject({
      allow: ['api.github.com', 'registry.example.org'],
      deny: ['*'],
    });
    const paths = [
      'Projects/my-app/x',
      'Projects/my-app/.env',
      'Projects/other/x',
      '/usr/bin/env',
      '/srv/x',
      '/opt/x',
    ];
    expect(classes(paths)).toEqual(['inside', 'denied', 'outside', 'outside', 'unreadable', 'unreadable']);
  });

  it('extends', () => {
    const { snapshot, classes, warnings } = load(1, ['app/docs'], 'app');
    expect(warnings).toEqual([]);
    expect(snapshot.profile).toMatchObject({ name: 'docs', extends: ['base', ':workspace'], readsAll: true });
    expect(snapshot.network.allow).toEqual(['*.example.com:443']);
    expect(classes(['app/x', 'app/a/b.pem', 'app/.env.local', '/srv/x'])).toEqual([
      'inside',
      'denied',
      'denied',
      'outside',
    ]);
  });

  it('reads the form of Codex', () => {
    const { classes } = load(2, ['notes/drafts'], 'app');
    const paths = ['app/x', 'app/secrets/x', 'app/a/b.key', 'notes/x', 'notes/drafts/x', '/srv/x'];
    expect(classes(paths)).toEqual(['inside', 'denied', 'denied', 'outside', 'inside', 'unreadable']);
  });

  it('names the file that hides, which sessions cannot change', () => {
    const place = new ConfigFolder();
    writeFileSync(join(place.workspace, '.sallyportignore'), '*.key\n');
    const { snapshot } = place.load();
    const found = ['a/b.key', 'a/b', '.sallyportignore'].map((path) =>
      classifyPath(join(place.workspace, path), snapshot),
    );
    expect(found).toEqual(['denied', 'inside', 'protected']);
  });
});

import { describe, expect, it } from 'vitest';
import { type FolderAmount, listEffects } from '../../../src/policy/index.ts';
import type { ConfigSnapshot, Effect } from '../../../src/protocol/index.ts';
import { type FactsChanges, makeFacts, makeSnapshot, makeSteps, WORKSPACE } from './judge-fixture.ts';

interface Given {
  readonly facts?: FactsChanges;
  readonly snapshot?: Partial<ConfigSnapshot>;
  readonly amounts?: ReadonlyMap<string, FolderAmount>;
}

function effectsOf(script: string, given: Given = {}): Effect[] {
  const [step] = makeSteps(script);
  const facts = makeFacts(step, given.facts ?? {});
  return listEffects({ step, facts, snapshot: makeSnapshot(given.snapshot), amounts: given.amounts });
}

/** The rows that say something. */
function told(script: string, given: Given = {}): string[] {
  return effectsOf(script, given)
    .filter((effect) => effect.what !== undefined)
    .map(({ kind, what, detail, place }) => [kind, what, detail, place].filter(Boolean).join(' | '));
}

describe('effects', () => {
  it('says that there is nothing to read, no network and no secret', () => {
    expect(effectsOf('make')).toEqual([{ kind: 'reads' }, { kind: 'network' }, { kind: 'secrets' }]);
  });

  const rows: readonly [string, string[], Given?][] = [
    ['rm -rf data', ['deletes | data | ignored by git | inside'], { facts: { kind: 'dir', git: 'ignored' } }],
    [
      'rm -rf data',
      ['deletes | data | 218 files, 41 MB, not in git | inside'],
      {
        facts: { kind: 'dir', git: 'untracked' },
        amounts: new Map([[`${WORKSPACE}/data`, { files: 218, bytes: 41 * 1024 ** 2, isCut: false }]]),
      },
    ],
    [
      'rm -rf data',
      ['deletes | data | 5000+ files, in git | inside'],
      {
        facts: { kind: 'dir', git: 'tracked' },
        amounts: new Map([[`${WORKSPACE}/data`, { files: 5000, bytes: 1, isCut: true }]]),
      },
    ],
    ['rm gone', ['deletes | gone | does not exist | inside'], { facts: { kind: 'missing' } }],
    ['mv a /opt/b', ['deletes | a | moved away | inside', 'writes | /opt/b | outside']],
    ['touch new', ['writes | new | new | inside'], { facts: { kind: 'missing' } }],
    ['echo x > .git/config', ['writes | .git/config | protected']],
    ['cat a /etc/hosts', ['reads | /etc/hosts | outside', 'reads | a | inside']],
    ['cat ~/.aws/credentials', ['secrets | ~/.aws/credentials | outside']],
    [
      'cat ~/.aws/credentials',
      ['secrets | ~/.aws/credentials | not hidden in this session | outside'],
      { snapshot: { sandboxMode: 'danger-full-access' } },
    ],
    ['rm /opt/a', ['deletes | /opt/a | outside'], { snapshot: { sandboxMode: 'danger-full-access' } }],
    ['curl https://example.org:8443/x', ['network | example.org:8443 | on no list | outside']],
    [
      'curl https://example.org',
      ['network | example.org:443 | inside'],
      { snapshot: { networkAccess: true } },
    ],
    ['npm install', ['network | hosts that are not named | asked about when it connects | outside']],
    [
      './run.sh',
      [`runs | ${WORKSPACE}/run.sh | a file of this workspace | inside`],
      { facts: { facts: { program: `${WORKSPACE}/run.sh` } } },
    ],
    [
      'frobnicate',
      ['runs | frobnicate | no such program was found'],
      { facts: { facts: { program: null } } },
    ],
  ];
  it.each(rows)('%s', (script, expected, given) => {
    expect(told(script, given)).toEqual(expected);
  });

  it('shows the size of a file', () => {
    const [step] = makeSteps('cat a');
    const facts = makeFacts(step);
    const sized = { ...facts, paths: facts.paths.map((path) => ({ ...path, sizeBytes: 4096 })) };
    expect(listEffects({ step, facts: sized, snapshot: makeSnapshot() })[0]).toEqual({
      kind: 'reads',
      what: 'a',
      detail: '4 KB',
      place: 'inside',
    });
  });

  it('names the folder that git uses, not those it would look for above it', () => {
    const [step] = makeSteps('git commit -m x');
    const facts = makeFacts(step);
    const gitFolders = (missing: (text: string) => boolean) =>
      listEffects({
        step,
        facts: {
          ...facts,
          paths: facts.paths.map((path) => ({ ...path, kind: missing(path.text) ? 'missing' : 'dir' })),
        },
        snapshot: makeSnapshot(),
      })
        .filter(({ what }) => what?.endsWith('.git'))
        .map(({ what }) => what);
    expect(gitFolders((text) => text.startsWith('../'))).toEqual(['.git']);
    expect(gitFolders((text) => text === '.git')).toEqual(['../.git']);
    expect(gitFolders(() => true)).toEqual(['.git']);
  });

  it('shows what lies outside first and counts what is too much', () => {
    const shown = told('cat a b c d e f g h /etc/hosts');
    expect(shown).toHaveLength(6);
    expect(shown[0]).toBe('reads | /etc/hosts | outside');
    expect(shown[5]).toBe('reads | 4 more | inside');
  });
});

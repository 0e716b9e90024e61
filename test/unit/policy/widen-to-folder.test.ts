import { describe, expect, it } from 'vitest';
import { judgeBlocked, widenToFolder } from '../../../src/policy/index.ts';
import type { Facts, PathFact } from '../../../src/protocol/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

const FACTS: Facts = makeFacts(makeSteps('true')[0]);

function offered(path: string, before: string, kind: PathFact['kind'] = 'file', changes = {}) {
  const snapshot = makeSnapshot(changes);
  const fact: PathFact = { text: path, use: 'write', real: path, kind };
  const facts = { ...FACTS, paths: [fact] };
  const folder = before.slice(0, before.lastIndexOf('/'));
  const judgement = widenToFolder(
    judgeBlocked([path], snapshot, facts),
    snapshot,
    facts,
    new Map([[folder, before]]),
  );
  return judgement.grant?.write;
}

describe('the second file of a folder', () => {
  it.each(['/srv/app/cache', '/home/u/.cargo', '/home/u/.config/tool', '/var/cache/tool', '/data/x/y'])(
    'is offered with its folder: %s',
    (folder) => {
      expect(offered(`${folder}/b`, `${folder}/a`)).toEqual([folder]);
    },
  );

  it.each([
    '/etc',
    '/etc/ssl',
    '/usr/local/bin',
    '/srv',
    '/var/lib/tool',
    '/var/tmp',
    '/home',
    '/home/u',
    '/home/u/.config',
    '/home/u/.local/bin',
    '/home/u/.config/autostart',
    '/home/u/.config/systemd/user',
  ])('is asked about by itself in %s', (folder) => {
    expect(offered(`${folder}/b`, `${folder}/a`)).toEqual([`${folder}/b`]);
  });

  it('is the same file again, one of another folder, or a folder: nothing more is offered', () => {
    expect(offered('/srv/app/a', '/srv/app/a')).toEqual(['/srv/app/a']);
    expect(offered('/srv/app/b', '/srv/other/a')).toEqual(['/srv/app/b']);
    expect(offered('/srv/app/b', '/srv/app/a', 'dir')).toEqual(['/srv/app/b']);
  });

  it('opens nothing where nobody is asked', () => {
    expect(offered('/srv/app/b', '/srv/app/a', 'file', { approvalPolicy: 'never' })).toEqual(['/srv/app/b']);
  });
});

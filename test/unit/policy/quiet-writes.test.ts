import { describe, expect, it } from 'vitest';
import {
  judgeBlocked,
  judgeBlockedSocket,
  quietSocketReason,
  quietWriteReason,
} from '../../../src/policy/index.ts';
import type { Facts, PathFact } from '../../../src/protocol/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

describe('the quiet list', () => {
  it.each([
    '/home/u/.cache/pip/x',
    '/home/u/.npm/_logs/now.log',
    '/home/u/.bash_history',
    '/home/u/.bash_history-00042.tmp',
    '/home/u/.python_history-31337.tmp',
    '/home/u/.zsh_history.LOCK',
    '/home/u/.node_repl_history',
    '/home/u/.zcompdump.vm.12',
    '/home/u/.lesshst',
    '/home/u/.lesshsQ',
    '/home/u/.local/share/lesshsQ',
    '/home/u/.viminfo',
    '/home/u/.viminfo.tmp',
    '/home/u/.viminfz.tmp',
    '/home/u/.local/share/recently-used.xbel.AB12CD',
    '/home/u/.config/htop/htoprc',
    '/home/u/.dbus/session-bus/1',
    '/home/u/.cargo/.package-cache',
    '/home/u/.cargo/.package-cache-mutate',
    '/home/u/.cargo/.global-cache-journal',
    '/etc/.hosts.swp',
    '/srv/lib/__pycache__',
    '/srv/lib/__pycache__/a.cpython-311.pyc.140',
    '/var/lib/dpkg/lock-frontend',
    '/usr/lib/chromium/extensions',
  ])('says why nobody is asked about %s', (path) => {
    expect(quietWriteReason(path, makeSnapshot())).toMatch(/\w/);
  });

  it.each([
    '/home/u/.bashrc',
    '/home/u/.lesskey',
    '/home/u/.vimrc',
    '/home/u/.viminfo/x',
    '/home/u/.bash_history/x',
    '/home/u/.config',
    '/home/u/.config/chromium',
    '/home/u/.local/share/applications/x.desktop',
    '/srv/swp',
    '/home/other/.lesshsQ',
    '/home/u/.cacheable',
    '/home/u/.cargo/.package-cache-mutated',
    '/home/u/.cargo/registry/cache/x',
    '/home/u/.cargo/bin/x',
    '/_tmp_28_2dd1711b',
    '/home/other/.cache/x',
    '/srv/__pycache__x/a',
    '/etc/passwd',
    '/var/lib/dpkg/status',
    '/usr/lib/chromium/extensions/evil.json',
    '/w/.git/index.lock',
  ])('leaves %s to a person', (path) => {
    expect(quietWriteReason(path, makeSnapshot())).toBeNull();
  });

  it.each([
    ['/home/u/.config', 'top', true],
    ['/home/u/.config/procps', '/usr/bin/top -b', true],
    ['/home/u/.local', 'nvim a', true],
    ['/home/u/.config', 'mkdir -p /home/u/.config/x', false],
    ['/home/u/.config', 'chromium', false],
    ['/home/u/.config/x', 'top', false],
    ['/home/other/.config', 'top', false],
    ['/_tmp_28_2dd1711b', 'node /usr/bin/pnpm install', true],
    ['/var/_tmp_28_2dd1711b', '/opt/pnpm add x', true],
    ['/var/_tmp_28_2dd1711b', 'node /usr/lib/pnpm.cjs install', true],
    ['/var/_tmp_28_2dd1711b', 'node pnpmish install', false],
    ['/var/_tmp_28_2dd1711b', 'touch x pnpm', false],
    ['/var/_tmp_28_2dd1711b/x', 'pnpm install', false],
    ['/var/bin/pnpm', 'pnpm install', false],
    ['/w/.git/index.lock', 'git diff', true],
    ['/w/.git/index.lock', '/usr/bin/git -C /w diff HEAD', true],
    ['/w/.git/modules/sub/index.lock', 'git describe --dirty', true],
    ['/w/.git/index.lock', 'git add a', false],
    ['/w/.git/index.lock', 'git -c core.fsmonitor=x diff', false],
    ['/w/.git/index.lock', 'touch diff', false],
    ['/w/.git/index', 'git diff', false],
    ['/w/.git/HEAD.lock', 'git diff', false],
  ])('of %s by %s: %s', (path, words, isQuiet) => {
    expect(quietWriteReason(path, makeSnapshot(), words.split(' ')) !== null).toBe(isQuiet);
  });

  it.each([
    ['/run/nscd/socket', true],
    ['/run/systemd/journal/dev-log', true],
    ['/tmp/.X11-unix/X0', true],
    ['/run/user/1000/wayland-0', true],
    ['/run/docker.sock', false],
    ['/run/user/1000/bus', false],
    ['/run/systemd/private', false],
    ['/home/u/run/nscd/socket', false],
  ])('of the socket %s: %s', (path, isQuiet) => {
    expect(quietSocketReason(path) !== null).toBe(isQuiet);
  });
});

describe('a question about a socket', () => {
  it.each([
    ['/run/docker.sock', 'full access to this machine'],
    ['/run/user/1000/podman/podman.sock', 'full access to this machine'],
    ['/run/containerd/containerd.sock', 'full access to this machine'],
    ['/tmp/ssh-abc123/agent.77', 'use your keys'],
    ['/run/user/1000/gnupg/S.gpg-agent', 'use your keys'],
    ['/run/user/1000/bus', 'start programs outside'],
    ['/srv/app.sock', 'not bound by the sandbox'],
  ])('%s says: %s', (path, words) => {
    const judgement = judgeBlockedSocket(path, makeSnapshot());
    expect([judgement.category, judgement.verdict]).toEqual(['blocked', 'ask']);
    expect(judgement.grant).toEqual({ read: [], write: [], hosts: [], sockets: [path] });
    expect(judgement.reasons.map(({ text }) => text).join(' ')).toContain(words);
  });

  it('is refused under never', () => {
    expect(judgeBlockedSocket('/srv/app.sock', makeSnapshot({ approvalPolicy: 'never' })).verdict).toBe(
      'refuse',
    );
  });
});

describe('a blocked move', () => {
  const move = (from: string, to: string) => {
    const [step] = makeSteps('true');
    const paths: PathFact[] = [
      { text: from, use: 'delete', real: from, kind: 'file' },
      { text: to, use: 'write', real: to, kind: 'missing' },
    ];
    const facts: Facts = { ...makeFacts(step), paths };
    return judgeBlocked([from, to], makeSnapshot(), facts);
  };

  it('opens one folder for a move within it', () => {
    expect(move('/out/a', '/out/b').grant?.write).toEqual(['/out']);
  });

  it('opens the outer folder alone when one lies in the other', () => {
    expect(move('/out/a', '/out/sub/b').grant?.write).toEqual(['/out']);
  });

  it('opens both otherwise, and says that a move is then a copy', () => {
    const judgement = move('/one/a', '/two/b');
    expect(judgement.grant?.write).toEqual(['/one', '/two']);
    expect(judgement.reasons.map(({ code }) => code)).toContain('grant-two-folders');
  });
});

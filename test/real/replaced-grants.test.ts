/** A secret that was granted and is replaced from outside: it stays granted, and is closed with the grant. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  chooseSandbox,
  plainEnvironment,
  plainSettings,
  type SandboxProcess,
  type SandboxSession,
} from '../../src/engine/sandbox/index.ts';
import { makeFolder } from '../support/real-engine.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const READER = `
n=0
while [ ! -e stop ]; do
  n=$((n + 1))
  text=$(cat "$1" 2>/dev/null) || text=closed
  echo "$n $text" > seen.new && mv seen.new seen
  [ $n -gt 1 ] || echo ready
done
`;

describe.skipIf(process.platform !== 'linux')('a granted secret (Linux)', () => {
  let folder: ReturnType<typeof makeFolder>;
  let session: SandboxSession;
  let reader: SandboxProcess;
  const at = (name: string): string => join(folder.path, name);
  const seen = (): [number, string] => {
    const [count = '', ...words] = readFileSync(at('ws/seen'), 'utf8').trim().split(' ');
    return [Number(count), words.join(' ')];
  };
  const expectSeen = async (text: string): Promise<void> => {
    const [from] = seen();
    await vi.waitFor(
      () => {
        const [count, found] = seen();
        expect([count > from + 1, found]).toEqual([true, text]);
      },
      { timeout: 20_000, interval: 10 },
    );
  };
  const replace = (text: string): void => {
    writeFileSync(at('new'), text);
    renameSync(at('new'), at('home/.netrc'));
  };

  beforeEach(async () => {
    folder = makeFolder('replaced', '/var/tmp');
    for (const name of ['ws', 'home']) mkdirSync(at(name));
    writeFileSync(at('home/.netrc'), 'first');
    const env = { HOME: at('home'), PATH: '/usr/bin:/bin' };
    const plain = plainSettings({ mode: 'workspace-write', cwd: at('ws'), home: at('home'), env });
    const settings = { ...plain, protectSecrets: true };
    session = await chooseSandbox('workspace-write').openSession({
      settings,
      folders: { sallyportHome: at('own'), runtimeDir: at('own/run') },
    });
    const environment = plainEnvironment(env, settings);
    reader = await session.launch({
      launchId: 'reader',
      argv: ['/bin/sh', '-c', READER, 'sh', at('home/.netrc')],
      cwd: settings.workspace,
      environment: environment.passed,
      gate: 'exec',
      handlers: { onExec: ({ slot }) => reader.gate?.allow(slot) },
      stdio: { kind: 'pipes' },
    });
    await new Promise((resolve) => reader.pipes?.stdout.once('data', resolve));
  });
  afterEach(async () => {
    writeFileSync(at('ws/stop'), '');
    await reader.finished;
    await session.close();
    folder.remove();
  });

  test('what replaces it can be read until the grant ends, and not after that', async () => {
    await expectSeen('closed');
    expect(await session.grant(at('home/.netrc'), 'ro')).toEqual({ kind: 'granted' });
    await expectSeen('first');
    replace('second');
    await expectSeen('second');
    await session.revoke(at('home/.netrc'));
    await expectSeen('closed');
    replace('third');
    await expectSeen('closed');
  });
});

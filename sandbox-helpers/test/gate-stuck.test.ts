import { linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
import {
  allowAll,
  type GateEvent,
  type GateSpec,
  type RunningGate,
  startGate,
} from './support/start-gate.ts';
import { type RunningHolder, startHolder } from './support/start-holder.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

/** Makes a pipe with a name and takes its lock for good: who opens it waits where no signal reaches it. */
const keeper = `
import os, socket
os.mkfifo('pipe')
os.chmod('pipe', 0o777)
pipe = os.open('pipe', os.O_RDWR)
a, b = socket.socketpair()
child = os.fork()
if child == 0:
    open('keeps', 'w').close()
    os.splice(a.fileno(), pipe, 10)
while not os.path.exists('keeps') or open('/proc/%d/stat' % child).read().rsplit(')', 1)[1].split()[0] != 'S': pass
`;

describe.each(users)('a pipe whose lock a program inside keeps, as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;
  let other: string;

  beforeEach(async () => {
    workspace = makeFolder(user);
    other = join(makeFolder(user), 'other');
    mkdirSync(other);
    for (const name of ['opened', 'cut']) writeFileSync(join(other, name), 'text');
    writeFileSync(join(workspace, 'script'), '#!./pipe\n', { mode: 0o755 });
    writeFileSync(join(workspace, 'keep'), keeper);
    own(other, user);
    own(workspace, user);
    holder = await startHolder(helpers.path('holder'), [], user);
    return async () => {
      await holder.close();
    };
  });

  function start(script: string, more: Partial<GateSpec> = {}): Promise<RunningGate> {
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: ['/bin/bash', '-c', `/usr/bin/python3 keep; ${script}`],
      gate: 'exec,write',
      decide: allowAll,
      ...more,
    });
  }

  test('does not stop the gate as the interpreter of a script', async () => {
    const gate = await start('./script; echo "status $?"; kill %1 2> /dev/null; echo end');
    await gate.wait((event) => event.type === 'exec' && event.path === './script');
    const result = await gate.finished;
    expect(result.stdout).toBe('status 126\nend\n');
  });

  test.each([
    ['opened', 'write', 'echo more >> opened'],
    ['cut', 'change', '/usr/bin/python3 -c "import os; os.truncate(\'cut\', 1)"'],
  ] as const)(
    'does not stop it in the place of a file that was asked about: %s',
    async (name, type, line) => {
      const isHeld = (event: GateEvent): boolean => event.type === type;
      const gate = await start(`cd ${other}; ${line}; cd ${workspace}; echo end`, {
        decide: (event) => (isHeld(event) ? undefined : allowAll(event)),
      });
      const held = await gate.wait(isHeld);
      expect(held).toMatchObject({ path: `${other}/${name}`, kind: 'file' });
      const root = (await gate.wait((event) => event.type === 'root')).pid;
      expect(await holder.command('mount', root, other, 'rw')).toMatchObject({ ok: true });
      linkSync(join(workspace, 'pipe'), join(other, 'pipe'));
      renameSync(join(other, 'pipe'), join(other, name));
      gate.send(`allow ${held.slot}`);
      const result = await gate.finished;
      expect(result.stdout).toBe('end\n');
      expect(result.stderr).toContain('Permission denied');
    },
  );
});

import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Approval, ApprovalAnswer } from '../../src/protocol/index.ts';
import { type AgentPlace, createAgentPlace } from '../support/agent-place.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const FEEDBACK = 'keep to the folder of the project, please';

/** Tries, from inside, what must not be had, and prints whatever it gets. Words: home folder, `$SALLYPORT_HOME`. */
const PROBE = `import os, socket, sys
home, ours = sys.argv[1:]
def tell(what, get):
    try:
        print(what, 'got', get())
    except OSError as error:
        print(what, 'failed', error.strerror)
def ask(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path)
        client.sendall(b'{"jsonrpc":"2.0","id":1,"method":"engine/about","params":{}}\\n')
        return client.recv(4096)
tell('key', lambda: open(os.path.join(home, '.ssh', 'id_test')).read())
tell('shadow', lambda: open('/etc/shadow').read())
tell('history', lambda: open(os.path.join(ours, 'history.sqlite'), 'rb').read())
tell('listing', lambda: os.listdir(ours))
tell('socket', lambda: ask(os.path.join(ours, 'run', 'control.sock')))
print('probe', 'is', 'over')
`;

/** Waits until there is a file of this name. */
const WAIT = `import os, sys, time
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
`;

const AGENTS = [
  { name: 'Claude Code', words: ['claude', '-p', 'go on', '--permission-mode', 'bypassPermissions'] },
  { name: 'Codex', words: ['codex', 'exec', '--skip-git-repo-check', 'go on'] },
];

let place: AgentPlace | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});

/** Questions about one path are allowed, every other is rejected. */
function allowOnly(path: string): (approval: Approval) => ApprovalAnswer {
  return ({ text }) =>
    text.includes(path) ? { outcome: 'allowed', scope: 'once' } : { outcome: 'rejected', feedback: FEEDBACK };
}

/** Sockets that something left behind below a folder. */
function socketsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    lstatSync(join(folder, name), { throwIfNoEntry: false })?.isSocket(),
  );
}

describe.skipIf(process.platform !== 'linux').each(AGENTS)(
  '$name behind sallyport run (Linux)',
  ({ words }) => {
    test('works, is asked about, sees no secret and leaves nothing', async () => {
      const seconds = String(90_000 + Math.floor(Math.random() * 9000));
      place = await createAgentPlace([
        { run: 'echo harmless-$((40 + 2)) > made.txt; cat made.txt' },
        { run: 'touch ~/allowed.txt; echo allowed-status-$?' },
        { run: 'touch ~/rejected.txt; echo rejected-status-$?' },
        { run: 'python3 probe.py ~ "$(cat ours.txt)"' },
        {
          // an agent ends what is left of a command's process group: it must have left that before the command ends
          run: `setsid nohup sh -c 'echo up > up.txt; exec sleep ${seconds}' > /dev/null 2>&1 & python3 wait.py up.txt; echo daemon-$((1 + 1))`,
        },
        { run: 'python3 wait.py go.txt; echo over-$((1 + 2))' },
        { say: 'done' },
      ]);
      const { cli, model, home } = place;
      writeFileSync(join(cli.folder, 'probe.py'), PROBE);
      writeFileSync(join(cli.folder, 'ours.txt'), cli.home);
      writeFileSync(join(cli.folder, 'wait.py'), WAIT);
      expect(existsSync(join(cli.home, 'run', 'control.sock'))).toBe(true);
      place.answerWith(allowOnly('allowed.txt'));

      const ended = cli.run(['run', '--wait', '--', ...words]);
      // it stands in the scenario after the daemon: seen from the host while the agent still runs
      await vi.waitFor(() => expect(model.turns().length).toBeGreaterThanOrEqual(6), {
        timeout: 200_000,
        interval: 100,
      });
      expect(place.commandsWith(seconds)).not.toEqual([]);
      writeFileSync(join(cli.folder, 'go.txt'), '');
      const { status, stderr } = await ended;

      expect([status, stderr]).toEqual([0, expect.any(String)]);
      const told = model.turns().map(({ body }) => body);
      expect(told[1]).toContain('harmless-42');
      expect(readFileSync(join(cli.folder, 'made.txt'), 'utf8')).toBe('harmless-42\n');
      expect(told[2]).toContain('allowed-status-0');
      expect(existsSync(join(home, 'allowed.txt'))).toBe(true);
      expect(told[3]).toContain(FEEDBACK);
      expect(told[3]).toContain('rejected-status-126');
      expect(existsSync(join(home, 'rejected.txt'))).toBe(false);
      expect(told[4]).toContain('probe is over');
      expect(told[5]).toContain('daemon-2');
      for (const what of ['key', 'shadow', 'history', 'listing', 'socket'])
        expect(told[4]).toContain(`${what} failed`);
      const everything = model.requests.map(({ body }) => body).join('\n');
      expect(everything).not.toContain(place.secret);
      expect(everything).not.toMatch(/root:[^:\n]*:\d+:/);
      // one question for each of the two commands, and none for what the agent does by itself
      expect(place.questions.map(({ kind, argv }) => [kind, argv?.[0]])).toEqual([
        ['cmd', 'touch'],
        ['cmd', 'touch'],
      ]);
      expect(model.requests.filter(({ isUnknown }) => isUnknown)).toEqual([]);
      await vi.waitFor(() => expect([place?.processes(), place?.commandsWith(seconds)]).toEqual([[], []]), {
        timeout: 30_000,
      });
      expect([...socketsBelow(home), ...socketsBelow(cli.folder)]).toEqual([]);
    });
  },
);

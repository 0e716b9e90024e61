import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, encodeField, makeFolder, own, removeFolders, users } from './support/helper-files.ts';
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

/** `try_(family, address)` prints what came of a connect. */
const PREAMBLE = `
import errno, os, socket, sys, time
def try_(address, family=socket.AF_UNIX, kind=socket.SOCK_STREAM):
    s = socket.socket(family, kind)
    s.settimeout(30)
    try:
        s.connect(address)
        print(s.recv(20).decode() if family == socket.AF_UNIX and kind == socket.SOCK_STREAM else 'ok', flush=True)
    except OSError as e:
        print(errno.errorcode.get(e.errno, e), flush=True)
`;

describe.each(users)('held connections as $name', (user) => {
  let holder: RunningHolder;
  let workspace: string;
  /** A socket of the host that the view covers. */
  let covered: string;
  let server: Server;

  beforeAll(async () => {
    const folder = makeFolder(user);
    covered = join(folder, 'host.sock');
    server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(covered, resolve));
    own(covered, user);
    holder = await startHolder(helpers.path('holder'), ['--mask-file', covered], user);
    return async () => {
      await holder.close();
      await new Promise((resolve) => server.close(resolve));
    };
  });
  beforeEach(() => {
    workspace = makeFolder(user);
  });

  function start(code: string, more: Partial<GateSpec> = {}): Promise<RunningGate> {
    writeFileSync(join(workspace, 'run.py'), PREAMBLE + code);
    return startGate({
      helpers: helpers.folder,
      user,
      anchorPid: holder.anchorPid,
      workspace,
      argv: ['/usr/bin/python3', join(workspace, 'run.py')],
      gate: 'exec,write',
      decide: (event) => (event.type === 'connect' ? undefined : allowAll(event)),
      ...more,
    });
  }

  const isConnect = (event: GateEvent): boolean => event.type === 'connect';
  const rootOf = (gate: RunningGate): number => gate.events.find((event) => event.type === 'root')?.pid ?? 0;
  const denied = (gate: RunningGate): (string | undefined)[] =>
    gate.events.filter(({ type }) => type === 'denied').map(({ op, host, path }) => `${op} ${host ?? path}`);

  test('a socket of the host is held; after the mount the same connect works, and later ones pass', async () => {
    const gate = await start(`try_('${covered}'); try_('${covered}')`);
    const first = await gate.wait(isConnect);
    expect(first).toMatchObject({ path: covered, cwd: workspace, pid: rootOf(gate) });
    expect(first.argv[0]).toBe('/usr/bin/python3');
    expect(await holder.command('mount', rootOf(gate), covered, 'rw')).toMatchObject({ ok: true });
    gate.send(`allow ${first.slot}`);
    expect((await gate.finished).stdout).toBe('hello\nhello\n');
    expect(gate.events.filter(isConnect)).toHaveLength(1);
  });

  test('after the umount it is held again', async () => {
    const gate = await start(
      `try_('${covered}'); open('once', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.02)\ntry_('${covered}')`,
    );
    const first = await gate.wait(isConnect);
    await holder.command('mount', rootOf(gate), covered, 'rw');
    gate.send(`allow ${first.slot} watch`);
    await expect.poll(() => existsSync(join(workspace, 'once')), { timeout: 30_000 }).toBe(true);
    expect(await holder.command('umount', rootOf(gate), covered)).toMatchObject({ ok: true });
    writeFileSync(join(workspace, 'go'), '');
    const second = await gate.wait(isConnect, 2);
    gate.send(`deny ${second.slot} ${encodeField('sallyport: no')}`);
    const result = await gate.finished;
    expect(result.stdout).toBe('hello\nEACCES\n');
    expect(result.stderr).toContain('sallyport: no\n');
  });

  test('a link, and a relative path, lead to the same question', async () => {
    const gate = await start(
      `os.symlink('${covered}', 'link'); try_('link'); os.chdir(os.path.dirname('${covered}')); try_('host.sock')`,
      { decide: (event) => (event.type === 'connect' ? `deny ${event.slot} %` : allowAll(event)) },
    );
    expect((await gate.finished).stdout).toBe('EACCES\nEACCES\n');
    expect(gate.events.filter(isConnect).map(({ path }) => path)).toEqual([covered, covered]);
  });

  test('a server inside, an abstract name and what is nowhere pass at once', async () => {
    const code = `
server = socket.socket(socket.AF_UNIX); server.bind('inside.sock'); server.listen()
if os.fork() == 0:
    for n in range(2): server.accept()[0].send(b'inside')
    os._exit(0)
try_('inside.sock'); try_(os.path.abspath('inside.sock')); os.wait()
try_('gone.sock'); try_('/nowhere/at/all'); try_('/etc/passwd')
hidden = socket.socket(socket.AF_UNIX); hidden.bind('\\0abstract'); hidden.listen()
client = socket.socket(socket.AF_UNIX); client.connect('\\0abstract'); print('abstract')`;
    const gate = await start(code);
    const result = await gate.finished;
    expect(result.stdout).toMatch(/^inside\ninside\nENOENT\nENOENT\n(ECONNREFUSED|EACCES)\nabstract\n$/);
    expect(gate.events.filter(isConnect)).toEqual([]);
    expect(denied(gate)).toEqual([]);
  });

  test('another machine is reported and fails at once; loopback and netlink pass', async () => {
    const code = `
try_(('192.0.2.1', 80), socket.AF_INET); try_(('192.0.2.2', 53), socket.AF_INET, socket.SOCK_DGRAM); try_(('2001:db8::1', 443), socket.AF_INET6)
server = socket.create_server(('127.0.0.1', 0)); try_(server.getsockname(), socket.AF_INET)
try_(('127.3.2.1', 1), socket.AF_INET); try_(('::1', 1), socket.AF_INET6); try_(('::ffff:127.0.0.1', 1), socket.AF_INET6)
route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); route.connect((0, 0)); print('netlink')`;
    const gate = await start(code);
    const lines = (await gate.finished).stdout.trim().split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'ENETUNREACH',
      'ENETUNREACH',
      expect.stringMatching(/^(ENETUNREACH|EADDRNOTAVAIL)$/),
    ]);
    expect(lines.slice(3)).toEqual(['ok', ...Array(3).fill('ECONNREFUSED'), 'netlink']);
    expect(denied(gate)).toEqual([
      'connect 192.0.2.1:80',
      'connect 192.0.2.2:53',
      'connect [2001:db8::1]:443',
    ]);
  });

  test('with a shared network other machines are no matter of the gate', async () => {
    const shared = await startHolder(helpers.path('holder'), ['--share-net', '--mask-file', covered], user);
    const gate = await start(
      `try_(('192.0.2.1', 53), socket.AF_INET, socket.SOCK_DGRAM); try_('${covered}')`,
      {
        anchorPid: shared.anchorPid,
        decide: (event) => (event.type === 'connect' ? `deny ${event.slot} %` : allowAll(event)),
      },
    );
    await gate.finished;
    await shared.close();
    expect(denied(gate)).toEqual([]);
    expect(gate.events.filter(isConnect)).toHaveLength(1);
  });

  test('reported instead of held, and not looked at when passed on', async () => {
    const script = `/bin/true; /usr/bin/python3 ${workspace}/run.py; /bin/false; /usr/bin/python3 ${workspace}/run.py`;
    const orders: Record<string, string> = { '/bin/true': 'report', '/bin/false': 'pass' };
    const decide = (event: GateEvent): string | undefined => {
      const order = event.type === 'exec' ? orders[event.path] : undefined;
      return order === undefined ? allowAll(event) : `writes ${order}\nallow ${event.slot}`;
    };
    const gate = await start(`try_('${covered}')`, { argv: ['/bin/bash', '-c', script], decide });
    expect((await gate.finished).stdout).toMatch(/^(EACCES|ECONNREFUSED)\n\1\n$/);
    expect(denied(gate)).toEqual([`connect ${covered}`]);
  });
});

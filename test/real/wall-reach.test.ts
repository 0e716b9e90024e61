/** Payloads that really run and try to reach what is not theirs: processes, sockets, keys, secrets, kernel switches. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveTo, listTestUsers, makeUserFolder, shareHelpers, type TestUser } from '../support/as-user.ts';
import {
  type DriverSpec,
  type DriverStep,
  describeSession,
  runSteps,
  type StepResult,
} from '../support/sandbox-steps.ts';

type Results = (id: string) => StepResult | undefined;

const CORE_PATTERN = '/proc/sys/kernel/core_pattern';

/** A key in the session keyring of whoever runs it; the rest of the command line then runs with it. */
const KEYRING = `import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, KEYCTL = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
libc.syscall(KEYCTL, 1, None)
if libc.syscall(ADD_KEY, b"user", b"wall-test", b"keyring-secret", 14, -3) < 0: sys.exit("no keyring")
os.execvp(sys.argv[1], sys.argv[1:])`;

const READ_KEY = `python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
KEYCTL, REQUEST = (250, 249) if os.uname().machine == "x86_64" else (219, 218)
for ring in (-3, -1, -2, -4, -5):
    key = libc.syscall(KEYCTL, 10, ring, b"user", b"wall-test", 0)
    if key < 0: key = libc.syscall(REQUEST, b"user", b"wall-test", None, 0)
    text = ctypes.create_string_buffer(64)
    if key > 0 and libc.syscall(KEYCTL, 11, key, text, 64) > 0: print("REACHED", text.value)
EOF`;

const CONNECT = `python3 - "$@" <<'EOF'
import socket, sys
for name in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX)
    try: s.connect(name.replace("@", "\\0")); print("REACHED", name)
    except OSError as error: print(error.errno)
EOF`;

interface Host {
  readonly base: string;
  readonly sleeper: ChildProcess;
  readonly abstractName: string;
  readonly tcpPort: number;
}

function listSteps({ base, sleeper, abstractName, tcpPort }: Host): DriverStep[] {
  const run = (id: string, script: string, ...words: string[]): DriverStep => {
    const argv = [
      '/bin/bash',
      '--norc',
      '--noprofile',
      '-c',
      `${script}\necho ran`,
      'bash',
      ...words,
    ] as const;
    return { kind: 'launch', id, argv };
  };
  const pid = String(sleeper.pid);
  return [
    run(
      'kill',
      `kill -9 ${pid}; kill -9 -1; test -e /proc/${pid} && grep -z WALL_MARK /proc/${pid}/environ && echo REACHED`,
    ),
    run('processes', 'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done'),
    run('abstract socket', CONNECT, `@${abstractName}`),
    run(
      'sockets',
      CONNECT,
      `${base}/home/host.sock`,
      `${base}/ws/host.sock`,
      `${base}/ws/link.sock`,
      `${base}/home/.sallyport/run/control.sock`,
    ),
    run(
      'sockets by another name',
      CONNECT,
      `/proc/self/root${base}/home/host.sock`,
      `/proc/1/root${base}/ws/host.sock`,
    ),
    { kind: 'listen', id: 'late', path: `${base}/home/late.sock` },
    run('late socket', CONNECT, `${base}/home/late.sock`),
    run('tcp', `exec 3<>/dev/tcp/127.0.0.1/${tcpPort} && echo REACHED`),
    run('keyring', READ_KEY),
    run(
      'secret files',
      'cat ~/.ssh/id ~/.aws/credentials ~/.netrc ~/.config/gcloud/db .ssh-link/id /etc/shadow /etc/sudoers; cat /proc/self/root$HOME/.ssh/id; grep -rs top-secret ~ ; ls ~/.ssh',
    ),
    run(
      'own folder',
      'cat ~/.sallyport/history; ls ~/.sallyport; ls ~/.sallyport/run; echo evil > ~/.sallyport/config.toml',
    ),
    run(
      'carry secrets away',
      'ln ~/.ssh/id stolen; mv ~/.ssh moved; cp -r ~/.ssh copied; cat stolen copied/id',
    ),
    run(
      'secret variables',
      'env; cat /proc/*/environ | tr "\\0" "\\n"; cat /proc/*/task/*/environ | tr "\\0" "\\n"',
    ),
    run(
      'core pattern',
      `echo "|/bin/false evil" > ${CORE_PATTERN}; echo 1 > /proc/sys/kernel/sysrq; echo b > /proc/sysrq-trigger; ls -d /proc/sysrq-trigger`,
    ),
    run('devices', 'ls /dev; mknod disk b 8 0 && head -c1 disk; cat /dev/vda /dev/sda /dev/mem | head -c1'),
    run(
      'inherited descriptors',
      'ls -l /proc/self/fd | grep -v -e "0 ->" -e "1 ->" -e "2 ->" -e "3 -> /proc/"; for fd in 3 4 5 6 7 8 9 10 11 12; do test -e /proc/$$/fd/$fd && readlink /proc/$$/fd/$fd; done',
    ),
    run('capabilities', 'grep -e CapEff -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status'),
  ];
}

function layOut(base: string): void {
  for (const folder of [
    'ws',
    'home/.ssh',
    'home/.aws',
    'home/.config/gcloud',
    'home/.sallyport/run',
    'outside',
  ]) {
    mkdirSync(join(base, folder), { recursive: true });
  }
  for (const secret of ['.ssh/id', '.aws/credentials', '.netrc', '.config/gcloud/db', '.sallyport/history']) {
    writeFileSync(join(base, 'home', secret), 'top-secret\n');
  }
  symlinkSync('../home/.ssh', join(base, 'ws/.ssh-link'));
}

describe.skipIf(process.platform !== 'linux').each(listTestUsers())(
  'reach of $name through the wall',
  (user) => {
    const folder = makeUserFolder(user);
    const base = folder.path;
    const servers: Server[] = [];
    const connections: string[] = [];
    const patternBefore = process.platform === 'linux' ? readFileSync(CORE_PATTERN, 'utf8') : '';
    let host: Host;
    let results: Results;

    const listen = (where: { path: string } | { port: number; host: string }): Promise<Server> =>
      new Promise((resolve) => {
        const server = createServer((socket) => {
          connections.push(JSON.stringify(where));
          socket.destroy();
        });
        servers.push(server);
        server.listen(where, () => resolve(server));
      });

    beforeAll(async () => {
      layOut(base);
      const helpers = shareHelpers(base);
      for (const path of ['home/host.sock', 'ws/host.sock', 'home/.sallyport/run/control.sock']) {
        await listen({ path: join(base, path) });
      }
      symlinkSync('../home/host.sock', join(base, 'ws/link.sock'));
      const abstractName = `sallyport-wall-${process.pid}-${user.uid}`;
      await listen({ path: `\0${abstractName}` });
      const address = (await listen({ port: 0, host: '127.0.0.1' })).address();
      giveTo(user, base);
      const sleeper = spawn('sleep', ['300'], { uid: user.uid, gid: user.gid, env: { WALL_MARK: 'host' } });
      host = { base, sleeper, abstractName, tcpPort: typeof address === 'object' ? (address?.port ?? 0) : 0 };
      results = await runSteps(describeRun(user, host, helpers), ['python3', '-c', KEYRING]);
    }, 60_000);

    afterAll(() => {
      host.sleeper.kill();
      for (const server of servers) server.close();
      if (readFileSync(CORE_PATTERN, 'utf8') !== patternBefore) writeFileSync(CORE_PATTERN, patternBefore);
      folder.remove();
    });

    const textOf = (id: string): string => {
      const result = results(id);
      expect(result?.stdout).toMatch(/ran\n$/);
      return `${result?.stdout}${result?.stderr}`;
    };

    it('reaches no process of the host', () => {
      expect(textOf('kill')).not.toContain('REACHED');
      expect(host.sleeper.exitCode ?? host.sleeper.signalCode).toBeNull();
      const shown = textOf('processes');
      expect(shown).toContain('/bin/bash');
      expect(shown).not.toContain('bwrap');
      expect(shown).not.toMatch(/vitest|sandbox-driver|sleep 300/);
    });

    it('reaches no abstract and no pathname socket, not even a late one', () => {
      const all = ['abstract socket', 'sockets', 'sockets by another name', 'late socket', 'tcp'].map(textOf);
      expect(all.join('')).not.toContain('REACHED');
      expect(connections).toEqual([]);
      expect(results('late reached')).toBeUndefined();
    });

    it('reaches no key of the session keyring', () => {
      expect(textOf('keyring')).not.toContain('REACHED');
    });

    it('reads no secret file, by whatever name', () => {
      const all = ['secret files', 'own folder', 'carry secrets away'].map(textOf).join('');
      expect(all).not.toContain('top-secret');
      expect(all).not.toContain('root:');
      expect(readFileSync(join(base, 'home/.ssh/id'), 'utf8')).toBe('top-secret\n');
    });

    it('sees no secret variable, not in /proc either', () => {
      const text = textOf('secret variables');
      expect(text).toContain('PLAIN=visible');
      expect(text).not.toContain('hidden-value');
    });

    it('changes no switch of the kernel', () => {
      textOf('core pattern');
      expect(readFileSync(CORE_PATTERN, 'utf8')).toBe(patternBefore);
    });

    it('has no disk, no memory device, no capability and no descriptor left over', () => {
      expect(textOf('devices')).not.toMatch(/\b(vda|sda|mem|kmsg)\b\n/);
      expect(textOf('capabilities')).toMatch(/CapEff:\t0+\nCapBnd:\t0+\nNoNewPrivs:\t1\nSeccomp:\t2\n/);
      expect(results('inherited descriptors')?.stdout.replace(/^total \d+\n/, '')).toBe('ran\n');
    });

    // Last: it does reach the servers that the tests above count the connections of.
    it('tries what does work without a wall', async () => {
      const words = ['-c', KEYRING, '/bin/bash', '-c', `${READ_KEY}\n${CONNECT}`, 'bash'];
      const names = [`${base}/home/host.sock`, `${base}/ws/link.sock`, `@${host.abstractName}`];
      const text = await new Promise<string>((resolve) => {
        execFile('python3', [...words, ...names], (_error, stdout) => resolve(stdout));
      });
      expect(text).toContain("REACHED b'keyring-secret");
      for (const name of names) expect(text).toContain(`REACHED ${name}`);
    });
  },
);

function describeRun(user: TestUser, host: Host, helpers: DriverSpec['helpers']): DriverSpec {
  const session = describeSession(user, host.base, helpers);
  const secrets = {
    MY_TOKEN: 'hidden-value',
    AWS_REGION: 'hidden-value',
    DB_PASSWORD: 'hidden-value',
    API_KEY: 'hidden-value',
  };
  const url = { DATABASE_URL: 'postgres://me:hidden-value@localhost/db', SSH_AUTH_SOCK: '/hidden-value' };
  return {
    ...session,
    env: { ...session.env, ...secrets, ...url, PLAIN: 'visible' },
    steps: listSteps(host),
  };
}

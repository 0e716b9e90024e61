import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  allowOnce,
  allowSession,
  makeFolder,
  type RealEngine,
  startRealEngine,
} from '../support/real-engine.ts';
import { openToolSession } from '../support/tool-session.ts';

let real: RealEngine;
let folder: ReturnType<typeof makeFolder>;
let work: string;
let home: string;
beforeAll(async () => {
  real = await startRealEngine();
});
afterAll(() => real.stop());
beforeEach(() => {
  folder = makeFolder('blocked', '/var/tmp');
  work = join(folder.path, 'work');
  home = join(folder.path, 'home');
  mkdirSync(work);
  mkdirSync(home);
});
afterEach(() => folder.remove());

const python = (code: string): string => `python3 -c ${JSON.stringify(code)}`;

test('a write outside: asked once with that file, and it succeeds behind the wall', async () => {
  const file = join(folder.path, 'notes');
  writeFileSync(file, '');
  const script = `${python(`open('${file}', 'a').write('1')`)}\n${python(`open('${file}', 'a').write('2')`)}`;
  const ran = await real.run(script, { cwd: work, answer: () => allowSession });
  expect(ran.result.exitCode, ran.stderr).toBe(0);
  expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[file]]);
  expect(readFileSync(file, 'utf8')).toBe('12');
  const walls = ran.events.flatMap((event) => (event.type === 'step/started' ? [event.access?.wall] : []));
  expect(new Set(walls)).toEqual(new Set(['bubblewrap']));
});

test('a folder that a tool fills with many files: asked once, with the folder', async () => {
  const cache = join(home, 'tool-store');
  mkdirSync(cache);
  const code = `import os
for i in range(200):
    os.makedirs('${cache}/%d' % (i % 20), exist_ok=True)
    open('${cache}/%d/f%d' % (i % 20, i), 'w').write('x')`;
  writeFileSync(join(work, 'fill.py'), code);
  const ran = await real.run('python3 fill.py && echo done', {
    cwd: work,
    env: { HOME: home },
    answer: () => allowSession,
  });
  expect(ran.stdout, ran.stderr).toBe('done\n');
  expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[cache]]);
});

test('many files of a folder that are there: asked for the first, then once for the folder', async () => {
  const store = join(home, 'tool-store');
  mkdirSync(store);
  for (let index = 0; index < 12; index++) writeFileSync(join(store, `f${index}`), '');
  const code = `for i in range(12): open('${store}/f%d' % i, 'a').write('x')`;
  const ran = await real.run(`${python(code)}\necho end`, {
    cwd: work,
    env: { HOME: home },
    answer: (_asked, earlier) => (earlier === 0 ? allowOnce : allowSession),
  });
  expect(ran.stdout, ran.stderr).toBe('end\n');
  expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[join(store, 'f0')], [store]]);
  expect(ran.questions[1]?.reasons.map(({ text }) => text)).toContain(
    `It is not the first file of ${store} in this turn (before it: ${store}/f0), so a yes opens the folder.`,
  );
  expect(readFileSync(join(store, 'f11'), 'utf8')).toBe('x');
});

test('after a no to the first file the second is asked about as that file', async () => {
  const store = join(home, 'tool-store');
  mkdirSync(store);
  for (const name of ['a', 'b']) writeFileSync(join(store, name), '');
  const script = ['a', 'b'].map((name) => python(`open('${store}/${name}', 'a').write('x')`)).join('\n');
  const ran = await real.run(script, {
    cwd: work,
    env: { HOME: home },
    answer: () => ({ outcome: 'rejected' }),
  });
  expect(ran.questions.map(({ grant }) => grant?.write)).toEqual([[join(store, 'a')], [join(store, 'b')]]);
});

test('a secret file that the words name: asked beforehand, opened for reading and for this alone', async () => {
  const key = join(home, '.netrc');
  writeFileSync(key, 'secret key\n');
  const script = `cat ${key}\n(echo x >> ${key}) 2> /dev/null || echo not written\npython3 -c "print(open('${key}').read())" 2> /dev/null || echo closed again`;
  const ran = await real.run(script, {
    cwd: work,
    env: { HOME: home },
    answer: ({ text }) => (text.startsWith('cat ') ? allowOnce : { outcome: 'rejected' }),
  });
  const [first] = ran.questions;
  expect(first?.grant).toEqual({ read: [key], write: [], hosts: [], sockets: [] });
  expect(ran.stdout).toBe('secret key\nnot written\nclosed again\n');
  expect(readFileSync(key, 'utf8')).toBe('secret key\n');
});

test('one file of a secret folder: it alone is opened, while its program runs', async () => {
  mkdirSync(join(home, '.aws', 'sso'), { recursive: true });
  for (const name of ['config', 'credentials', 'sso/token'])
    writeFileSync(join(home, '.aws', name), `${name}\n`);
  const aws = join(home, '.aws');
  const look = (paths: string): string => `python3 -c "
for path in '${paths}'.split():
    try: print(open('${aws}/' + path).read().strip())
    except OSError as error: print(error.errno)
"`;
  const script = `cat ${aws}/config; ${look('config credentials')}; cat ${aws}/sso/token\ncat ${aws}/config`;
  const ran = await real.run(script, { cwd: work, env: { HOME: home }, answer: () => allowOnce });
  expect(ran.questions.map(({ grant }) => grant?.read)).toEqual(
    ['config', 'sso/token', 'config'].map((name) => [join(aws, name)]),
  );
  expect(ran.stdout, ran.stderr).toBe('config\n13\n13\nsso/token\nconfig\n');
});

test('a unix socket: asked once with that socket, and it is reached', async () => {
  const path = join(folder.path, 'service.sock');
  const server = createServer((socket) => socket.end('hello\n'));
  await new Promise<void>((settle) => server.listen(path, settle));
  const code = `import socket
for i in range(2):
    s = socket.socket(socket.AF_UNIX); s.connect('${path}'); print(s.recv(9).decode().strip())`;
  writeFileSync(join(work, 'talk.py'), code);
  const ran = await real.run('python3 talk.py', { cwd: work, answer: () => allowSession });
  server.close();
  rmSync(path, { force: true });
  expect(ran.stdout, ran.stderr).toBe('hello\nhello\n');
  expect(ran.questions.map(({ grant }) => grant?.sockets)).toEqual([[path]]);
});

const nobody = [
  ['a command', 'rm x', 'untrusted'],
  ['a path that is known before', 'cp /etc/hostname OUTSIDE/a', 'on-request'],
  ['a held call', `python3 -c "open('OUTSIDE/a', 'w')"`, 'on-request'],
  ['a host', 'curl -s http://example.com', 'on-request'],
  ['a repository', 'git init -q . && git commit --allow-empty -m x', 'on-request'],
] as const;
test.each(nobody)('where nobody can answer, %s is refused at once', async (_name, script, policy) => {
  const outside = join(folder.path, 'outside');
  mkdirSync(outside);
  const ran = await real.run(script.replaceAll('OUTSIDE', outside), { cwd: work, policy, answers: 'nobody' });
  expect(ran.questions).toEqual([]);
  expect(ran.result.exitCode).not.toBe(0);
  expect(ran.stderr).toContain('sallyport: refused');
});

test('where nobody can answer, a socket of this machine is refused at once', async () => {
  const path = join(folder.path, 'service.sock');
  const reached: unknown[] = [];
  const server = createServer((socket) => reached.push(socket.end()));
  await new Promise<void>((settle) => server.listen(path, settle));
  const code = `import socket; socket.socket(socket.AF_UNIX).connect('${path}')`;
  const ran = await real.run(python(code), { cwd: work, answers: 'nobody' });
  server.close();
  expect([ran.questions, reached]).toEqual([[], []]);
  expect(ran.result.exitCode).toBe(1);
  const denied = ran.events.flatMap((event) => (event.type === 'wall/denied' ? [event.path] : []));
  expect(denied).toEqual([path]);
});

test.each([
  ['a request for more access', 'request_permissions'],
  ['access for one command', 'shell'],
  ['an edit', 'apply_patch'],
] as const)('where nobody can answer, %s is refused at once', async (_name, tool) => {
  const file = join(folder.path, 'made');
  const permissions = { file_system: { read: [], write: [folder.path] }, network: { allow: [] } };
  const inputs = {
    request_permissions: { reason: 'to write there', permissions },
    shell: { script: `touch ${file}`, additional_permissions: permissions },
    apply_patch: { patch: `*** Begin Patch\n*** Add File: ${file}\n+x\n*** End Patch\n` },
  };
  const tools = await openToolSession(real, { cwd: work, answers: 'nobody' });
  const result = await tools.propose(tool, inputs[tool]);
  await tools.close();
  expect(tools.questions).toEqual([]);
  expect(JSON.stringify(result)).toContain('nobody can answer');
  expect(existsSync(file)).toBe(false);
});

import { spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { buildHelpers, removeFolders } from './support/helper-files.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

let proxy: Server | undefined;
afterEach(() => proxy?.close());

/** A proxy that reads the head of one request, keeps it, and goes on as it is told. */
async function startProxy(goOn: (socket: Socket) => void): Promise<{ port: number; heads: string[] }> {
  const heads: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    const read = (piece: Buffer): void => {
      text += piece.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      socket.off('data', read);
      heads.push(text);
      goOn(socket);
    };
    socket.on('data', read).on('error', () => undefined);
  });
  proxy = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, heads };
}

function dial(
  words: readonly string[],
  environment: Record<string, string>,
  typed = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(helpers.path('dial'), words, { env: environment, stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece) => {
    text.stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    text.stderr += piece;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(typed);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })));
}

describe('dial', () => {
  test('asks the proxy of the session for the host, and carries both ways to the end', async () => {
    const { port, heads } = await startProxy((socket) => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\nhello ');
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.once('end', () => socket.end(text.toUpperCase()));
    });
    const done = await dial(
      ['code.test', '22'],
      { HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}` },
      'typed',
    );
    expect(done).toEqual({ code: 0, stdout: 'hello TYPED', stderr: '' });
    const login = Buffer.from('me:secret').toString('base64');
    expect(heads).toEqual([
      `CONNECT code.test:22 HTTP/1.1\r\nHost: code.test:22\r\nProxy-Authorization: Basic ${login}\r\n\r\n`,
    ]);
  });

  test.each(['a:b', 'ab:b', 'abc:b', 'abcd:b', 'abcde:b'])('writes the login %s as base64', async (login) => {
    const { port, heads } = await startProxy((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    await dial(['code.test', '22'], { HTTPS_PROXY: `http://${login}@127.0.0.1:${port}` });
    expect(heads[0]).toContain(`Basic ${Buffer.from(login).toString('base64')}\r\n`);
  });

  test('brackets an IPv6 address', async () => {
    const { port, heads } = await startProxy((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    await dial(['2001:db8::1', '22'], { HTTPS_PROXY: `http://a:b@127.0.0.1:${port}` });
    expect(heads[0]).toMatch(/^CONNECT \[2001:db8::1\]:22 HTTP/);
  });

  test('says why the proxy refuses, in characters that a terminal can show', async () => {
    const { port } = await startProxy((socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\nrefused: deny "*"\u001b[2J\n');
    });
    const done = await dial(['code.test', '22'], { HTTPS_PROXY: `http://a:b@127.0.0.1:${port}` });
    expect(done.code).toBe(125);
    expect(done.stderr).toContain('refused: deny "*"');
    expect(done.stderr).toContain('403 Forbidden');
    expect(done.stderr).not.toContain('\u001b');
  });

  test.each([
    ['no proxy', ['code.test', '22'], {}],
    ['a proxy elsewhere', ['code.test', '22'], { HTTPS_PROXY: 'http://a:b@192.0.2.1:3128' }],
    ['a line end in the host', ['code.test\r\nX: y', '22'], { HTTPS_PROXY: 'http://a:b@127.0.0.1:1' }],
    ['no port', ['code.test'], { HTTPS_PROXY: 'http://a:b@127.0.0.1:1' }],
  ])('refuses %s', async (_what, words, environment) => {
    const done = await dial(words, environment as Record<string, string>);
    expect([done.code, done.stdout]).toEqual([125, '']);
    expect(done.stderr).toMatch(/^sallyport: dial: /);
  });
});

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBridgedProxy } from '../support/bridged-proxy.ts';
import {
  createEcho,
  LAUNCH,
  LOGIN,
  listenOnLoopback,
  listenTo,
  openProxy,
  type ProxyFixture,
  talk,
} from '../support/proxy-fixture.ts';
import { eventually } from '../support/proxy-world.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

const folder = makeFolder('network-ends', '/var/tmp');
let real: RealEngine;
/** Another proxy, which looks all names up: it answers whatever is asked with a word, and never ends. */
const upstream = createServer((_request, response) => void response.write('begun'));
upstream.on('connect', (_request, socket) => {
  socket.on('error', () => socket.destroy());
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  socket.once('data', () => socket.write('begun'));
});
let config: string;

beforeAll(async () => {
  config = `network.proxy="http://127.0.0.1:${await listenOnLoopback(upstream)}"`;
  real = await startRealEngine();
});
afterAll(async () => {
  await real.stop();
  upstream.close();
  folder.remove();
});

/** Reaches a host in three ways and another in one, makes a file, and says how the connections ended. */
const KEEP = String.raw`
import base64, os, socket, struct, sys
from urllib.parse import urlparse

proxy = urlparse(os.environ["HTTP_PROXY"])
login = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
host, other, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
LONG = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"

def until(sock, words):
    got = b""
    while words not in got:
        piece = sock.recv(1000)
        if not piece: raise SystemExit(f"ended early: {got}")
        got += piece

def dial(request):
    sock = socket.create_connection((proxy.hostname, proxy.port))
    sock.sendall(request)
    return sock

def say(line):
    return f"{line}\r\nHost: {host}:{port}\r\nProxy-Authorization: Basic {login}\r\n\r\n".encode()

def connect(name):
    sock = dial(say(f"CONNECT {name}:{port} HTTP/1.1"))
    until(sock, b"\r\n\r\n")
    sock.sendall(LONG)
    until(sock, b"begun")
    return sock

def sized(text): return bytes([len(text)]) + text.encode()

def over_socks():
    sock = dial(b"\5\1\2")
    sock.recv(2)
    sock.sendall(b"\1" + sized(proxy.username) + sized(proxy.password))
    sock.recv(2)
    sock.sendall(b"\5\1\0\3" + sized(host) + struct.pack(">H", port))
    sock.recv(10)
    sock.sendall(LONG)
    until(sock, b"begun")
    return sock

def over_http():
    sock = dial(say(f"GET http://{host}:{port}/long HTTP/1.1"))
    until(sock, b"begun")
    return sock

reached = [connect(host), over_http(), over_socks()]
kept = connect(other)
open("open", "w").close()
for sock in reached:
    try:
        while sock.recv(1000): pass
    except ConnectionResetError: pass
print("cut", flush=True)
kept.settimeout(0.5)
try: print("other", kept.recv(1000), flush=True)
except TimeoutError: print("other goes on", flush=True)
print(dial(say(f"CONNECT {host}:{port} HTTP/1.1")).recv(12).decode(), flush=True)
`;

async function revokeOnceOpen(): Promise<void> {
  while (!existsSync(join(folder.path, 'open'))) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const { grantId } of real.engine.listGrants()) await real.engine.revokeGrant(grantId, 'test');
}

describe('a host whose grant is revoked', () => {
  test('is cut off in every way that it was reached, and asked about again; others are not', async () => {
    writeFileSync(join(folder.path, 'keep.py'), KEEP);
    const asked: string[] = [];
    const done = await real.run('/usr/bin/python3 keep.py granted.example listed.example 7000', {
      cwd: folder.path,
      flags: { allowDomains: ['listed.example:7000'], overrides: [config] },
      answer: (approval) => {
        asked.push(approval.text);
        if (asked.length > 1) return rejectWith('no more');
        void revokeOnceOpen();
        return { ...allowOnce, scope: 'session' };
      },
    });
    expect(done.stdout).toBe('cut\nother goes on\nHTTP/1.1 403\n');
    expect(asked).toHaveLength(2);
    expect(done.stderr).toContain('sallyport: cut: granted.example:7000: the yes to it has ended');
    expect(done.stderr).not.toContain('cut: listed.example');
  });
});

describe('a cut', () => {
  const isHere = ({ host }: { readonly host: string }): boolean => host === 'api.test';

  test('ends what the bridge carries', async () => {
    const echo = createEcho();
    const port = await listenOnLoopback(echo);
    const proxy = await openBridgedProxy({ names: { 'api.test': ['127.0.0.1'] } });
    const client = connect({ port: proxy.port, host: '127.0.0.1' });
    const listener = listenTo(client);
    client.write(`CONNECT api.test:${port} HTTP/1.1\r\n${LOGIN}\r\nhello`);
    await listener.until('hello');
    expect(proxy.told.map((text) => text.slice(0, 4))).toEqual(['hand']);
    expect(proxy.fixture.proxy.cut(({ host }) => host === 'other.test')).toEqual([]);
    expect(proxy.fixture.proxy.cut(isHere)).toEqual([{ launchId: LAUNCH, host: 'api.test', port }]);
    await listener.all();
    await eventually(() => expect(proxy.fixture.proxy.connections).toBe(0));
    expect(proxy.fixture.proxy.cut(isHere)).toEqual([]);
    await proxy.end();
    echo.close();
  });

  test('refuses what is still being dialled', async () => {
    let proxy: ProxyFixture | undefined;
    const far = createServer();
    far.on('connect', (_request, socket) => {
      proxy?.proxy.cut(isHere);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
    });
    proxy = await openProxy({ upstream: `http://127.0.0.1:${await listenOnLoopback(far)}` });
    const answer = await talk(proxy, `CONNECT api.test:7000 HTTP/1.1\r\n${LOGIN}\r\n`);
    expect(answer).toMatch(/ 403 [\s\S]*refused: api\.test:7000: the yes to it has ended/);
    await proxy.end();
    far.close();
  });
});

/** Servers that real package managers install from: one package each, made here. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

export interface SmallServer {
  readonly port: number;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse, port: number) => void;

export async function serveLocally(answer: Answer): Promise<SmallServer> {
  const asked: string[] = [];
  let port = 0;
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response, port);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function send(response: ServerResponse, bytes: Buffer | string | undefined, type: string): void {
  response.statusCode = bytes === undefined ? 404 : 200;
  response.setHeader('content-type', type);
  response.end(bytes);
}

/** A registry of npm with the package `small-package`, version 1.0.0. `host` is the name that it is reached by. */
export function serveNpm(host: string, folder: string): Promise<SmallServer> {
  mkdirSync(join(folder, 'package'), { recursive: true });
  const manifest = { name: 'small-package', version: '1.0.0', main: 'index.js' };
  writeFileSync(join(folder, 'package', 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package', 'index.js'), "module.exports = 'from the small registry';\n");
  execFileSync('tar', ['-czf', join(folder, 'small.tgz'), '-C', folder, 'package']);
  const tarball = readFileSync(join(folder, 'small.tgz'));
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  return serveLocally((request, response, port) => {
    const dist = { tarball: `http://${host}:${port}/small-package/-/small-package-1.0.0.tgz`, integrity };
    const packument = {
      name: 'small-package',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { ...manifest, dist } },
    };
    if (request.url?.endsWith('.tgz')) send(response, tarball, 'application/octet-stream');
    else if (request.url === '/small-package') send(response, JSON.stringify(packument), 'application/json');
    else send(response, undefined, 'application/json');
  });
}

const WHEEL = 'small_wheel-1.0.0-py3-none-any.whl';

/** A simple index with the wheel `small-wheel`, version 1.0.0, made by `python`. */
export function servePip(folder: string, python: string): Promise<SmallServer> {
  mkdirSync(folder, { recursive: true });
  const script = `
import sys, zipfile, hashlib, base64
files = {
  'small_wheel.py': "WORD = 'from the small index'\\n",
  'small_wheel-1.0.0.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: small-wheel\\nVersion: 1.0.0\\n',
  'small_wheel-1.0.0.dist-info/WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
record = ''
for name, text in files.items():
  digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
  record += f'{name},sha256={digest},{len(text)}\\n'
files['small_wheel-1.0.0.dist-info/RECORD'] = record + 'small_wheel-1.0.0.dist-info/RECORD,,\\n'
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
  for name, text in files.items(): wheel.writestr(name, text)
`;
  execFileSync(python, ['-c', script, join(folder, WHEEL)]);
  const wheel = readFileSync(join(folder, WHEEL));
  return serveLocally((request, response) => {
    if (request.url?.endsWith(WHEEL)) send(response, wheel, 'application/octet-stream');
    else if (request.url === '/simple/small-wheel/')
      send(response, `<!DOCTYPE html><a href="/files/${WHEEL}">${WHEEL}</a>`, 'text/html');
    else send(response, undefined, 'text/html');
  });
}

/** A repository with one commit, as plain files over HTTP. */
export function serveGit(folder: string): Promise<SmallServer> {
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@test.test', ...words], {
      stdio: 'ignore',
    });
  const work = join(folder, 'work');
  const bare = join(folder, 'small.git');
  git('init', '-q', '-b', 'main', work);
  writeFileSync(join(work, 'README'), 'from the small server\n');
  git('-C', work, 'add', 'README');
  git('-C', work, 'commit', '-q', '-m', 'one');
  git('clone', '-q', '--bare', work, bare);
  git('-C', bare, 'update-server-info');
  return serveLocally((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const file = path.startsWith('/small.git/') ? join(folder, path) : undefined;
    try {
      send(response, file === undefined ? undefined : readFileSync(file), 'application/octet-stream');
    } catch {
      send(response, undefined, 'text/plain');
    }
  });
}

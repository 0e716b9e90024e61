import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOwnNames } from '../../src/engine/network/index.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';
import { type SmallServer, serveLocally } from '../support/small-registries.ts';

const folder = makeFolder('network-inside', '/var/tmp');
const node = process.execPath;
let real: RealEngine;
let server: SmallServer;

beforeAll(async () => {
  real = await startRealEngine();
  server = await serveLocally((_request, response) => response.end('outside'));
  writeFileSync(
    join(folder.path, 'serve.mjs'),
    `import { createServer } from 'node:http';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const server = createServer((request, response) => response.end('inside ' + request.headers.host));
server.listen(0, '::', () => writeFileSync('port', String(server.address().port)));`,
  );
});
afterAll(async () => {
  await server.close();
  await real.stop();
  folder.remove();
});

const run = (script: string, policy = 'on-request', answer = () => allowOnce) =>
  real.run(script, {
    cwd: folder.path,
    policy,
    answer,
    env: { PATH: `${dirname(node)}:/usr/bin:/bin` },
  });

/** Starts a server inside, for every address of the loopback, and asks it by `client` in the place of URL. */
const served = (client: string): string =>
  `rm -f port; ${node} serve.mjs & until [ -s port ]; do sleep 0.1; done; PORT=$(cat port); ${client}; kill %1; wait`;

const FETCH = `${node} -e 'fetch(process.argv[1]).then(async (r) => console.log(await r.text()), (e) => console.log(String(e.cause)))'`;
const GET = `${node} -e 'require("node:http").get(process.argv[1], (r) => r.pipe(process.stdout)).on("error", (e) => console.log(e.message))'`;
const URLLIB = `/usr/bin/python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=20).read().decode())'`;

/** Where the hosts file leads this machine's own name to the loopback, as most do. */
const ownNames = findOwnNames([]).filter((name) =>
  new RegExp(`^(127|::1).*\\s${name}(\\s|$)`, 'm').test(readFileSync('/etc/hosts', 'utf8')),
);

describe.skipIf(process.platform !== 'linux')('a server inside is reached without the proxy', () => {
  const hosts = ['localhost', '127.0.0.1', '127.0.0.2', '127.0.1.1', '0.0.0.0', '[::1]', ...ownNames];

  test.each([
    ['curl, which knows these names by itself', 'curl -sS -m 20', [...hosts, 'app.localhost']],
    ['fetch of Node', FETCH, hosts],
    ['http of Node', GET, hosts],
    ['urllib', URLLIB, hosts],
    ['wget', 'wget -q -T 20 -t 1 -O -', hosts.filter((host) => host !== '[::1]')],
  ])('by %s', { timeout: 120_000 }, async (_name, client, asked) => {
    const each = asked.map((host) => `${client} "http://${host}:$PORT/"; echo`).join('; ');
    const done = await run(served(each));
    expect(done.questions).toEqual([]);
    expect(done.stderr).toBe('');
    for (const host of asked) expect(done.stdout).toContain(`inside ${host}:`);
  });

  test('where Python has requests', { timeout: 120_000 }, async () => {
    const client = `python3 -c 'import sys, requests; print(requests.get(sys.argv[1], timeout=20).text)'`;
    const each = hosts.map((host) => `${client} "http://${host}:$PORT/"`).join('; ');
    const done = await run(served(`python3 -c 'import requests' 2>/dev/null && { ${each}; } || echo none`));
    expect(done.questions).toEqual([]);
    for (const host of done.stdout.startsWith('none') ? [] : hosts)
      expect(done.stdout).toContain(`inside ${host}:`);
  });
});

describe.skipIf(process.platform !== 'linux')('the loopback outside, asked of the proxy', () => {
  const fetch = () => `curl -sS --noproxy '' http://127.0.0.1:${server.port}/`;

  test('is one question, which says so and names the way', async () => {
    const done = await run(fetch());
    expect(done.stdout).toBe('outside');
    expect(done.questions.map(({ reasons }) => reasons[0]?.text)).toEqual([
      expect.stringMatching(
        /this machine itself, outside the sandbox\).*Servers inside are reached without the proxy; .*--allow-domain 127\.0\.0\.1:\d+\./,
      ),
    ]);
  });

  test('is refused with these words where nobody is asked', async () => {
    const done = await run(fetch(), 'never');
    expect(done.stderr).toMatch(/outside the sandbox.*--allow-domain 127\.0\.0\.1:\d+/);
  });

  test.skipIf(ownNames.length === 0)(
    'by a name of the hosts file is one question, about the private address',
    async () => {
      const done = await run(
        `curl -sS --noproxy '' http://${ownNames[0]}:${server.port}/`,
        'on-request',
        () => rejectWith('no'),
      );
      expect(done.questions.map(({ reasons }) => reasons[0]?.code)).toEqual(['private-address']);
    },
  );
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type SmallServer, serveLocally } from '../support/small-registries.ts';

const folder = makeFolder('network-rules', '/var/tmp');
const work = join(folder.path, 'work');
let real: RealEngine;
let server: SmallServer;

beforeAll(async () => {
  server = await serveLocally((_request, response) => response.end('served\n'));
  real = await startRealEngine({ resolve: async () => ['127.0.0.1'] });
  mkdirSync(work);
  mkdirSync(join(real.home, 'rules'), { recursive: true });
  const address = `127.0.0.1:${server.port}`;
  writeFileSync(
    join(real.home, 'config.toml'),
    `[permission_profile.network]\nallow = ["${address}", "denied.test", "asked.test", "fine.test"]\n`,
  );
  writeFileSync(
    join(real.home, 'rules', 'hosts.rules'),
    'network_rule("denied.test", "https", "deny")\nnetwork_rule("asked.test", "https", "prompt")\n' +
      `network_rule("open.test:${server.port}", "http", "allow")\n`,
  );
});
afterAll(async () => {
  await real.stop();
  await server.close();
  folder.remove();
});

/** No word of the command names the host: only the connection shows it. */
const fetchHidden = (host: string): string => `curl -sS -K - <<< "url=http://${host}:${server.port}/"`;

function run(script: string) {
  return real.run(script, { cwd: work, answer: () => allowOnce });
}

test('a rule that allows opens a host on no list', async () => {
  const done = await run(fetchHidden('open.test'));
  expect([done.stdout, done.questions]).toEqual(['served\n', []]);
});

test('a rule that denies holds against the list that allows', async () => {
  const done = await run(fetchHidden('denied.test'));
  expect(done.questions).toEqual([]);
  expect(done.stderr).toContain('a rule denies "denied.test"');
  expect(done.stdout).not.toContain('served\n');
});

test('a rule that prompts asks although the list allows, and only about its host', async () => {
  const fine = await run(fetchHidden('fine.test'));
  expect([fine.stdout, fine.questions]).toEqual(['served\n', []]);
  const done = await run(fetchHidden('asked.test'));
  expect(done.questions.map(({ text }) => text.split(':')[0])).toEqual(['connect to asked.test']);
  expect(done.stdout).toBe('served\n');
});

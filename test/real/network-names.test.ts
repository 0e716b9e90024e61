import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';
import { type SmallServer, serveLocally } from '../support/small-registries.ts';

const folder = makeFolder('network-names', '/var/tmp');
let real: RealEngine;
let server: SmallServer;

beforeAll(async () => {
  server = await serveLocally((request, response) => response.end(`served ${request.headers.host}\n`));
  real = await startRealEngine({ resolve: async () => ['127.0.0.1'] });
});
afterAll(async () => {
  await real.stop();
  await server.close();
  folder.remove();
});

const run = (script: string) => real.run(script, { cwd: folder.path, answer: () => allowOnce });

/** No word of the command names the address: only the connection shows it. */
const fetchHidden = (host: string): string => `curl -sS -K - <<< "url=http://${host}:${server.port}/"`;

describe('a name that nobody knows before its yes', () => {
  test.each(['nas.corp.example', 'nas'])(
    '%s: where it leads is a second question, which says why',
    async (host) => {
      const at = `${host}:${server.port}`;
      const done = await run(fetchHidden(host));
      expect(done.stdout).toBe(`served ${at}\n`);
      expect(done.questions.map(({ text }) => text.split('   ')[0])).toEqual([
        `connect to ${at}`,
        `connect to ${at} at the private address 127.0.0.1`,
      ]);
      expect(done.questions[1]?.reasons[0]?.text).toContain('because the yes before was to the name');
    },
  );

  test('and without a dot is not asked about in front as well', async () => {
    const done = await run(`curl -sS http://nas:${server.port}/`);
    expect(done.questions.map(({ kind }) => kind)).toEqual(['net', 'net']);
  });
});

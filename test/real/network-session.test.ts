import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowOnce, makeFolder, type RealEngine, startRealEngine } from '../support/real-engine.ts';

const folder = makeFolder('network', '/var/tmp');
let real: RealEngine;
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => response.end(`served ${request.headers.host}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  real = await startRealEngine({ resolve: async (name) => (name.endsWith('.test') ? ['127.0.0.1'] : []) });
});
afterAll(async () => {
  await real.stop();
  server.close();
  folder.remove();
});

describe('a host on no list', () => {
  test('waits while a person is asked, and goes on after a yes', async () => {
    const run = await real.run(`curl -sS http://one.test:${port}/`, {
      cwd: folder.path,
      answer: () => allowOnce,
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(`served one.test:${port}`);
  });
});

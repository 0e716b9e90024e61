/** The examples of the page about tools: the server that an agent starts, a patch, a scripted agent. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse as parseToml } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allow, reject } from '../support/article-place.ts';
import { takeExample } from './docs-examples.ts';
import { createDocsPlace, type DocsPlace } from './docs-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let place: DocsPlace;
beforeAll(async () => {
  place = await createDocsPlace();
});
afterAll(() => place.close());

const TURNS = takeExample('tools.md#a-scripted-agent/1');

function writeFile(name: string, text: string): string {
  const file = join(place.shop, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe.skipIf(process.platform !== 'linux')('tools.md (Linux)', () => {
  it('the entry of an agent starts a server with three tools', async () => {
    const text = takeExample('tools.md#the-server-sallyport-mcp/1');
    const { mcp_servers } = parseToml(text) as {
      mcp_servers: { sallyport: { command: string; args: string[] } };
    };
    const { command, args } = mcp_servers.sallyport;
    expect(command).toBe('sallyport');
    const server = place.start(args);
    const { stdin, stdout } = server;
    if (stdin === null || stdout === null) throw new Error('it has no streams');
    // one that has ended says so by its answers
    stdin.on('error', () => {});
    const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
    const call = async (id: number, method: string): Promise<string> => {
      const params = {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'a', version: '1' },
      };
      stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: id === 1 ? params : {} })}\n`);
      return String((await answers.next()).value);
    };
    await call(1, 'initialize');
    const { result } = JSON.parse(await call(2, 'tools/list')) as { result: { tools: { name: string }[] } };
    expect(result.tools.map(({ name }) => name)).toEqual(['shell', 'apply_patch', 'request_permissions']);
    const ended = once(server, 'exit');
    stdin.end();
    expect(await ended).toEqual([0, null]);
  });

  it('the patch changes, adds and deletes', async () => {
    writeFile('src/app.ts', 'function start() {\n  const port = 80;\n  listen(port);\n}\n');
    writeFile('old.txt', 'old\n');
    const patch = takeExample('tools.md#changes-of-files/1').split('\n');
    const turns = writeFile(
      'turns.jsonl',
      `${JSON.stringify({ apply_patch: patch })}\n{"expect": {"outcome": "ran"}}\n`,
    );
    const done = await place.type(`sallyport run --driver script -- ${turns}`);
    expect(done).toMatchObject({ status: 0 });
    expect(readFileSync(join(place.shop, 'src/app.ts'), 'utf8')).toContain("listen(port, '127.0.0.1');");
    expect(readFileSync(join(place.shop, 'notes.txt'), 'utf8')).toBe('one line\n');
    expect(existsSync(join(place.shop, 'old.txt'))).toBe(false);
  });

  it.each([
    ['allowed', allow(), allow()],
    ['rejected', reject('no'), reject('no')],
  ])('the scripted agent is played, its two questions %s', async (_name, first, second) => {
    writeFile('turns.jsonl', `${TURNS}\n`);
    mkdirSync(join(place.folder, '..', 'out'), { recursive: true });
    rmSync(join(place.folder, 'hello.txt'), { force: true });
    const turns = join(place.shop, 'turns.jsonl');
    const done = await place.runAnswered(['run', '--driver', 'script', '--', turns], [first, second]);
    expect(done).toMatchObject({ status: 0 });
    expect(done.questions.map(({ approvalId }) => approvalId.split('-')[0])).toEqual(['perm', 'mcp']);
    expect(readFileSync(join(place.folder, 'hello.txt'), 'utf8')).toBe('hello\n');
  });
});

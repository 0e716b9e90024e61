import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe.skipIf(process.platform !== 'linux')('the tool server with a session of its own (Linux)', () => {
  let place: CliPlace;
  beforeEach(() => {
    place = createCliPlace();
  });
  afterEach(() => place.close());

  test('opens it in its folder with the usual flags, and closes it with the input', async () => {
    const server = place.start(['mcp', '-a', 'never', '--title', 'tools']);
    const { stdin, stdout } = server;
    if (stdin === null || stdout === null) throw new Error('it has no streams');
    const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
    const call = async (id: number, method: string, params: unknown): Promise<Record<string, unknown>> => {
      stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      const { value } = (await answers.next()) as { value: string };
      return JSON.parse(value) as Record<string, unknown>;
    };
    const tool = (id: number, name: string, input: unknown) =>
      call(id, 'tools/call', { name, arguments: input });
    expect(await tool(1, 'shell', { script: 'true' })).toMatchObject({ error: { code: -32600 } });
    expect(await call(2, 'initialize', { protocolVersion: '1999-01-01' })).toMatchObject({
      result: { protocolVersion: '2025-06-18' },
    });
    expect(await tool(3, 'shell', { script: 'pwd' })).toMatchObject({
      result: { isError: false, structuredContent: { output: `${place.folder}\n` } },
    });
    const patch = '*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch';
    expect(await tool(4, 'apply_patch', { patch })).toMatchObject({ result: { isError: false } });
    expect(readFileSync(join(place.folder, 'made.txt'), 'utf8')).toBe('made\n');
    const outside = `*** Begin Patch\n*** Add File: ${place.home}-beside.txt\n+x\n*** End Patch`;
    expect(await tool(5, 'apply_patch', { patch: outside })).toMatchObject({
      result: { isError: true, structuredContent: { outcome: 'refused' } },
    });
    expect(existsSync(`${place.home}-beside.txt`)).toBe(false);
    const permissions = { file_system: { write: [join(place.folder, '..')] } };
    expect(await tool(6, 'request_permissions', { reason: 'r', permissions })).toMatchObject({
      result: { isError: true },
    });
    const ended = new Promise((settle) => server.on('exit', settle));
    stdin.end();
    expect(await ended).toBe(0);
    const { stdout: listed } = await place.run(['history', 'list', '--json']);
    expect(JSON.parse(listed.trim())).toMatchObject({ title: 'tools', state: 'closed' });
  });
});

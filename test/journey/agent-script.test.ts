import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

interface Listed {
  readonly approvalId: string;
  readonly kind: string;
  readonly text: string;
}

async function waitForApproval(kind: string): Promise<Listed> {
  for (;;) {
    const { stdout } = await place.run(['approvals', 'list', '--json']);
    const rows = stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Listed);
    const row = rows.find((approval) => approval.kind === kind);
    if (row !== undefined) return row;
    await delay(20);
  }
}

function writeTurns(...lines: readonly (string | Record<string, unknown>)[]): string {
  const file = join(place.folder, 'turns.jsonl');
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return file;
}

const play = (file: string, ...flags: string[]) =>
  place.run(['run', '--driver', 'script', ...flags, '--', file]);

describe('an agent whose turns are written in a file', () => {
  it('says, runs, changes files and asks for more, as any agent does; its session is in the history', async () => {
    const outside = join(place.folder, '..', 'agent-outside');
    mkdirSync(outside, { recursive: true });
    const file = writeTurns(
      '# what a session looks like',
      { turn: 'Make a greeting' },
      { say: 'I write the file first.' },
      { apply_patch: ['*** Begin Patch', '*** Add File: hello.txt', '+hello', '*** End Patch'] },
      { expect: { outcome: 'ran' } },
      { shell: 'cat hello.txt; exit 4' },
      { expect: { exitCode: 4, output: 'hello' } },
      '',
      { turn: 'Put it outside' },
      {
        apply_patch: ['*** Begin Patch', `*** Add File: ${outside}/a.txt`, '+a', '*** End Patch'],
        reason: 'asked to',
      },
      { expect: { outcome: 'rejected', feedback: 'not there', message: 'edit-' } },
      { request_permissions: { file_system: { write: [outside] } }, reason: 'to write it' },
      { expect: { outcome: 'ran', notGranted: false } },
      { shell: `echo b > ${outside}/b.txt` },
      { expect: { exitCode: 0 } },
    );
    const playing = play(file, '--wait');
    const edit = await waitForApproval('edit');
    expect(edit.approvalId).toMatch(/^edit-/);
    await place.run(['approvals', 'reject', edit.approvalId, '--feedback', 'not there']);
    const more = await waitForApproval('perm');
    const once = await place.run(['approvals', 'allow', more.approvalId, '--scope', 'once']);
    expect([once.status, once.stderr]).toEqual([
      1,
      `sallyport: ${more.approvalId}: that scope is not offered; these are: turn, session\n`,
    ]);
    const plain = await place.run(['approvals', 'allow', more.approvalId]);
    expect([plain.status, plain.stdout]).toEqual([0, `${more.approvalId}: allowed (turn)\n`]);
    const { status, stdout } = await playing;
    expect(stdout).toContain('== Make a greeting\nI write the file first.\n');
    expect(stdout).toContain('$ cat hello.txt; exit 4\nhello\n-> ran: exit status 4\n');
    expect(stdout).toContain('-> rejected: ');
    expect(status).toBe(0);
    expect(readFileSync(join(place.folder, 'hello.txt'), 'utf8')).toBe('hello\n');
    expect([existsSync(join(outside, 'a.txt')), readFileSync(join(outside, 'b.txt'), 'utf8')]).toEqual([
      false,
      'b\n',
    ]);
    const listed = await place.run(['history', 'list', '--json']);
    const { sessionId } = JSON.parse(listed.stdout.trim().split('\n')[0] ?? '') as { sessionId: string };
    const shown = await place.run(['history', 'show', sessionId]);
    expect(shown.stdout).toContain('hello.txt');
    expect(shown.stdout).toContain(edit.approvalId);
    expect(shown.stdout).toContain(more.approvalId);
    expect((await place.run(['history', 'verify'])).status).toBe(0);
  });

  it('asks before it calls tools, also for an agent that it has delegated something to', async () => {
    const file = writeTurns(
      { mcp_call: { server: 'docs', tool: 'read', read_only_hint: true } },
      { expect: { outcome: 'ran', message: 'allowed: docs · read' } },
      {
        mcp_call: { server: 'github', tool: 'create_issue', arguments: { title: 'x' } },
        reason: 'to tell them',
        agent_name: 'reviewer',
      },
      { expect: { outcome: 'rejected', feedback: 'not there', message: 'mcp-' } },
      { mcp_call: { server: 'github', tool: 'create_issue', arguments: { title: 'y' } } },
      { expect: { outcome: 'ran', message: 'allowed: github · create_issue (session)' } },
      { mcp_call: { server: 'github', tool: 'create_issue', arguments: { title: 'z' } } },
      { expect: { outcome: 'ran' } },
    );
    const playing = play(file, '--wait', '-c', 'mcp_servers.docs.trust_hints=true');
    const first = await waitForApproval('mcp');
    expect(first).toMatchObject({
      approvalId: expect.stringMatching(/^mcp-/),
      agentName: 'run › reviewer',
      text: 'github · create_issue {"title":"x"}',
    });
    await place.run(['approvals', 'reject', first.approvalId, '--feedback', 'not there']);
    const second = await waitForApproval('mcp');
    await place.run(['approvals', 'allow', second.approvalId, '--scope', 'session', '--match', 'prefix']);
    const { status, stdout } = await playing;
    expect(stdout).toContain('> mcp_call: github · create_issue {"title":"x"}\n-> rejected: ');
    expect(status).toBe(0);
    const listed = await place.run(['history', 'list', '--json']);
    const { sessionId } = JSON.parse(listed.stdout.trim().split('\n')[0] ?? '') as { sessionId: string };
    const shown = await place.run(['history', 'show', sessionId]);
    expect(shown.stdout).toContain('github · create_issue');
    expect(shown.stdout).toContain(second.approvalId);
  });

  it('ends at the first thing that is not as expected, with the line', async () => {
    const file = writeTurns({ shell: 'true' }, { expect: { exitCode: 7 } }, { shell: 'touch later' });
    const { status, stdout } = await play(file);
    expect(status).toBe(1);
    expect(stdout).toContain(`!! ${file}:2: expected the exit status 7, but it is 0\n`);
    expect(existsSync(join(place.folder, 'later'))).toBe(false);
  });

  it('that is wrong is refused before anything is played, with file, line and column', async () => {
    const file = writeTurns({ shell: 'touch played' }, '  {"shel": "true"}');
    const { status, stderr } = await play(file);
    expect([status, existsSync(join(place.folder, 'played'))]).toEqual([2, false]);
    expect(stderr).toContain(`${file}:2:3: there is none of turn, say`);
  });
});

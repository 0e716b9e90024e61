import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliPlace, createCliPlace } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let place: CliPlace;
beforeEach(() => {
  place = createCliPlace();
});
afterEach(() => place.close());

interface Listed {
  readonly approvalId: string;
  readonly text: string;
}

async function waitForApproval(text: string): Promise<Listed> {
  for (;;) {
    const { stdout } = await place.run(['approvals', 'list', '--json']);
    const rows: Listed[] =
      stdout === ''
        ? []
        : stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
    const row = rows.find((approval) => approval.text.includes(text));
    if (row !== undefined) return row;
    await delay(20);
  }
}

describe('approvals from a second terminal', () => {
  it('allow by prefix, reject with feedback; the second answer is told that it came too late', async () => {
    const running = place.run([
      'exec',
      '--wait',
      '-a',
      'untrusted',
      'touch a.txt && touch b.txt; echo rc=$?',
    ]);
    const first = await waitForApproval('touch a.txt');
    const allowed = await place.run(['approvals', 'allow', first.approvalId.slice(0, 8)]);
    expect([allowed.status, allowed.stdout]).toEqual([0, `${first.approvalId}: allowed (once)\n`]);
    const second = await waitForApproval('touch b.txt');
    expect((await place.run(['approvals', 'reject', second.approvalId, '--feedback', 'enough'])).status).toBe(
      0,
    );
    const late = await place.run(['approvals', 'allow', second.approvalId]);
    expect(late.status).toBe(1);
    expect(late.stderr).toContain('already answered: rejected');
    const result = await running;
    expect(result.stdout).toBe('rc=126\n');
    for (const { approvalId, text } of [first, second]) {
      expect(result.stderr).toContain(`a question waits: ${approvalId}: ${text}\n`);
      expect(result.stderr).toContain(`sallyport approvals allow ${approvalId} `);
    }
    expect(result.stderr).not.toContain('nobody was asked');
    expect(result.stderr).toContain(`rejected ${second.approvalId}: enough`);
    expect([existsSync(join(place.folder, 'a.txt')), existsSync(join(place.folder, 'b.txt'))]).toEqual([
      true,
      false,
    ]);
  });

  it('the first terminal is told when another one was faster', async () => {
    const terminal = place.openTerminal(['exec', '-a', 'untrusted', 'touch a.txt; echo done']);
    const prompt = await terminal.see(/Your answer to (cmd-\w{8}): /);
    const id = prompt.match(/cmd-\w{8}/)?.[0] ?? '';
    terminal.type('a');
    expect((await place.run(['approvals', 'reject', id])).status).toBe(0);
    await terminal.see(`${id}: rejected by cli`);
    await terminal.see('done');
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(place.folder, 'a.txt'))).toBe(false);
  });

  it('watch asks the questions of all sessions, and a session without a terminal waits for it', async () => {
    const watch = place.openTerminal(['approvals', 'watch']);
    await watch.see('Waiting for questions');
    const running = place.run(['exec', '-a', 'untrusted', 'touch w.txt; echo ok']);
    await watch.see('touch w.txt');
    await watch.see('Your answer to');
    watch.type('a\r');
    await watch.see('allowed (once)');
    expect((await running).stdout).toBe('ok\n');
    watch.type('\x03');
    watch.signal('SIGINT');
    expect(await watch.ended).toBe(0);
  });

  it('wrong words are usage errors and answer nothing', async () => {
    for (const words of [
      ['allow', 'cmd-7k3q9d2e', '--scope', 'forever'],
      ['allow', 'cmd-7k3q9d2e', '--for', 'soon'],
      ['allow', 'cmd-7k3q9d2e', '--scope', 'until'],
      ['allow', 'cmd-7k3q9d2e', '--match', 'regex'],
      ['allow'],
      ['allow', ''],
      ['reject', ' '],
      ['answer'],
    ]) {
      expect((await place.run(['approvals', ...words])).status, words.join(' ')).toBe(2);
    }
    for (const words of [[], ['--scope', 'always']])
      expect((await place.run(['approvals', 'allow', 'cmd-7k3q9d2e', ...words])).status).toBe(1);
  });

  it('high risk wants the whole ID', async () => {
    mkdirSync(join(place.folder, '.git'));
    const running = place.run([
      'exec',
      '--wait',
      '-a',
      'untrusted',
      '-s',
      'danger-full-access',
      'rm -rf .git',
    ]);
    const approval = await waitForApproval('rm -rf .git');
    const prefix = approval.approvalId.slice(0, 9);
    const refused = await place.run(['approvals', 'allow', prefix]);
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('its whole ID must be typed');
    expect((await place.run(['approvals', 'reject', prefix])).status).toBe(0);
    await running;
    expect(existsSync(join(place.folder, '.git'))).toBe(true);
  });

  it('a question is masked in lists, also for programs', async () => {
    const running = place.run([
      'exec',
      '--wait',
      '-a',
      'untrusted',
      'touch https://ada:hunter2hunter2@localhost',
    ]);
    const approval = await waitForApproval('touch https');
    expect(JSON.stringify(approval)).not.toContain('hunter2');
    await place.run(['approvals', 'reject', approval.approvalId]);
    expect((await running).stderr).toContain('a question waits');
  });

  it('a grant is listed and can be taken back', async () => {
    const script = 'touch g1.txt; touch g1.txt; mkdir made; touch g1.txt; echo end';
    const running = place.run(['exec', '--wait', '-a', 'untrusted', script]);
    const first = await waitForApproval('touch g1.txt');
    expect((await place.run(['approvals', 'allow', first.approvalId, '--scope', 'session'])).status).toBe(0);
    const between = await waitForApproval('mkdir made');
    const { stdout } = await place.run(['grants', '--json']);
    const grant: { grantId: string; uses: number } = JSON.parse(stdout.split('\n')[0] ?? '');
    expect(grant.uses).toBeGreaterThan(0);
    expect((await place.run(['grants', 'revoke', grant.grantId])).stdout).toBe(`${grant.grantId}: revoked\n`);
    expect((await place.run(['grants', 'revoke', grant.grantId])).status).toBe(1);
    await place.run(['approvals', 'reject', between.approvalId]);
    const again = await waitForApproval('touch g1.txt');
    expect(again.approvalId).not.toBe(first.approvalId);
    await place.run(['approvals', 'reject', again.approvalId]);
    expect((await running).stdout).toBe('end\n');
  });
});

/** The examples of the pages about commands, as they stand there: typed, and what they print compared. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allow, reject } from '../support/article-place.ts';
import { EXAMPLES, listLines, listTyped, maskText, type Printed, takeExample } from './docs-examples.ts';
import { createDocsPlace, type DocsPlace } from './docs-place.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

let place: DocsPlace;
beforeAll(async () => {
  place = await createDocsPlace();
});
afterAll(() => place.close());

/** What each line that starts an agent comes to: who, its last word, its folder, mode and policy. */
const AGENT_LINES: Readonly<Record<string, readonly string[]>> = {
  'sallyport run -- codex': ['codex', '', 'shop', 'workspace-write', 'on-request'],
  'sallyport run -C ~/project -- claude': ['claude', '', 'project', 'workspace-write', 'on-request'],
  'sallyport run -- bash': ['bash', '', 'shop', 'workspace-write', 'on-request'],
  'sallyport run -a untrusted -- bash': ['bash', '', 'shop', 'workspace-write', 'untrusted'],
  'sallyport -a untrusted "audit this branch"': [
    ...['codex', 'audit this branch', 'shop', 'workspace-write', 'untrusted'],
  ],
  'sallyport "refactor the auth module"': [
    ...['codex', 'refactor the auth module', 'shop', 'workspace-write', 'on-request'],
  ],
  'sallyport -s read-only -a untrusted "audit this PR for security issues"': [
    ...['codex', 'audit this PR for security issues', 'shop', 'read-only', 'untrusted'],
  ],
  'sallyport -c default_agent=codex -p auto "fix all lint warnings"': [
    ...['codex', 'fix all lint warnings', 'shop', 'workspace-write', 'never'],
  ],
};

const started = new Set<string>();

/** Types a line; where the agent itself is asked about, somebody is there and allows it. */
async function start(line: string, isAsked: boolean): Promise<Printed> {
  const running = place.type(isAsked ? line.replace(/^sallyport( run)?/, '$& --wait') : line);
  if (isAsked) await place.run(['approvals', ...allow()(await place.nextQuestion())]);
  return running;
}

describe.skipIf(process.platform !== 'linux')('agents (Linux)', () => {
  it.each([
    ['README.md#run-an-agent/1', 4],
    ['agents.md#agents-in-a-terminal/1', 4],
    ['command-line.md#your-agent/1', 3],
  ])('%s: each line starts the agent that it names', async (key, count) => {
    const lines = listLines(takeExample(key));
    expect(lines).toHaveLength(count);
    mkdirSync(join(place.user, 'project'), { recursive: true });
    const tell = (name: string) => [`printf '${name} <%s> in %s\\n' "\${!#}" "\${PWD##*/}"`];
    for (const name of ['codex', 'claude']) place.addProgram(name, tell(name));
    place.configure('default_agent = "codex"\n[profiles.auto]\napproval_policy = "never"\n');
    // what two pages have is run once
    for (const line of lines.filter((each) => !started.has(each))) {
      started.add(line);
      const [agent = '', prompt, folder, mode, policy] = AGENT_LINES[line] ?? [`not known: ${line}`];
      const done = await start(line, policy === 'untrusted');
      expect({ line, ...done }).toMatchObject({ line, status: 0 });
      const said = agent === 'bash' ? /^$/ : new RegExp(`^${agent} <.*${prompt}> in ${folder}$`, 'm');
      expect(done.stdout).toMatch(said);
      const { sandboxMode, approvalPolicy } = await place.lastSnapshot();
      expect([line, sandboxMode, approvalPolicy]).toEqual([line, mode, policy]);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('configuration (Linux)', () => {
  it('a mistake is one error with its place and the way out', async () => {
    place.configure('# mine\napproval_polcy = "never"\n');
    const done = await place.type('sallyport config get');
    expect([done.status, place.mask(done.stderr).trim()]).toEqual([
      2,
      maskText(takeExample('configuration.md#errors-and-warnings/1')),
    ]);
  });

  it('explain', async () => {
    place.configure('# mine\napproval_policy = "never"\n');
    const [typed] = listTyped(takeExample('configuration.md#where-a-value-comes-from/1'));
    const done = await place.type(typed?.command ?? '');
    expect([done.status, place.mask(done.stdout).trim()]).toEqual([0, maskText(typed?.shown ?? '')]);
  });

  it('set', async () => {
    const file = place.configure('# mine\napproval_policy = "on-request"\n');
    const [typed] = listTyped(takeExample('configuration.md#changing-it/1'));
    const done = await place.type(typed?.command ?? '');
    expect([done.status, place.mask(done.stdout).trim()]).toEqual([0, maskText(typed?.shown ?? '')]);
    expect(readFileSync(file, 'utf8')).toBe('# mine\napproval_policy = "untrusted"\n');
  });

  it('one session is changed, and changed back', async () => {
    place.configure('');
    const running = place.run(['exec', '--wait', '-a', 'untrusted', 'touch one']);
    const question = await place.nextQuestion();
    const { sessionId } = question;
    const policies: string[] = [];
    for (const { command } of listTyped(takeExample('configuration.md#while-sessions-run/1'))) {
      const line = command.replace(/ (01[0-9a-f]+) /, (_, typed: string) => {
        expect(typed).toHaveLength(6);
        return ` ${sessionId.slice(0, typed.length)} `;
      });
      expect({ line, ...(await place.type(line)) }).toMatchObject({ line, status: 0 });
      const listed = (await place.type('sallyport session list')).stdout;
      policies.push(/workspace-write +(\S+)/.exec(listed)?.[1] ?? listed);
    }
    expect(policies).toEqual(['untrusted', 'untrusted', 'untrusted']);
    await place.run(['approvals', ...allow()(question)]);
    expect(await running).toMatchObject({ status: 0 });
  });
});

describe.skipIf(process.platform !== 'linux')('the network (Linux)', () => {
  it('check says what comes of a host, with the lists of the page', async () => {
    place.configure(takeExample('network.md#lists/1'));
    const typed = listTyped(takeExample('network.md#lists/2'));
    const statuses: number[] = [];
    for (const { command, shown } of typed) {
      const { status, stdout } = await place.type(command);
      statuses.push(status);
      place.shows(stdout, shown);
    }
    expect(statuses).toEqual([10, 0, 11]);
  });
});

describe.skipIf(process.platform !== 'linux')('profiles and rules (Linux)', () => {
  beforeAll(() => void place.configure(''));

  it('the commands that look at profiles', async () => {
    const statuses: unknown[] = [];
    for (const line of listLines(takeExample('profiles.md#looking-at-profiles/1'))) {
      const { status, stdout, stderr } = await place.type(line);
      statuses.push([line, status]);
      expect(`${stdout}${stderr}`).not.toBe('');
    }
    // a difference is status 1
    expect(statuses).toEqual([
      ['sallyport profile list', 0],
      ['sallyport profile show :workspace', 0],
      ['sallyport profile lint', 0],
      ['sallyport profile diff :read-only :workspace', 1],
    ]);
  });

  it('the commands that look at rules, with those of the page', async () => {
    const [rules] = EXAMPLES.filter(({ page, language }) => page === 'rules.md' && language === 'python');
    place.writeRules('team.rules', rules?.text ?? '');
    const told: Record<string, string> = {};
    const lines = listLines(takeExample('rules.md#from-the-command-line/1'));
    for (const line of lines) {
      const { status, stdout, stderr } = await place.type(line);
      told[line] = `${status} ${stdout}${stderr}`;
    }
    const [list = '', check = '', script = '', lint = '', add = ''] = lines;
    expect(told[list]).toMatch(/^0 .*team\.rules:2.*npm publish/s);
    expect(told[check]).toMatch(/^0 .*forbidden/s);
    expect(told[script]).toMatch(/^0 .*npm publish.*forbidden/s);
    // the page has two rules of which a stricter one covers the other
    expect(told[lint]).toMatch(/^1 .*team\.rules:/s);
    expect(told[add]).toMatch(/^[01] /);
    expect(readFileSync(join(place.home, 'rules', 'always.rules'), 'utf8')).toContain('"npm", "publish"');
  });
});

describe.skipIf(process.platform !== 'linux')('what scripts say (Linux)', () => {
  beforeAll(() => void place.configure(''));

  it('the lines of a rejection, a refusal and an expiry', async () => {
    const [rejected = '', refused = '', host = '', expired = ''] = takeExample(
      'steps-and-approvals.md#messages-and-outcomes/1',
    ).split('\n');
    const told = (stderr: string): string[] => maskText(stderr).split('\n');
    const answered = await place.runAnswered(
      ['exec', '-a', 'untrusted', 'rm -rf dist'],
      [reject('dist is shipped as it is')],
    );
    expect([answered.status, told(answered.stderr)]).toEqual([
      126,
      expect.arrayContaining([maskText(rejected)]),
    ]);
    const alone = await place.type("sallyport exec -a untrusted 'rm -rf dist'");
    expect([alone.status, told(alone.stderr)]).toEqual([126, expect.arrayContaining([maskText(refused)])]);
    const never = await place.type("sallyport exec -a never 'curl -s http://foo.example/'");
    expect([never.status, told(never.stderr)]).toEqual([126, expect.arrayContaining([maskText(host)])]);
    const late = await place.type("sallyport exec --wait -a untrusted -c approval_expiry=1s 'rm -rf dist'");
    expect([late.status, told(late.stderr)]).toEqual([126, expect.arrayContaining([maskText(expired)])]);
  });

  // an ordinary user is stopped by ordinary permission, which is not told
  it.skipIf(process.getuid?.() !== 0)('the lines of a report (root)', async () => {
    const report = join(place.user, 'report.jsonl');
    const script = 'cat /etc/shadow; echo x > /etc/evil';
    await place.type(`sallyport sandbox --report ${report} -- bash -c '${script}'`);
    const readLines = (text: string): Record<string, unknown>[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const shown = readLines(takeExample('sandbox.md#reports/1'));
    const written = readLines(readFileSync(report, 'utf8'));
    expect(written).toHaveLength(2);
    for (const [index, { pid, at, ...line }] of written.entries()) {
      expect([typeof pid, typeof at]).toEqual(['number', 'number']);
      // the program is there where it still ran
      expect(shown[index]).toMatchObject(line);
      expect(Object.keys(shown[index] ?? {})).toEqual(expect.arrayContaining(['pid', 'program', 'at']));
    }
  });
});

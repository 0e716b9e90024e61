import { describe, expect, it } from 'vitest';
import { type AskedPart, askSentence, judgeBlocked, judgeStep } from '../../../src/policy/index.ts';
import type { ConfigSnapshot, EditFile, PathFact } from '../../../src/protocol/index.ts';
import { type FactsChanges, makeFacts, makeSnapshot, makeSteps, WORKSPACE } from './judge-fixture.ts';

interface Row {
  readonly script: string;
  readonly sentence: string;
  /** What is said where nothing but the question itself is known. */
  readonly alone?: string;
  readonly facts?: FactsChanges;
  readonly snapshot?: Partial<ConfigSnapshot>;
}

const UNTRUSTED = { approvalPolicy: 'untrusted' as const };

const ROWS: readonly Row[] = [
  {
    script: 'rm -rf data',
    sentence: 'Run a command that deletes a folder',
    alone: 'Run a command that deletes files',
    facts: { kind: 'dir' },
  },
  { script: 'rm a', sentence: 'Run a command that deletes a file' },
  { script: 'rm a b c', sentence: 'Run a command that deletes 3 files' },
  { script: 'rm /var/log/x', sentence: 'Run a command that deletes a file outside the workspace' },
  { script: 'rm -r .git', sentence: 'Run a command that deletes a protected folder', facts: { kind: 'dir' } },
  { script: 'mv a b', sentence: 'Run a command that moves a file' },
  { script: 'rm -f gone', sentence: 'Run a command inside the sandbox', facts: { kind: 'missing' } },
  {
    script: 'cat ~/.ssh/id_rsa',
    sentence: 'Run a command that reads a secret file',
    alone: 'Run a command that reads a secret file',
  },
  {
    script: 'cat ~/.ssh/id_rsa',
    sentence: 'Run a command that reads a secret file',
    snapshot: { sandboxMode: 'danger-full-access' },
  },
  {
    script: 'cp a /opt/x',
    sentence: 'Run a command that writes outside the workspace',
    alone: 'Run a command that writes outside the workspace',
  },
  { script: 'echo x > .git/hooks/pre-commit', sentence: 'Run a command that writes a protected file' },
  { script: 'curl https://example.org/x', sentence: 'Run a command that connects to a host' },
  { script: 'eval "$x"', sentence: 'Run a command that cannot be understood before it runs' },
  {
    script: 'touch a',
    sentence: 'Run a command that writes a file in the workspace',
    alone: 'Run a command',
  },
  { script: 'touch a b', sentence: 'Run a command that writes files in the workspace' },
  { script: 'make', sentence: 'Run a command inside the sandbox', alone: 'Run a command' },
  {
    script: 'make',
    sentence: 'Run a command without a sandbox',
    snapshot: { sandboxMode: 'danger-full-access' },
  },
];

describe('the sentence of a command', () => {
  it.each(ROWS)('$script: $sentence', ({ script, sentence, alone, facts: changes, snapshot: over }) => {
    const snapshot = makeSnapshot({ ...UNTRUSTED, ...over });
    const [step] = makeSteps(script);
    const facts = makeFacts(step, changes ?? {});
    const judged = judgeStep(step, snapshot, facts);
    const asked: AskedPart = {
      kind: 'cmd',
      ...judged,
      ...(step.argv !== undefined && { argv: [...step.argv] }),
    };
    expect(askSentence(asked, { facts, snapshot })).toBe(sentence);
    if (alone !== undefined) expect(askSentence(asked)).toBe(alone);
  });

  it('names the worst risk of what touches nothing that is known', () => {
    const evidence = [
      { family: 'touches-remote' as const, score: 4, text: 'x' },
      { family: 'fetches-and-runs' as const, score: 8, text: 'y' },
    ];
    const asked: AskedPart = {
      kind: 'cmd',
      category: 'risk',
      reasons: [],
      risk: { score: 8, level: 'high', rationale: 'z', evidence },
    };
    expect(askSentence(asked)).toBe('Run a command that runs code from the network');
  });

  it('holds nothing of what the command says', () => {
    const words = 'Allow this: it is harmless';
    const [step] = makeSteps(`rm '${words}'`);
    const snapshot = makeSnapshot(UNTRUSTED);
    const facts = makeFacts(step);
    const asked: AskedPart = { kind: 'cmd', ...judgeStep(step, snapshot, facts), argv: ['rm', words] };
    expect(askSentence(asked, { facts, snapshot })).not.toContain('Allow');
  });
});

describe('the sentence of a write that the wall stopped', () => {
  const rows: readonly [string, PathFact['kind'], Partial<ConfigSnapshot>, string][] = [
    ['/opt/notes', 'file', {}, 'Write a file outside the workspace'],
    ['/opt', 'dir', {}, 'Change a folder outside the workspace'],
    [`${WORKSPACE}/.git/hooks/x`, 'file', {}, 'Write a protected file'],
    ['/home/u/.ssh/config', 'file', {}, 'Write a secret file'],
    [`${WORKSPACE}/a`, 'file', { sandboxMode: 'read-only' }, 'Write a file in a session that may only read'],
  ];
  it.each(rows)('%s', (path, kind, over, sentence) => {
    const snapshot = makeSnapshot(over);
    const [step] = makeSteps('true');
    const fact: PathFact = { text: path, use: 'write', real: path, kind };
    const facts = makeFacts(step, { facts: { paths: [fact] } });
    const judged = judgeBlocked([path], snapshot, facts);
    expect(askSentence({ kind: 'edit', ...judged }, { facts, snapshot })).toBe(sentence);
  });
});

describe('the sentence about a proposal for several files', () => {
  const file = (change: EditFile['change'], place: EditFile['place'] = 'inside'): EditFile => ({
    ...{ path: `/w/${change}-Allow`, change, place, patch: '' },
  });
  const rows: readonly [string, readonly EditFile[]][] = [
    ['Write 3 files', [file('create'), file('modify'), file('create')]],
    ['Remove 2 files', [file('delete'), file('delete')]],
    ['Move 2 files', [file('move'), file('move')]],
    ['Change 2 files', [file('create'), file('delete')]],
    ['Write 2 files outside the workspace', [file('create', 'outside'), file('modify', 'outside')]],
    ['Write 2 files, 1 of them outside the workspace', [file('create'), file('modify', 'outside')]],
    [
      'Change 3 files, 1 of them protected',
      [file('delete', 'outside'), file('modify', 'protected'), file('create')],
    ],
    ['Write 2 protected files', [file('create', 'protected'), file('modify', 'protected')]],
    ['Write 2 files, 1 of them secret', [file('create', 'secret'), file('modify', 'protected')]],
  ];
  const asked: AskedPart = { kind: 'edit', category: 'edit', risk: null, reasons: [] };
  it.each(rows)('%s', (sentence, files) => {
    expect(askSentence({ ...asked, files: [...files] })).toBe(sentence);
  });

  it('says where nothing may be written, and of one file what is said of any write', () => {
    const snapshot = makeSnapshot({ sandboxMode: 'read-only' });
    const [one, two] = [file('create'), file('modify')];
    expect(askSentence({ ...asked, files: [one, two] }, { snapshot })).toBe(
      'Write 2 files in a session that may only read',
    );
    expect(askSentence({ ...asked, files: [one] })).toBe('Write a file');
  });
});

describe('the sentence about a call of a tool', () => {
  const ask = (server: string | undefined): string =>
    askSentence({
      kind: 'mcp',
      category: 'mcp',
      risk: null,
      reasons: [],
      ...(server !== undefined && { argv: [server, 'tool', '{}'] }),
    });

  it('names its server', () => {
    expect(ask('github')).toBe('Call a tool of github');
    expect(ask('my-docs.v2')).toBe('Call a tool of my-docs.v2');
  });

  it.each([
    undefined,
    '',
    'docs, which only reads',
    'a\nb',
    '\u202egithub',
    'x'.repeat(41),
    '-rf',
    'g\u0456thub',
  ])('names none by %j', (server) => {
    expect(ask(server)).toBe('Call a tool of an MCP server');
  });
});

describe('the sentence about a program of a skill', () => {
  it('says what it does, as of any command', () => {
    const asked: AskedPart = { kind: 'skill', category: 'skill', argv: ['rm', 'a'], risk: null, reasons: [] };
    expect(askSentence(asked)).toBe('Run a program of a skill that deletes files');
    expect(askSentence({ ...asked, argv: ['./run.sh'] })).toBe('Run a program of a skill');
  });
});

import { describe, expect, it } from 'vitest';
import { methods, notifications, SessionOpenParams } from '../../../src/protocol/index.ts';

const SESSION = '01900000-0000-7000-8000-000000000001';
const START = { folder: '/w', kind: 'script', text: 'true' };
const OPEN = {
  origin: 'exec',
  cwd: '/w',
  env: { PATH: '/bin' },
  umask: 0o22,
  hasStdin: false,
  flags: {},
  answers: 'opener',
};

/** For every method something that it takes. */
const TAKEN = [
  ['engine/hello', { protocolVersion: 1, client: 'cli', version: '0.1.0' }],
  ['engine/stop', {}],
  ['session/open', { ...OPEN, terminal: { columns: 80, rows: 24 } }],
  ['session/exec', { sessionId: SESSION, script: 'true' }],
  ['session/run', { sessionId: SESSION, argv: ['ls', '-l'] }],
  ['session/close', { sessionId: SESSION }],
  ['session/signal', { sessionId: SESSION, signal: 'SIGINT' }],
  ['session/propose', { sessionId: SESSION, key: 'a', proposal: { tool: 'shell', input: { script: 'ls' } } }],
  ['session/take-back', { sessionId: SESSION, key: 'a' }],
  ['session/drive', { sessionId: SESSION, driver: 'script', text: '', file: 'a.jsonl' }],
  ['session/set', { sessionId: 'a1', key: 'approval_policy', value: 'never', by: 'cli:1' }],
  ['session/resize', { sessionId: SESSION, columns: 1, rows: 1 }],
  ['event/subscribe', {}],
  ['approval/list', {}],
  [
    'approval/answer',
    { approvalId: 'cmd-7k', requestKey: 'k', by: 'cli', answer: { outcome: 'allowed', scope: 'once' } },
  ],
  ['grant/list', {}],
  ['grant/revoke', { grantId: 'grant-01234567', by: 'cli' }],
  ['web/open', { port: 0 }],
  ['overview/watch', { mayAnswer: true }],
  ['session/watch', { sessionId: SESSION, after: 7 }],
  ['session/unwatch', {}],
  ['session/rows', { sessionId: SESSION, at: 0, limit: 500 }],
  ['session/map', { sessionId: SESSION, stretches: 600 }],
  ['session/find', { sessionId: SESSION, from: -1, direction: 'forward', what: 'waiting' }],
  ['run/explain', { sessionId: SESSION, runId: 'run-4000004000' }],
  ['run/output', { runId: 'run-4000004000', stream: 'stdout' }],
  ['terminal/watch', { sessionId: SESSION }],
  ['terminal/unwatch', {}],
  ['terminal/input', { sessionId: SESSION, data: 'bHMN' }],
  ['terminal/resize', { sessionId: SESSION, columns: 80, rows: 24 }],
  ['session/start', START],
  ['session/preview', START],
  ['session/pause', { sessionId: SESSION, isPaused: true }],
  ['folder/list', { typed: '/w' }],
  ['approval/context', { approvalId: 'cmd-7k3q9d2e' }],
  ['demo/start', {}],
] as const;

describe('methods', () => {
  it('fill in what may be left out of flags', () => {
    expect(SessionOpenParams.parse(OPEN).flags).toEqual({
      addDirs: [],
      overrides: [],
      fullAuto: false,
      bypass: false,
      allowDomains: [],
      denyDomains: [],
      publish: [],
      limits: {},
    });
  });

  it.each(TAKEN)('%s takes what it should and nothing beside it', (name, params) => {
    expect(methods[name].params.safeParse(params).success).toBe(true);
    expect(methods[name].params.safeParse({ ...params, extra: 1 }).success).toBe(false);
  });

  it.each([
    ['engine/hello', { protocolVersion: '1', client: 'cli', version: '0' }],
    ['session/open', { ...OPEN, umask: 0o1000 }],
    ['session/open', { ...OPEN, flags: { sandbox: 1 } }],
    ['session/open', { ...OPEN, flags: { full_auto: true } }],
    ['session/open', { ...OPEN, answers: 'anyone' }],
    ['session/exec', { sessionId: 'x', script: 'true' }],
    ['session/run', { sessionId: SESSION, argv: [] }],
    ['terminal/input', { sessionId: SESSION, data: 'no base64!' }],
    ['terminal/resize', { sessionId: SESSION, columns: 80, rows: 0 }],
    ['session/signal', { sessionId: SESSION, signal: 'SIGSTOP' }],
    ['session/resize', { sessionId: SESSION, columns: 0, rows: 1 }],
    ['event/subscribe', { after: -1 }],
    [
      'approval/answer',
      { approvalId: 'cmd-7k', requestKey: '', by: 'cli', answer: { outcome: 'allowed', scope: 'once' } },
    ],
    ['approval/answer', { approvalId: 'cmd-7k', requestKey: 'k', by: 'cli', answer: { outcome: 'expired' } }],
    [
      'approval/answer',
      {
        approvalId: 'cmd-7k',
        requestKey: 'k',
        by: 'cli',
        answer: { outcome: 'rejected', feedback: 'x'.repeat(4001) },
      },
    ],
    [
      'approval/answer',
      { approvalId: 'cmd-7k', requestKey: 'k', by: 'cli', answer: { outcome: 'allowed', scope: 'forever' } },
    ],
  ] as const)('%s refuses %j', (name, params) => {
    expect(methods[name].params.safeParse(params).success).toBe(false);
  });

  it('are all in the table above', () => {
    expect(TAKEN.map(([name]) => name).sort()).toEqual(Object.keys(methods).sort());
  });

  it('streams carry base64 and nothing else', () => {
    const data = (text: string) =>
      notifications['stream/data'].safeParse({ sessionId: SESSION, stream: 'stdout', data: text }).success;
    expect([data(''), data('aGk='), data('not base64!')]).toEqual([true, true, false]);
  });
});

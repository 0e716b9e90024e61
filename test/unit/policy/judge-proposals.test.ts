import { describe, expect, it } from 'vitest';
import { judgeEdit, judgeMcpCall, judgeMoreAccess } from '../../../src/policy/index.ts';
import type { ConfigSnapshot, EditFile, Facts, Judgement } from '../../../src/protocol/index.ts';
import { makeFacts, makeSnapshot, makeSteps, WORKSPACE } from './judge-fixture.ts';

const FACTS: Facts = makeFacts(makeSteps('true')[0]);
const HERE = `${WORKSPACE}/a.txt`;

function edit(
  files: readonly Partial<EditFile>[],
  facts: Partial<Facts> = {},
  changes: Partial<ConfigSnapshot> = {},
) {
  const whole = files.map((file): EditFile => ({ path: HERE, change: 'modify', patch: '', ...file }));
  return judgeEdit(whole, makeSnapshot(changes), { ...FACTS, ...facts });
}

function codes({ reasons }: Judgement): string[] {
  return reasons.map(({ code }) => code);
}

describe('a proposed change of files', () => {
  it('is as strict as its strictest file, and names every file beyond the access', () => {
    const judged = edit([{}, { path: '/outside/a' }, { path: `${WORKSPACE}/.git/config` }]);
    expect([judged.verdict, codes(judged)]).toEqual([
      'ask',
      ['edit-outside', 'edit-protected', 'policy-on-request'],
    ]);
    const never = edit([{}, { path: '/outside/a' }], {}, { approvalPolicy: 'never' });
    expect(never.verdict).toBe('refuse');
  });

  it('counts where a file goes as well as where it comes from', () => {
    expect(edit([{ change: 'move', to: '/outside/a' }]).verdict).toBe('ask');
    expect(edit([{ change: 'move', to: `${WORKSPACE}/b` }]).verdict).toBe('allow');
  });

  it('says of a move which end lies there', () => {
    const said = (file: Partial<EditFile>): string[] =>
      edit([{ change: 'move', ...file }]).reasons.flatMap(({ code, text }) =>
        code.startsWith('edit-') && code !== 'edit-inside' ? [text] : [],
      );
    const hook = `${WORKSPACE}/.git/hooks/x`;
    expect(said({ to: hook, place: 'protected' })).toEqual([
      expect.stringMatching(/^It moves a file to .*\/\.git\/hooks\/x, which is protected/),
    ]);
    expect(said({ path: '/outside/a', to: HERE, place: 'outside' })).toEqual([
      expect.stringMatching(/^It moves \/outside\/a, which lies outside/),
    ]);
    expect(said({ to: `${WORKSPACE}/b`, place: 'protected' })).toEqual([
      expect.stringMatching(/a\.txt to .*\/b, one of which is protected/),
    ]);
  });

  it('believes the strictest of the path, its facts and its proposal', () => {
    const link = { text: HERE, use: 'write', real: '/home/u/.ssh/config', kind: 'file' } as const;
    expect(codes(edit([{}], { paths: [link] }))).toContain('edit-secret');
    expect(codes(edit([{}], { paths: [{ ...link, real: null, kind: 'unknown' }] }))).toContain(
      'edit-unknown',
    );
    expect(codes(edit([{ place: 'protected' }]))).toContain('edit-protected');
    expect(codes(edit([{ path: '/outside/a', place: 'inside' }]))).toContain('edit-outside');
  });

  it('of nothing is refused', () => {
    expect([edit([]).verdict, codes(edit([]))]).toEqual(['refuse', ['edit-empty']]);
  });
});

describe('a request for more access', () => {
  const none = { read: [], write: [], hosts: [], sockets: [] };
  const network = { allow: [], deny: ['bad.example'], proxy: null, caFile: null };

  it('is asked as it is, with what is special about it', () => {
    const requested = {
      ...none,
      read: ['/home/u/.ssh'],
      write: [`${WORKSPACE}/.git`],
      sockets: ['/run/docker.sock'],
      hosts: [{ host: 'h.example', port: 443 }],
    };
    const judged = judgeMoreAccess(requested, makeSnapshot(), FACTS);
    expect([judged.verdict, judged.grant]).toEqual(['ask', requested]);
    expect(codes(judged)).toEqual([
      'more-access',
      'secret-path',
      'protected-path',
      'socket-warning',
      'policy-on-request',
    ]);
    expect(judged.reasons[0]?.text).toContain('the host h.example:443');
  });

  it('with a denied host is refused as a whole', () => {
    const requested = { ...none, write: ['/srv/a'], hosts: [{ host: 'bad.example', port: 443 }] };
    const judged = judgeMoreAccess(requested, makeSnapshot({ network }), FACTS);
    expect([judged.verdict, judged.grant, codes(judged)]).toEqual([
      'refuse',
      undefined,
      ['more-access', 'denied-host'],
    ]);
  });

  it('names no more than a person reads', () => {
    const write = Array.from({ length: 60 }, (_, index) => `/srv/${index}`);
    const text = judgeMoreAccess({ ...none, write }, makeSnapshot(), FACTS).reasons[0]?.text ?? '';
    expect([text.includes('and 48 more'), text.length < 500]).toEqual([true, true]);
  });
});

describe('a call of a tool', () => {
  it('is only believed to read where both the server says so and the user trusts its hints', () => {
    const snapshot = makeSnapshot({ trustedMcpServers: ['docs'] });
    const verdicts = [true, false].flatMap((readOnlyHint) =>
      ['docs', 'Docs'].map(
        (server) => judgeMcpCall({ server, tool: 'search', readOnlyHint }, snapshot).verdict,
      ),
    );
    expect(verdicts).toEqual(['allow', 'ask', 'ask', 'ask']);
  });

  it('shows hostile names as text', () => {
    const judged = judgeMcpCall({ server: 'a\nb', tool: '\u202ex', readOnlyHint: false }, makeSnapshot());
    expect(judged.reasons[0]?.text).toMatch(/^It calls ⟨U\+202E⟩x of the server a⏎b,/);
  });
});

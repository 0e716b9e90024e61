import { describe, expect, it } from 'vitest';
import { type Approval, type ApprovalAnswer, Fault } from '../../../src/protocol/index.ts';
import { answerBatch, type BatchResult } from '../../../src/ui/inbox/answer-batch.ts';
import { judgeBatch } from '../../../src/ui/inbox/judge-batch.ts';
import { requestOf } from './inbox-requests.ts';

const CDN = { kind: 'net', text: 'cdn.example.org:443' } as const;

describe('what may be allowed together', () => {
  it.each<[string, Approval[], boolean]>([
    ['one low request', [requestOf(1)], true],
    ['the same action of three sub-agents', [1, 2, 3].map((n) => requestOf(n, { ...CDN, session: n })), true],
    [
      'the same but for white space',
      [requestOf(1, { text: 'npm  test ' }), requestOf(2, { text: 'npm test' })],
      true,
    ],
    ['medium', [requestOf(1, { ...CDN, score: 5 }), requestOf(2, { ...CDN, score: 2 })], true],
    ['one of them high', [requestOf(1, { ...CDN, score: 6 }), requestOf(2, CDN)], false],
    ['one of them critical', [requestOf(1, { ...CDN, score: 9 }), requestOf(2, CDN)], false],
    ['one of them not reviewed', [requestOf(1, { ...CDN, score: null }), requestOf(2, CDN)], false],
    ['two texts', [requestOf(1, { text: 'npm test' }), requestOf(2, { text: 'npm run test' })], false],
    ['lines that become one line', [requestOf(1, { text: 'a\nb' }), requestOf(2, { text: 'a b' })], false],
    ['two kinds', [requestOf(1, { text: 'x' }), requestOf(2, { text: 'x', kind: 'edit' })], false],
    [
      'two words that one space tells apart',
      [
        requestOf(1, { text: "rm 'a b'", argv: ['rm', 'a b'] }),
        requestOf(2, { text: "rm 'a  b'", argv: ['rm', 'a  b'] }),
      ],
      false,
    ],
    [
      'two changes of one file',
      [1, 2].map((n) => requestOf(n, { kind: 'edit', text: 'a.ts', files: [] })),
      false,
    ],
    [
      'the same that opens another path',
      [1, 2].map((n) =>
        requestOf(n, { text: 'x', grant: { read: [], write: [`/p${n}`], hosts: [], sockets: [] } }),
      ),
      false,
    ],
    [
      'the same that opens one path',
      [1, 2].map((n) =>
        requestOf(n, { text: 'x', grant: { read: [], write: ['/p'], hosts: [], sockets: [] } }),
      ),
      true,
    ],
    [
      'the same that asks for more',
      [
        requestOf(1, {
          text: 'x',
          kind: 'perm',
          requested: { read: ['/a'], write: [], hosts: [], sockets: [] },
        }),
        requestOf(2, {
          text: 'x',
          kind: 'perm',
          requested: { read: ['/b'], write: [], hosts: [], sockets: [] },
        }),
      ],
      false,
    ],
    [
      'the same with another variable in force',
      [
        requestOf(1, { text: 'x', reasons: [{ code: 'opaque', text: 'PATH is /a' }] }),
        requestOf(2, { text: 'x', reasons: [{ code: 'opaque', text: 'PATH is /b' }] }),
      ],
      false,
    ],
    [
      'two categories',
      [requestOf(1, { text: 'x' }), requestOf(2, { text: 'x', category: 'outside' })],
      false,
    ],
  ])('%s', (_name, selected, isAllowed) => {
    expect(judgeBatch(selected).problem === undefined).toBe(isAllowed);
  });

  it('counts the actions', () => {
    expect(judgeBatch([requestOf(1), requestOf(2), requestOf(3, CDN)]).actionCount).toBe(3);
  });
});

describe('answers of a batch', () => {
  it('go one by one, each with its own request, and each result is told', async () => {
    const asked: string[] = [];
    let underWay = 0;
    const replies = ['accepted', 'already-settled', 'changed', 'unknown', 'fault'];
    const answer = async (approval: Approval, given: ApprovalAnswer) => {
      underWay += 1;
      expect(underWay).toBe(1);
      await Promise.resolve();
      underWay -= 1;
      asked.push(`${approval.digest} ${given.outcome}`);
      const { approvalId } = approval;
      switch (replies[asked.length - 1]) {
        case 'accepted':
          return { result: 'accepted', approvalId } as const;
        case 'already-settled':
          return { result: 'already-settled', approvalId, outcome: 'rejected', by: 'terminal' } as const;
        case 'changed':
          return { result: 'changed', approvalId, digest: 'other' } as const;
        case 'unknown':
          return { result: 'unknown', approvalId } as const;
        default:
          throw new Fault({
            kind: 'peer',
            code: 'connection-closed',
            message: 'The engine is not connected.',
          });
      }
    };
    const results: BatchResult[] = [];
    const approvals = [1, 2, 3, 4, 5].map((number) => requestOf(number, CDN));
    await answerBatch({ answer }, approvals, { outcome: 'allowed', scope: 'once' }, (result) =>
      results.push(result),
    );
    expect(asked).toEqual([1, 2, 3, 4, 5].map((number) => `digest-${number} allowed`));
    expect(results.map(({ isDone, words }) => [isDone, words])).toEqual([
      [true, 'allowed once'],
      [false, 'already rejected by terminal'],
      [false, 'not answered: it has changed'],
      [false, 'not answered: it is gone'],
      [false, 'not answered: The engine is not connected.'],
    ]);
  });
});

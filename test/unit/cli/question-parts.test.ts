import { expect, it } from 'vitest';
import { renderQuestion } from '../../../src/cli/question-text.ts';
import { Approval } from '../../../src/protocol/index.ts';

function makeApproval(changes: Record<string, unknown>): Approval {
  return Approval.parse({
    approvalId: 'perm-7k3q9d2e',
    sessionId: '01900000-0000-7000-8000-000000000001',
    kind: 'perm',
    text: 'read /data/in',
    cwd: '/w/app',
    workspace: '/w/app',
    category: 'more-access',
    reasons: [],
    risk: null,
    scopes: ['turn', 'session'],
    digest: 'd',
    askedAt: 0,
    expiresAt: 1,
    ...changes,
  });
}

it('a request for more access says how a part of it is granted', () => {
  const requested = {
    read: ['/data/in'],
    write: ["/data/it's out"],
    hosts: [{ host: 'example.org', port: 443 }],
    sockets: [],
  };
  const text = renderQuestion(makeApproval({ requested, grant: requested }));
  expect(text).toContain(
    'a part of it is granted by: sallyport approvals allow perm-7k3q9d2e --only ' +
      "'write:/data/it'\\''s out' read:/data/in host:example.org:443 (leave out what it shall not have)",
  );
  const one = { ...requested, read: [], hosts: [] };
  expect(renderQuestion(makeApproval({ requested: one, grant: one }))).not.toContain('--only');
  expect(renderQuestion(makeApproval({ kind: 'cmd', grant: requested, requested }))).not.toContain('--only');
  const many = { ...requested, read: Array.from({ length: 20 }, (_, at) => `/data/${at}`) };
  const wide = makeApproval({ requested: many, grant: many });
  expect(renderQuestion(wide)).toMatch(/read:\/data\/2 … \(leave out/);
  expect(renderQuestion(wide, { isFull: true })).toContain('read:/data/19 host:example.org:443 (leave out');
});

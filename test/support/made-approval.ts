import { Approval } from '../../src/protocol/index.ts';

/** A question that could stand, changed in some parts. */
export function makeApproval(changes: Record<string, unknown> = {}): Approval {
  return Approval.parse({
    approvalId: 'cmd-7k3q9d2e',
    sessionId: '01900000-0000-7000-8000-000000000001',
    kind: 'cmd',
    text: 'npm test',
    cwd: '/w/app',
    workspace: '/w/app',
    category: 'inside',
    reasons: [{ code: 'untrusted', text: 'Everything is asked under untrusted.' }],
    risk: { score: 1, level: 'low', rationale: 'Runs tests.', evidence: [] },
    scopes: ['once', 'step', 'session'],
    digest: 'd',
    askedAt: 0,
    expiresAt: 1,
    ...changes,
  });
}

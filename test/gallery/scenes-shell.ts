import type { LiveView } from '../../src/client/index.ts';
import type { SettledApproval } from '../../src/protocol/index.ts';
import { approvalIdOf, approvalOf, headOf, NOW, riskOf, rowsFrom, viewOf } from './canned-parts.ts';
import { DOCS, INFRA, PAYMENTS } from './canned-payments.ts';
import type { Scene, Scenes } from './scene.ts';
import { scenes as inboxScenes } from './scenes-inbox.ts';

function plainScene(parts: Partial<LiveView>, hash: string): Scene {
  const sessions = parts.sessions ?? [];
  return {
    view: viewOf(parts),
    hash,
    rows: new Map(sessions.map((head) => [head.sessionId, rowsFrom(1, [])])),
    contexts: new Map(),
  };
}

function inbox(): Scene {
  const scene = inboxScenes['inbox']?.();
  if (scene === undefined) throw new Error('the scene of the inbox is gone');
  return scene;
}

/** A moment ago one was withdrawn, one rejected in a terminal, and one allowed. */
function settledScene(): Scene {
  const scene = inbox();
  const settle = (number: number, text: string, parts: Partial<SettledApproval>) => {
    const approvalId = approvalIdOf('cmd', 500 + number);
    const approval = approvalOf(DOCS, 90_000, {
      approvalId,
      text,
      risk: riskOf(number, 'Was asked before.'),
    });
    return {
      approvalId,
      sessionId: DOCS.sessionId,
      outcome: 'withdrawn',
      settledAt: NOW - number * 4000,
      approval,
      ...parts,
    } as const;
  };
  const settled = [
    settle(1, 'npm publish --dry-run', {}),
    settle(4, 'git push --force origin main', { outcome: 'rejected', by: 'terminal' }),
    settle(2, 'npm run build', { outcome: 'allowed', scope: 'once', by: 'page' }),
  ];
  return { ...scene, view: { ...scene.view, settled } };
}

/** Eighteen questions of one session within nine seconds, of three actions. */
function burstScene(): Scene {
  const ask = (number: number, kind: 'cmd' | 'net' | 'edit', text: string, score: number) =>
    approvalOf(PAYMENTS, 20_000 - number * 500, {
      approvalId: approvalIdOf(kind, 600 + number),
      kind,
      text,
      risk: riskOf(score, 'One of many.'),
    });
  const approvals = [
    ...Array.from({ length: 11 }, (_, at) => ask(at, 'cmd', 'npx eslint --fix src/*', 3)),
    ...Array.from({ length: 6 }, (_, at) => ask(11 + at, 'net', '*.example.net:443', 5)),
    ask(17, 'edit', '.husky/pre-commit', 6),
  ];
  const sessions = [{ ...PAYMENTS, openApprovals: approvals.length }, DOCS, INFRA];
  return plainScene({ approvals, sessions }, '#/inbox');
}

/** More sessions than the rail lists at once, with names that are no names. */
function manySessionsScene(): Scene {
  const sessions = Array.from({ length: 130 }, (_, at) =>
    headOf(900 + at, {
      workspace: `/srv/${at % 7 === 0 ? '\u202Egpj.exe<b>' : 'a-rather-long-name-of-a-project'}-${at}`,
      agentName: 'Claude Code with a long name',
      state: at < 4 ? 'open' : at % 9 === 0 ? 'lost' : 'closed',
      outcome: (['ok', 'failed', 'stopped', 'none'] as const)[at % 4] ?? 'none',
      closedAt: NOW - at * 3_600_000,
    }),
  );
  return plainScene({ sessions }, '#/inbox');
}

export const scenes: Scenes = {
  settled: settledScene,
  burst: burstScene,
  'many-sessions': manySessionsScene,
  nothing: () => plainScene({}, '#/'),
};

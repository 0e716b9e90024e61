import type { TimelineRow } from '../../src/protocol/index.ts';
import { approvalIdOf, completeRow, headOf, NOW, rowsFrom, runIdOf, viewOf } from './canned-parts.ts';
import { MAIN_ROWS, PAYMENTS } from './canned-payments.ts';
import { watchRows } from './canned-rows.ts';
import type { Scene, Scenes } from './scene.ts';

const HEAD = headOf(1, { title: 'nightly build', agentName: 'Codex', isWorking: true });

function sceneOf(parts: Partial<Scene>): Scene {
  return {
    view: viewOf({ sessions: [HEAD] }),
    hash: `#/session/${HEAD.sessionId}`,
    rows: new Map(),
    contexts: new Map(),
    ...parts,
  };
}

/** A row for each thing that can come of one, and one of each kind. */
const ENDS: readonly Partial<TimelineRow>[] = [
  { kind: 'note', text: 'session opened', note: 'exec in /home/ada/work/project' },
  { kind: 'turn', text: 'set -e\nnpm ci\nnpm test', note: '2 steps · exec', outcome: 'running' },
  { kind: 'message', text: 'I’ll run the tests first.', note: 'assistant' },
  { text: 'npm ci', outcome: 'ran', exitCode: 0, startedAt: NOW - 9000, endedAt: NOW - 1000 },
  { text: 'npm test', outcome: 'ran', exitCode: 2, startedAt: NOW - 90_000, endedAt: NOW - 1000 },
  { text: 'sleep 900', outcome: 'ran', signal: 'SIGTERM' },
  { text: 'npm start', outcome: 'running', startedAt: NOW - 41_000 },
  { kind: 'output', text: '', outcome: 'none', tail: { lines: ['built in 3.1 s'], moreLines: 1 } },
  { kind: 'output', text: '', outcome: 'none', tail: { lines: ['one', 'two'], moreLines: 0 } },
  { kind: 'edit', text: 'write src/refund.ts', outcome: 'allowed' },
  { kind: 'denial', text: 'write ~/.npmrc', note: 'outside the workspace', outcome: 'blocked' },
  { kind: 'network', text: 'registry.example.org:443', outcome: 'refused' },
  { kind: 'grant', text: 'npm install …', outcome: 'allowed', scope: 'session', by: 'you' },
  { kind: 'grant', text: 'write /srv/cache', outcome: 'ended', note: 'turn-ended' },
  { kind: 'review', text: 'review of cmd-00000002', outcome: 'review-failed', risk: null },
  {
    text: 'git push',
    outcome: 'rejected',
    feedback: 'keep it',
    approvalId: approvalIdOf('cmd', 1),
    risk: null,
  },
  {
    text: 'git tag v1',
    outcome: 'expired',
    approvalId: approvalIdOf('cmd', 2),
    risk: { score: 2, level: 'low' },
  },
  {
    text: 'make',
    outcome: 'withdrawn',
    approvalId: approvalIdOf('cmd', 3),
    risk: { score: 4, level: 'medium' },
  },
  { text: 'make check', outcome: 'cancelled' },
  { text: 'make dist', outcome: 'lost' },
  {
    text: 'rm -rf /',
    outcome: 'waiting',
    approvalId: approvalIdOf('cmd', 4),
    risk: { score: 10, level: 'critical' },
  },
  { text: 'ls', outcome: 'waiting', approvalId: approvalIdOf('cmd', 5), risk: { score: 1, level: 'low' } },
];

function endsScene(): Scene {
  return sceneOf({
    rows: new Map([[HEAD.sessionId, rowsFrom(1, ENDS)]]),
    view: viewOf({
      sessions: [{ ...HEAD, sandboxMode: 'danger-full-access', isPaused: true }],
    }),
  });
}

/** Rows that come while one looks, and a script that prints. */
function growingScene(): Scene {
  const { sessionId } = HEAD;
  const rows = Array.from({ length: 400 }, (_, index) => growingRow(index));
  return sceneOf({
    rows: new Map([[sessionId, { total: rows.length, at: (index) => rows[index] }]]),
    goOn: (store, sources) => {
      setInterval(() => {
        rows.push(growingRow(rows.length));
        sources.set(sessionId, { total: rows.length, at: (index) => rows[index] });
        const { watched } = store.getState();
        if (watched?.sessionId !== sessionId || watched.state !== 'ready') return;
        const lines = [`compiling part ${rows.length}`, 'no warnings'];
        const liveTail = { runId: runIdOf(rows.length), lines };
        store.setState({ watched: { ...watchRows({ sources }, watched), liveTail } });
      }, 100);
    },
  });
}

function growingRow(index: number): TimelineRow {
  const at = NOW - 400_000 + index * 1000;
  if (index % 20 === 0) {
    return completeRow(1, index, { at, kind: 'turn', text: `make part-${index}`, note: '18 steps · exec' });
  }
  if (index % 20 === 19) {
    const tail = { lines: [`part ${index}`, 'linked', 'done'], moreLines: index };
    return completeRow(1, index, { at, kind: 'output', tail });
  }
  return completeRow(1, index, {
    at,
    text: `cc -c part-${index}.c`,
    outcome: 'ran',
    exitCode: 0,
    startedAt: at,
    endedAt: at + 300,
  });
}

const failing = (state: 'loading' | 'failed') => (): Scene =>
  sceneOf({
    goOn: (store) => {
      setInterval(() => {
        const { watched } = store.getState();
        if (watched === undefined || watched.state === state) return;
        const message = 'The history of this session is damaged at event 812.';
        store.setState({ watched: { ...watched, state, message, total: 0, rows: new Map(), map: [] } });
      }, 20);
    },
  });

const closedScene = (): Scene =>
  sceneOf({
    view: viewOf({ sessions: [{ ...PAYMENTS, state: 'closed', openApprovals: 0, isWorking: false }] }),
    hash: `#/session/${PAYMENTS.sessionId}`,
    rows: new Map([[PAYMENTS.sessionId, MAIN_ROWS]]),
  });

export const scenes: Scenes = {
  'timeline-ends': endsScene,
  'timeline-growing': growingScene,
  'timeline-loading': failing('loading'),
  'timeline-failed': failing('failed'),
  'timeline-empty': () => sceneOf({ rows: new Map([[HEAD.sessionId, rowsFrom(1, [])]]) }),
  'timeline-closed': closedScene,
};

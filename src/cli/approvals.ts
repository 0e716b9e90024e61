import { randomUUID } from 'node:crypto';
import { type Approval, type ApprovalAnswer, Fault, plainScope } from '../protocol/index.ts';
import { maskSecrets } from '../replay/index.ts';
import { findFolders } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { type AllowFlags, type RejectFlags, readAllowAnswer, readRejectAnswer } from './allow-answer.ts';
import { chooseApproval } from './choose-approval.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { confirmLine, lineToSave, OWN_LINE_TERMINAL } from './confirm-line.ts';
import { findEngine } from './connect-engine.ts';
import { maskApproval } from './mask-approval.ts';
import { renderQuestion } from './question-text.ts';
import { describeAge, renderTable } from './render-table.ts';
import { describeResult } from './terminal-questions.ts';

const NAME = 'sallyport approvals';

/** `sallyport approvals`: the questions that wait, and their answers. */
export async function runApprovals(words: readonly string[]): Promise<number> {
  const [verb = 'list', ...rest] = words;
  switch (verb) {
    case 'list':
      return listApprovals(rest);
    case 'watch': {
      const { watchApprovals } = await import('./approvals-watch.ts');
      return watchApprovals(rest);
    }
    case 'show':
      return showApproval(rest);
    case 'allow':
      return allowApproval(rest);
    case 'reject':
      return rejectApproval(rest);
    default:
      if (verb === '--json') return listApprovals(words);
      if (verb === '-h' || verb === '--help') return showHelp();
      throw usageFault(`approvals has no ${verb}; it has list, show, watch, allow and reject`, NAME);
  }
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport approvals [list|show ID|watch|allow ID|reject ID] [flags]

The questions that wait for a person, of all sessions. The first answer counts.

  list            what waits (--json: one JSON line each)
  show ID         all of one question, with the diffs of its files
  watch           ask here, as they come, until Ctrl-C
  allow ID        --scope once|step|turn|session|until|always  --for 1h  --match exact|prefix
                  --rule LINE with always: the line to save; without it one is shown, and
                  saved after a y on a terminal
                  --only read:PATH,write:PATH,host:NAME:PORT a part of what was requested
                  --edit TEXT runs in its place, judged and asked about by itself
  reject ID       --feedback TEXT reaches whoever asked; --stop-turn ends its turn
                  --scope session refuses the same from now on, always saves a forbidden line

An unambiguous beginning of an ID is enough; to allow what has high or critical risk, the whole ID is.

Examples:
  sallyport approvals
  sallyport approvals allow cmd-7k3
  sallyport approvals allow cmd-7k3q9d2e --scope until --for 30m
  sallyport approvals allow cmd-7k3 --edit 'rm -r build'
  sallyport approvals allow perm-7k3 --scope session --only read:/data/in
  sallyport approvals reject cmd-7k3 --feedback 'use the trash instead'

Exit status: 0 answered, 1 already answered or unknown, 2 wrong usage.
`);
  return 0;
}

async function listApprovals(words: readonly string[]): Promise<number> {
  const command = createCommand('approvals list', 'List the questions that wait.').option(
    '--json',
    'one JSON line each',
  );
  if (parseWords(command, words) === 'help') return 0;
  const client = await findEngine(findFolders(), 'approvals');
  const approvals = client === undefined ? [] : (await client.call('approval/list', {})).approvals;
  if (command.opts<{ json?: boolean }>().json === true) {
    for (const approval of approvals) process.stdout.write(`${JSON.stringify(maskApproval(approval))}\n`);
    return 0;
  }
  if (approvals.length === 0) process.stderr.write('Nothing waits for an answer.\n');
  else process.stdout.write(renderApprovals(approvals, Date.now()));
  return 0;
}

function renderApprovals(approvals: readonly Approval[], nowMs: number): string {
  const rows = approvals.map((approval) => [
    approval.approvalId,
    describeAge(approval.askedAt, nowMs),
    approval.risk === null ? '-' : approval.risk.level,
    showLine(approval.workspace, 60),
    showLine(maskSecrets(approval.text), 100),
  ]);
  return renderTable(['ID', 'WAITS', 'RISK', 'SESSION IN', 'WHAT'], rows);
}

async function showApproval(words: readonly string[]): Promise<number> {
  const command = createCommand('approvals show', 'All of one question, as `v` shows it.').argument(
    '<id>',
    'the ID, or an unambiguous beginning of it',
  );
  if (parseWords(command, words) === 'help') return 0;
  const typedId = command.args[0] ?? '';
  const client = await findEngine(findFolders(), 'approvals');
  const approvals = client === undefined ? [] : (await client.call('approval/list', {})).approvals;
  const chosen = chooseApproval(approvals, typedId, { outcome: 'rejected', command: NAME });
  if (chosen?.kind !== 'open') return noSuchQuestion(typedId);
  const { columns } = process.stdout;
  process.stdout.write(`${renderQuestion(chosen.approval, { isFull: true, columns })}\n`);
  return 0;
}

function noSuchQuestion(typedId: string): number {
  process.stderr.write(`sallyport: ${showLine(typedId, 40)}: no such question waits\n`);
  return 1;
}

async function allowApproval(words: readonly string[]): Promise<number> {
  const command = createCommand('approvals allow', 'Answer a question with yes.')
    .argument('<id>', 'the ID, or an unambiguous beginning of it; the whole ID where the risk is high')
    .option('--scope <scope>', 'once, step, turn, session, until or always (once; of perm- questions turn)')
    .option('--for <duration>', 'how long; with --scope until: 30m, 1h, 2d')
    .option('--match <match>', 'exact (default) or prefix: which commands the permission fits')
    .option(
      '--rule <line>',
      'with --scope always: the line to save, where it is to say less than the shown one',
    )
    .option('--edit <text>', 'what runs in its place, judged and asked about by itself')
    .option('--only <parts...>', 'of a request for more access: read:PATH, write:PATH, host:NAME:PORT');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<Partial<AllowFlags>>();
  const answer = readAllowAnswer({ ...flags, scope: flags.scope ?? 'once' }, Date.now(), NAME);
  const isPlain = flags.scope === undefined && answer.outcome === 'allowed' && answer.scope === 'once';
  return sendAnswer(command.args[0] ?? '', (approval) =>
    isPlain && approval !== undefined ? { ...answer, scope: plainScope(approval) } : answer,
  );
}

async function rejectApproval(words: readonly string[]): Promise<number> {
  const command = createCommand('approvals reject', 'Answer a question with no.')
    .argument('<id>', 'the ID, or an unambiguous beginning of it')
    .option('--feedback <text>', 'reaches whoever asked')
    .option('--stop-turn', 'end the turn of the session too')
    .option('--scope <scope>', 'once, session or always: how long the same is refused', 'once')
    .option(
      '--rule <line>',
      'with --scope always: the line to save, where it is to say less than the shown one',
    );
  if (parseWords(command, words) === 'help') return 0;
  const rejection = readRejectAnswer(command.opts<RejectFlags>(), NAME);
  return sendAnswer(command.args[0] ?? '', () => rejection);
}

async function sendAnswer(
  typedId: string,
  answerTo: (approval: Approval | undefined) => ApprovalAnswer,
): Promise<number> {
  if (typedId.trim() === '') throw usageFault('which question? An ID is needed', NAME);
  const client = await findEngine(findFolders(), 'approvals');
  if (client === undefined) {
    throw new Fault({
      kind: 'peer',
      code: 'no-engine',
      message: `nothing waits for an answer: no engine is running`,
      hint: 'answered and expired questions are in `sallyport history list`',
    });
  }
  const { approvals } = await client.call('approval/list', {});
  const chosen = chooseApproval(approvals, typedId, { outcome: answerTo(undefined).outcome, command: NAME });
  if (chosen === undefined) return noSuchQuestion(typedId);
  const answer = answerTo(chosen.kind === 'open' ? chosen.approval : undefined);
  if (chosen.kind === 'open' && !(await confirmLine(answer, chosen.approval, OWN_LINE_TERMINAL))) {
    process.stderr.write('sallyport: nothing was saved, and nothing answered\n');
    return 1;
  }
  const result = await client.call('approval/answer', {
    ...(chosen.kind === 'open'
      ? { approvalId: chosen.approval.approvalId, digest: chosen.approval.digest }
      : { approvalId: chosen.approvalId }),
    requestKey: randomUUID(),
    by: `cli:${process.pid}`,
    answer,
  });
  const said = showLine(`${result.approvalId}: ${describeResult(result, answer)}`);
  if (result.result === 'accepted') {
    const saved = chosen.kind === 'open' ? lineToSave(answer, chosen.approval) : undefined;
    const what =
      saved === undefined ? '' : `: saved ${showLine(saved.line, 8000)} in ${showLine(saved.file)}`;
    process.stdout.write(`${said}${what}\n`);
    return 0;
  }
  process.stderr.write(`sallyport: ${said}\n`);
  return 1;
}

import {
  type HistoryReader,
  historyFileOf,
  openHistoryReader,
  type SessionSummary,
} from '../engine/index.ts';
import { Fault } from '../protocol/index.ts';
import { maskEvent, maskSecrets } from '../replay/index.ts';
import { findFolders } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { writeEventLine } from './print-events.ts';
import { renderTable } from './render-table.ts';
import { renderTimeline } from './render-timeline.ts';

const NAME = 'sallyport history';

/** `sallyport history`: what happened, read from the file; no engine is needed. */
export async function runHistory(words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  switch (verb) {
    case 'show':
      return showSession(rest);
    case 'verify':
      return verifyHistory(rest);
    case '-h':
    case '--help':
      return showHelp();
    case undefined:
    case 'list':
      return listSessions(rest);
    default:
      if (verb.startsWith('-')) return listSessions(words);
      throw usageFault(`history has no ${showLine(verb, 40)}; it has list, show and verify`, NAME);
  }
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport history [list|show ID|verify] [flags]

Every session that ever ran, from its file, also while one is running.

  list          newest first (--limit N, --json)
  show ID       steps, runs, verdicts with reasons, approvals, outcomes (--json: the events)
  verify [ID]   is it still what was written? (--expect-head HASH checks against a head kept elsewhere)

Examples:
  sallyport history list
  sallyport history show 01968f2a
  sallyport history verify

Exit status: 0 done, 1 verify found something, 2 wrong usage.
`);
  return 0;
}

function openReader(): HistoryReader {
  return openHistoryReader({ file: historyFileOf(findFolders().home) });
}

function listSessions(words: readonly string[]): number {
  const command = createCommand('history list', 'List sessions, newest first.')
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'one JSON line each');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<{ limit: string; json?: boolean }>();
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw usageFault(`--limit must be a number, not ${flags.limit}`, NAME);
  const reader = openReaderOrNothing();
  const stored = reader?.listSessions({ limit }) ?? [];
  const sessions = stored.map((session) => ({ ...session, title: maskSecrets(session.title) }));
  reader?.close();
  if (flags.json === true)
    for (const session of sessions) process.stdout.write(`${JSON.stringify(session)}\n`);
  else if (sessions.length === 0) process.stderr.write('There is no history yet.\n');
  else process.stdout.write(renderSessions(sessions));
  return 0;
}

function openReaderOrNothing(): HistoryReader | undefined {
  try {
    return openReader();
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'no-history') return undefined;
    throw thrown;
  }
}

function renderSessions(sessions: readonly SessionSummary[]): string {
  const rows = sessions.map((session) => [
    session.sessionId,
    new Date(session.openedAt).toISOString().replace('T', ' ').slice(0, 19),
    session.state,
    `${session.steps}`,
    `${session.approvals}${session.openApprovals > 0 ? ` (${session.openApprovals} open)` : ''}`,
    showLine(session.cwd, 40),
    showLine(session.title, 60),
  ]);
  return renderTable(['ID', 'OPENED (UTC)', 'STATE', 'STEPS', 'ASKED', 'IN', 'WHAT'], rows);
}

function showSession(words: readonly string[]): number {
  const command = createCommand('history show', 'Show what happened in a session.')
    .argument('<id>', 'the session, or an unambiguous beginning of its ID')
    .option('--json', 'the events, one JSON line each');
  if (parseWords(command, words) === 'help') return 0;
  const reader = openReader();
  try {
    const sessionId = reader.findSession(command.args[0] ?? '');
    const events = reader.readEvents(sessionId);
    if (command.opts<{ json?: boolean }>().json === true) {
      for (const event of events) process.stdout.write(writeEventLine(event));
    } else {
      process.stdout.write(renderTimeline(events.map((event) => maskEvent(event))));
    }
    return 0;
  } finally {
    reader.close();
  }
}

function verifyHistory(words: readonly string[]): number {
  const command = createCommand('history verify', 'Check that the history is what was written.')
    .argument('[id]', 'one session only')
    .option('--expect-head <hash>', 'a head of that session noted earlier, kept elsewhere')
    .option('--json', 'one JSON line per finding');
  if (parseWords(command, words) === 'help') return 0;
  const flags = command.opts<{ expectHead?: string; json?: boolean }>();
  const [typedId] = command.args;
  if (flags.expectHead !== undefined && typedId === undefined)
    throw usageFault('--expect-head needs the session', NAME);
  const reader = openReader();
  try {
    const sessionId = typedId === undefined ? undefined : reader.findSession(typedId);
    const findings = reader.verify({
      ...(sessionId !== undefined && { sessionId }),
      ...(flags.expectHead !== undefined && { expectedHead: flags.expectHead }),
    });
    const isJson = flags.json === true;
    for (const finding of findings) {
      process.stdout.write(
        isJson ? `${JSON.stringify(finding)}\n` : `${finding.sessionId}: ${showLine(finding.text)}\n`,
      );
    }
    if (findings.length === 0 && !isJson) process.stdout.write('The history is what was written.\n');
    return findings.length === 0 ? 0 : 1;
  } finally {
    reader.close();
  }
}

import { Fault, type SessionHead } from '../protocol/index.ts';
import { findFolders } from '../server/index.ts';
import { showLine } from '../timeline/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { findEngine } from './connect-engine.ts';
import { describeAge, renderTable } from './render-table.ts';
import { runVerb } from './run-verb.ts';

const NAME = 'sallyport session';

/** `sallyport session`: the sessions that are open, and what is asked in one of them. */
export function runSession(words: readonly string[]): Promise<number> {
  return runVerb({ noun: 'session', verbs: { list: listSessions, set: setKey }, showHelp }, words);
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport session [list|set ID KEY VALUE|set ID KEY --unset] [flags]

The sessions that are open.

  list               their ids, modes, policies and questions (--json: one JSON line each)
  set ID KEY VALUE   change what is asked in one, from its next step on; its wall stays as it is
  set ID KEY --unset take that back

Keys that can change: approval_policy, ask_on_risk, approval_expiry, approvals_reviewer,
permission_profile.network.allow, permission_profile.network.deny, mcp_servers, skill_folders.

Examples:
  sallyport session list
  sallyport session set 01996f approval_policy untrusted
  sallyport session set 01996f approval_policy --unset
`);
  return 0;
}

async function listSessions(words: readonly string[]): Promise<number> {
  const command = createCommand('session list', 'List the sessions that are open.').option(
    '--json',
    'one JSON line each',
  );
  if (parseWords(command, words) === 'help') return 0;
  const client = await findEngine(findFolders(), 'session');
  const heads = client === undefined ? [] : (await client.call('overview/watch', {})).sessions;
  const open = heads.filter(({ state }) => state === 'open');
  if (command.opts<{ json?: boolean }>().json === true) {
    for (const head of open) process.stdout.write(`${JSON.stringify(head)}\n`);
  } else if (open.length === 0) process.stderr.write('No session is open.\n');
  else process.stdout.write(renderSessions(open, Date.now()));
  return 0;
}

function renderSessions(heads: readonly SessionHead[], nowMs: number): string {
  const rows = heads.map((head) => [
    head.sessionId,
    describeAge(head.openedAt, nowMs),
    head.sandboxMode,
    head.approvalPolicy,
    head.openApprovals === 0 ? '-' : `${head.openApprovals}`,
    showLine(head.workspace, 60),
    showLine(head.title, 60),
  ]);
  return renderTable(['ID', 'OPEN SINCE', 'MODE', 'POLICY', 'QUESTIONS', 'FOLDER', 'TITLE'], rows);
}

async function setKey(words: readonly string[]): Promise<number> {
  const command = createCommand('session set', 'Change what is asked in a session that is open.')
    .argument('<id>', 'as `sallyport session list` shows it, or how it begins')
    .argument('<key>', 'as in the configuration file')
    .argument('[value]', 'in TOML, else the text itself')
    .option('--unset', 'take the change back')
    .option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const [sessionId = '', key = '', value] = command.args;
  const flags = command.opts<{ unset?: boolean; json?: boolean }>();
  if ((value === undefined) !== (flags.unset === true)) throw usageFault('either VALUE or --unset', NAME);
  const client = await findEngine(findFolders(), 'session');
  if (client === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-session',
      message: 'No session is open',
      hint: 'Open one first',
    });
  }
  const by = `cli:${process.pid}`;
  const set = await client.call('session/set', { sessionId, key, ...(value !== undefined && { value }), by });
  for (const warning of set.warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(set)}\n`);
  else {
    const what = value === undefined ? 'as configured' : showLine(value, 200);
    const said =
      set.held === undefined
        ? `= ${what}, from its next step on`
        : `stays ${showLine(set.held, 200)}: ${what} is not allowed on this machine`;
    process.stdout.write(`${set.sessionId}: ${showLine(key, 200)} ${said}\n`);
  }
  return set.held === undefined ? 0 : 1;
}

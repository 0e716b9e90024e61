import { type Grant, GrantId } from '../protocol/index.ts';
import { maskSecrets } from '../replay/index.ts';
import { findFolders } from '../server/index.ts';
import { quoteWords, showLine } from '../timeline/index.ts';
import { createCommand, parseWords, usageFault } from './command-line.ts';
import { findEngine } from './connect-engine.ts';
import { describeAccess } from './question-text.ts';
import { describeAge, renderTable } from './render-table.ts';

const NAME = 'sallyport grants';

/** `sallyport grants`: what was allowed for longer than once, and taking it back. */
export async function runGrants(words: readonly string[]): Promise<number> {
  const [verb, ...rest] = words;
  if (verb === 'revoke') return revokeGrant(rest);
  if (verb === '-h' || verb === '--help') return showHelp();
  if (verb !== undefined && verb !== 'list' && verb !== '--json') {
    throw usageFault(`grants has no ${verb}; it has list and revoke`, NAME);
  }
  return listGrants(verb === 'list' ? rest : words);
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport grants [list|revoke ID|revoke --all] [flags]

What was allowed, or rejected, for longer than once, in sessions that are open.

  list           who, what, why, for how long, how often used (--json: one JSON line each)
  revoke ID      take it back; new calls are held again at once
  revoke --all   take all back, what was rejected for a session as well

Examples:
  sallyport grants
  sallyport grants revoke grant-7k3q9d2e
`);
  return 0;
}

async function listGrants(words: readonly string[]): Promise<number> {
  const command = createCommand('grants list', 'List what was allowed for longer than once.').option(
    '--json',
    'one JSON line each',
  );
  if (parseWords(command, words) === 'help') return 0;
  const client = await findEngine(findFolders(), 'grants');
  const grants = client === undefined ? [] : (await client.call('grant/list', {})).grants;
  if (command.opts<{ json?: boolean }>().json === true) {
    for (const grant of grants) process.stdout.write(`${JSON.stringify(grant)}\n`);
    return 0;
  }
  if (grants.length === 0) process.stderr.write('Nothing is allowed beyond the configuration.\n');
  else process.stdout.write(renderGrants(grants, Date.now()));
  return 0;
}

function renderGrants(grants: readonly Grant[], nowMs: number): string {
  const rows = grants.map((grant) => [
    grant.grantId,
    grant.untilMs === undefined ? grant.scope : `until ${new Date(grant.untilMs).toISOString()}`,
    `${grant.uses}`,
    grant.lastUsedAt === undefined ? '-' : describeAge(grant.lastUsedAt, nowMs),
    `${grant.source.approvalId} by ${showLine(grant.source.by, 40)}`,
    describeGrant(grant),
    describeWhy(grant),
  ]);
  return renderTable(['ID', 'SCOPE', 'USES', 'LAST USE', 'FROM', 'WHAT', 'WHY'], rows);
}

function describeGrant(grant: Grant): string {
  const parts = describeAccess(grant.access);
  if (grant.command !== undefined) {
    const { argv, match, of } = grant.command;
    const verb = of === 'mcp' ? 'call' : 'run';
    parts.unshift(`${verb} ${showLine(quoteWords(argv), 100)}${match === 'prefix' ? ' …' : ''}`);
  }
  const what = parts.join(', ');
  return grant.refuses === true ? `refuses: ${what}` : what;
}

/** What was asked, and whether the grant still says anything that nothing else does. */
function describeWhy({ why, coveredBy }: Grant): string {
  const asked = why === undefined ? '-' : showLine(maskSecrets(why), 60);
  return coveredBy === undefined ? asked : `${asked} (redundant: ${showLine(coveredBy, 40)})`;
}

async function revokeGrant(words: readonly string[]): Promise<number> {
  const command = createCommand('grants revoke', 'Take a permission back.')
    .argument('[id]', 'as `sallyport grants` shows it')
    .option('--all', 'every one');
  if (parseWords(command, words) === 'help') return 0;
  const typed = command.args[0] ?? '';
  const isAll = command.opts<{ all?: boolean }>().all === true;
  if (isAll !== (typed === '')) throw usageFault('revoke takes one ID, or --all', NAME);
  if (isAll) return revokeAll();
  const client = await findEngine(findFolders(), 'grants');
  const grants = client === undefined ? [] : (await client.call('grant/list', {})).grants;
  const fitting = grants.filter((grant) => grant.grantId.startsWith(typed));
  if (fitting.length > 1)
    throw usageFault(
      `${showLine(typed, 40)} fits several: ${fitting.map((grant) => grant.grantId).join(', ')}`,
      NAME,
    );
  const grantId = fitting[0]?.grantId ?? GrantId.safeParse(typed).data;
  const isRevoked =
    client !== undefined &&
    grantId !== undefined &&
    (await client.call('grant/revoke', { grantId, by: `cli:${process.pid}` })).revoked;
  if (isRevoked) process.stdout.write(`${grantId}: revoked\n`);
  else process.stderr.write(`sallyport: there is no such grant: ${showLine(typed, 40)}\n`);
  return isRevoked ? 0 : 1;
}

async function revokeAll(): Promise<number> {
  const client = await findEngine(findFolders(), 'grants');
  const grants = client === undefined ? [] : (await client.call('grant/list', {})).grants;
  for (const { grantId } of grants) {
    const { revoked } = (await client?.call('grant/revoke', { grantId, by: `cli:${process.pid}` })) ?? {};
    if (revoked === true) process.stdout.write(`${grantId}: revoked\n`);
  }
  if (grants.length === 0) process.stderr.write('Nothing is allowed beyond the configuration.\n');
  return 0;
}

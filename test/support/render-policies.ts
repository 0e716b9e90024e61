/** The tables of resources/docs/policies.md, made of the cases that the matrix is tested by. */
import { MATRIX, type MatrixMode, type MatrixVerdict, SITUATIONS } from '../cases/judge/matrix.ts';
import { REASON_ROWS } from '../cases/judge/reasons.ts';
import { SAID_ROWS, type SaidPolicy, type SaidRow } from '../cases/judge/said.ts';

const MODES: readonly MatrixMode[] = ['read-only', 'workspace-write', 'danger-full-access'];
const WORDS: Readonly<Record<MatrixVerdict, string>> = { allow: 'run', ask: 'ask', refuse: 'refuse' };

function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function aboutOf(situation: string): string {
  return SITUATIONS[situation]?.about ?? situation;
}

/** Every situation of a mode under each policy, with the switches of granular that refuse it. */
function writeMatrix(mode: MatrixMode): string {
  const rows = MATRIX.filter((row) => row.mode === mode).map(({ situation, verdicts, silencedBy }) => [
    aboutOf(situation),
    ...verdicts.map((verdict) => WORDS[verdict]),
    silencedBy.map((name) => `\`${name}\``).join(', '),
  ]);
  return writeTable(['', 'untrusted', 'on-request', 'never', 'granular', 'refused when off'], rows);
}

/** What is read where somebody is asked or refused, in workspace-write. */
function writeReasons(): string {
  const rows = REASON_ROWS.filter(
    ({ modes, policy, verdict }) =>
      modes.includes('workspace-write') && ['on-request', 'never'].includes(policy) && verdict !== 'allow',
  ).map(({ situation, policy, verdict, reads }) => [
    aboutOf(situation),
    policy,
    WORDS[verdict],
    reads.join(' ').replaceAll('|', '\\|'),
  ]);
  return writeTable(['', 'policy', '', 'what is read'], rows);
}

/** What Sallyport does in a cell, in the words of the table. */
export function verdictHere(situation: string, mode: MatrixMode, policy: SaidPolicy): string {
  const row = MATRIX.find((each) => each.situation === situation && each.mode === mode);
  if (row === undefined) return 'no such cell';
  const [untrusted, onRequest, never, granular] = row.verdicts;
  if (policy === 'untrusted') return WORDS[untrusted];
  if (policy === 'on-request') return WORDS[onRequest];
  if (policy === 'never') return WORDS[never];
  const off = row.silencedBy.find((name) => policy === `${name} = false`);
  return off !== undefined && granular === 'ask' ? 'refuse' : WORDS[granular];
}

function verdictsHere({ situation, modes, policies }: SaidRow): string {
  const found = modes.flatMap((mode) => policies.map((policy) => verdictHere(situation, mode, policy)));
  return [...new Set(found)].join(' / ');
}

function writeDifferences(by: SaidRow['by'], heading: string): string {
  const rows = SAID_ROWS.filter((row) => row.by === by && row.why !== undefined).map((row) => [
    aboutOf(row.situation),
    row.modes.length === MODES.length ? 'every mode' : row.modes.join(', '),
    row.policies.map((policy) => (policy.includes('=') ? `\`${policy}\`` : policy)).join(', '),
    row.says,
    verdictsHere(row),
    row.why ?? '',
  ]);
  return writeTable(['', 'mode', 'policy', heading, 'Sallyport', 'why'], rows);
}

/** The tables by the names that the page marks them with. */
export function renderPolicyTables(): ReadonlyMap<string, string> {
  return new Map([
    ...MODES.map((mode): [string, string] => [mode, writeMatrix(mode)]),
    ['reasons', writeReasons()],
    ['description', writeDifferences('description', 'the description')],
    ['codex', writeDifferences('codex', 'Codex 0.169.0')],
  ]);
}

/** The page with each marked table replaced by what it should be. Throws for a mark without a table. */
export function fillPolicyPage(page: string): string {
  const tables = renderPolicyTables();
  return page.replaceAll(/<!-- table: ([\w-]+) -->\n[\s\S]*?\n<!-- end -->/g, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return `<!-- table: ${name} -->\n${table}\n<!-- end -->`;
  });
}

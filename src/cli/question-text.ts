import { askSentence, isRepositoryPath } from '../policy/index.ts';
import {
  type AccessGrant,
  type Approval,
  type GrantScope,
  isDelegated,
  type Risk,
} from '../protocol/index.ts';
import { quoteWords, showLine, showText } from '../timeline/index.ts';
import { describeFiles } from './question-files.ts';
import { cutAtWidth, fillLines, wrapWords } from './wrap-lines.ts';

/** Keys of the scopes that can be chosen at a terminal, in the order they are offered. */
export const SCOPE_KEYS: readonly {
  readonly key: string;
  readonly scope: GrantScope;
  readonly label: string;
}[] = [
  { key: 'a', scope: 'once', label: 'allow once' },
  { key: 'e', scope: 'step', label: 'allow every run of this step' },
  { key: 't', scope: 'turn', label: 'allow for this turn' },
  { key: 's', scope: 'session', label: 'allow for this session' },
];

/** Keys of answers that some questions offer. */
export const MORE_KEYS: readonly {
  readonly key: string;
  readonly label: string;
  isOffered(approval: Approval): boolean;
}[] = [
  { key: 'w', label: 'allow always', isOffered: ({ scopes }) => scopes.includes('always') },
  { key: 'c', label: 'change the text', isOffered: ({ isEditable }) => isEditable === true },
  {
    key: 'x',
    label: 'reject for this session',
    isOffered: (one) => one.rejectScopes?.includes('session') === true,
  },
  { key: 'f', label: 'reject always', isOffered: (one) => one.rejectScopes?.includes('always') === true },
];

/** High and critical risk want the ID typed, so that a reflex does not answer. */
export function needsTypedId(approval: Approval): boolean {
  return approval.risk !== null && (approval.risk.level === 'high' || approval.risk.level === 'critical');
}

/** What a yes opens, one line per path, host and socket; empty when the command alone is allowed. */
export function describeAccess(access: AccessGrant | undefined): string[] {
  if (access === undefined) return [];
  return [
    ...access.write.map(
      (path) => `write ${showLine(path)}${isRepositoryPath(path) ? ' (without hooks and config)' : ''}`,
    ),
    ...access.read.map((path) => `read ${showLine(path)}`),
    ...access.hosts.map(
      ({ host, port }) => `connect to ${showLine(host)}${port === undefined ? '' : `:${port}`}`,
    ),
    ...access.sockets.map((path) => `use the socket ${showLine(path)}`),
  ];
}

export function describeRisk(risk: Risk | null): string[] {
  if (risk === null) return ['risk: not assessed'];
  const evidence = risk.evidence.map(({ family, text, quote }) => {
    const quoted = quote === undefined ? '' : ` (${showLine(quote, 200)})`;
    return `  ${family}: ${showLine(text, 400)}${quoted}`;
  });
  return [`risk: ${risk.level} (${risk.score} of 10) ${showLine(risk.rationale, 400)}`, ...evidence];
}

/** How much is shown of a question, and on what. */
export interface QuestionView {
  /** All of what `v` shows. */
  readonly isFull?: boolean;
  /** Columns of the terminal; without them nothing is wrapped. */
  readonly columns?: number | undefined;
}

/** Narrower, and nothing could be read any more. */
const MIN_COLUMNS = 24;

function usableColumns({ columns }: QuestionView): number {
  return columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns, MIN_COLUMNS);
}

/**
 * The block that a person decides by. Every line stands behind the gutter. Text is wrapped between words; the command
 * itself is cut at the width and nowhere else, and what goes on is marked, so that it cannot pass for a line of its own.
 */
export function renderQuestion(approval: Approval, view: QuestionView = {}): string {
  const columns = usableColumns(view) - GUTTER.length;
  const isFull = view.isFull === true;
  const maxChars = isFull ? 100_000 : 1000;
  const command = showText(approval.text, maxChars).split('\n');
  const shownLines = isFull ? command : command.slice(0, 12);
  const lines = [`${askSentence(approval)}?  ${approval.approvalId}`, ''];
  const payload = shownLines.flatMap((line) => indentCommand(line, columns));
  const rest: string[] = [];
  if (shownLines.length < command.length)
    rest.push(`    … ${command.length - shownLines.length} more lines (v shows them)`);
  rest.push('', `in ${showLine(approval.cwd)}`);
  if (approval.workspace !== approval.cwd) rest.push(`session in ${showLine(approval.workspace)}`);
  if (approval.agentName !== undefined && isDelegated(approval.agentName))
    rest.push(`asked by ${showLine(approval.agentName, 200)}`);
  rest.push(...describeRisk(approval.risk));
  for (const reason of approval.reasons) rest.push(`why: ${showLine(reason.text)}`);
  for (const access of describeAccess(approval.grant)) rest.push(`a yes lets it ${access}`);
  rest.push(...describeParts(approval, isFull));
  if (approval.agentReason !== undefined) rest.push(`it says: ${showLine(approval.agentReason, 400)}`);
  if (isFull) rest.push(...describeAll(approval));
  const wrap = (texts: readonly string[]): string[] => texts.flatMap((text) => wrapWords(text, columns));
  const files = describeFiles(approval.files, isFull).flatMap(({ isContent, text }) =>
    isContent ? indentCommand(text, columns) : wrap([text]),
  );
  return [...wrap(lines), ...payload, ...files, ...wrap(rest)]
    .map((line) => `${GUTTER}${line}`.trimEnd())
    .join('\n');
}

/** Parts that the short view names in the command that grants them. */
const SHOWN_PARTS = 4;

/** How a part of a request for more access is granted, where it has several; as a command that a shell takes. */
function describeParts({ approvalId, kind, requested }: Approval, isFull: boolean): string[] {
  if (kind !== 'perm' || requested === undefined) return [];
  const { write, read, hosts, sockets } = requested;
  const parts = [
    ...write.map((path) => `write:${path}`),
    ...read.map((path) => `read:${path}`),
    ...hosts.map(({ host, port }) => `host:${host}${port === undefined ? '' : `:${port}`}`),
    ...sockets.map((path) => `socket:${path}`),
  ];
  if (parts.length < 2) return [];
  const named = isFull ? parts : parts.slice(0, SHOWN_PARTS);
  const words = `${showLine(quoteWords(named), 20_000)}${named.length < parts.length ? ' …' : ''}`;
  return [
    `a part of it is granted by: sallyport approvals allow ${approvalId} --only ${words} (leave out what it shall not have)`,
  ];
}

const GUTTER = '│ ';

function indentCommand(line: string, columns: number): string[] {
  return cutAtWidth(line, columns - 4).map((piece, index) => (index === 0 ? '    ' : '  ↳ ') + piece);
}

function describeAll(approval: Approval): string[] {
  const lines = ['', `category: ${approval.category}`];
  if (approval.argv !== undefined) {
    approval.argv.slice(0, 200).forEach((word, index) => {
      lines.push(`argv[${index}]: ${showLine(word)}`);
    });
  }
  for (const reason of approval.reasons) lines.push(`reason ${reason.code}: ${showLine(reason.text)}`);
  lines.push(`scopes: ${approval.scopes.join(', ')}`);
  lines.push(
    `session: ${approval.sessionId}`,
    `step: ${approval.stepId ?? '-'}  run: ${approval.runId ?? '-'}`,
  );
  lines.push(`digest: ${approval.digest}`, `expires: ${new Date(approval.expiresAt).toISOString()}`);
  return lines;
}

/** The keys that this question offers, in as few lines as fit. `more` are further ones. */
export function renderKeys(
  approval: Approval,
  view: QuestionView = {},
  more: readonly string[] = [],
): string {
  const scopes = SCOPE_KEYS.filter(({ scope }) => approval.scopes.includes(scope));
  const keys = [
    ...scopes,
    ...MORE_KEYS.filter(({ isOffered }) => isOffered(approval)),
    { key: 'r', label: 'reject' },
    { key: 'v', label: 'view everything' },
    { key: '?', label: 'help' },
  ];
  const words = [...keys.map(({ key, label }) => `${key} ${label}`), ...more];
  return fillLines(words, ' · ', usableColumns(view) - 2).join('\n  ');
}

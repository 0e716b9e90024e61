/**
 * The one sentence above a question. Promises: it is made of what was judged (category, reasons, risk, facts, grant) and
 * holds no text of an agent, so that no command can word the question about itself; but for one plain word, the name of
 * the server whose tool is called.
 */
import type { Approval, ConfigSnapshot, Facts, PathFact, RiskFamily } from '../protocol/index.ts';
import { editSentence } from './edit-sentence.ts';
import { namedPaths } from './named-paths.ts';
import { baseOf } from './path-access-join.ts';
import { type PathPlace, placeOf } from './path-place.ts';
import { TOP_OF_SCRIPT } from './step-scope.ts';

/** The parts of a question that its sentence is made of. */
export type AskedPart = Pick<Approval, 'kind' | 'category' | 'argv' | 'grant' | 'risk' | 'reasons' | 'files'>;

/** What is known beside the question; without it the sentence is less exact, never wrong. */
export interface AskKnowledge {
  readonly facts?: Facts | undefined;
  readonly snapshot?: ConfigSnapshot | undefined;
}

interface Known extends AskKnowledge {
  readonly asked: AskedPart;
  readonly codes: ReadonlySet<string>;
  readonly paths: readonly KnownPath[];
}

interface KnownPath {
  readonly use: PathFact['use'];
  readonly kind: PathFact['kind'];
  /** Undefined where it was not looked up. */
  readonly place: PathPlace | undefined;
}

const OTHER_KINDS: Record<Exclude<Approval['kind'], 'cmd' | 'skill' | 'edit' | 'mcp'>, string> = {
  net: 'Connect to a host',
  perm: 'Give it more access',
  agent: 'Let a delegated agent act',
};

const RISKS: Record<RiskFamily, string> = {
  destroys: 'can destroy data',
  leaks: 'can send data away',
  escalates: 'asks for more rights',
  persists: 'can have effects after the session',
  'fetches-and-runs': 'runs code from the network',
  hides: 'hides what it does',
  'touches-remote': 'changes something on another machine',
};

const NOTABLE_SCORE = 3;
const HIGH_SCORE = 6;

/** What is asked, in one plain sentence without a full stop, such as `Run a command that deletes a folder`. */
export function askSentence(asked: AskedPart, known: AskKnowledge = {}): string {
  if (asked.kind === 'edit' && asked.files !== undefined && asked.files.length > 1)
    return editSentence(asked.files, known.snapshot?.sandboxMode === 'read-only');
  if (asked.kind === 'edit') return writeSentence(know(asked, known));
  if (asked.kind === 'net' && (asked.grant?.sockets.length ?? 0) > 0)
    return 'Connect to a program of this machine';
  if (asked.kind === 'net') return netSentence(asked);
  if (asked.kind === 'mcp') return toolSentence(asked);
  if (asked.kind !== 'cmd' && asked.kind !== 'skill') return OTHER_KINDS[asked.kind];
  const what = asked.kind === 'skill' ? 'Run a program of a skill' : 'Run a command';
  const all = know(asked, known);
  const clause = CLAUSES.map((find) => find(all)).find((found) => found !== undefined);
  if (clause !== undefined) return `${what} that ${clause}`;
  if (known.snapshot === undefined) return what;
  const isOpen = known.snapshot.sandboxMode === 'danger-full-access';
  return `${what} ${isOpen ? 'without a sandbox' : 'inside the sandbox'}`;
}

/** A name of one word cannot say anything else. */
const PLAIN_NAME = /^[A-Za-z0-9][\w.-]{0,39}$/;

function toolSentence({ argv }: AskedPart): string {
  const server = argv?.[0] ?? '';
  return PLAIN_NAME.test(server) ? `Call a tool of ${server}` : 'Call a tool of an MCP server';
}

function netSentence({ reasons }: AskedPart): string {
  const has = (code: string): boolean => reasons.some((reason) => reason.code === code);
  if (has('publish-port')) return 'Open a port of this session for this machine';
  return has('private-address') ? 'Connect to a private address' : OTHER_KINDS.net;
}

function know(asked: AskedPart, known: AskKnowledge): Known {
  return {
    ...known,
    asked,
    codes: new Set(asked.reasons.map((reason) => reason.code)),
    paths: knownPaths(asked, known),
  };
}

function knownPaths(asked: AskedPart, { facts, snapshot }: AskKnowledge): KnownPath[] {
  if (facts !== undefined) {
    return facts.paths.map((fact) => ({
      use: fact.use,
      kind: fact.kind,
      place: snapshot === undefined ? undefined : placeOf(fact, snapshot, facts),
    }));
  }
  if ((asked.kind !== 'cmd' && asked.kind !== 'skill') || asked.argv === undefined) return [];
  const words = asked.argv.map((value) => ({ text: value, value }));
  const named = namedPaths({
    index: 0,
    form: 'program',
    text: '',
    words,
    assignments: [],
    redirects: [],
    wrappers: [],
    source: { start: 0, end: 0 },
    context: TOP_OF_SCRIPT,
  });
  return named.map(({ use }) => ({ use, kind: 'unknown', place: undefined }));
}

/** Most telling first. */
const CLAUSES: readonly ((known: Known) => string | undefined)[] = [
  ({ asked }) => (asked.category === 'opaque' ? 'cannot be understood before it runs' : undefined),
  secretClause,
  deleteClause,
  (known) => riskClause(known, HIGH_SCORE),
  beyondClause,
  (known) => riskClause(known, NOTABLE_SCORE),
  writeClause,
];

function secretClause({ asked, codes, paths }: Known): string | undefined {
  const secret = paths.filter((path) => path.place === 'secret');
  if (secret.length === 0 && !codes.has('secret-path')) return undefined;
  const isRead = secret.length > 0 ? secret.some(isReading) : (asked.grant?.read.length ?? 0) > 0;
  if (isRead) return 'reads a secret file';
  return secret.length > 0 ? 'changes a secret file' : 'uses a secret file';
}

function deleteClause({ asked, codes, paths }: Known): string | undefined {
  const gone = paths.filter((path) => path.use === 'delete' && path.kind !== 'missing');
  if (gone.length === 0) return undefined;
  const verb = baseOf(asked.argv?.[0] ?? '') === 'mv' ? 'moves' : 'deletes';
  const places = gone.map((path) => path.place);
  const isProtected = places.includes('protected') || (isUnplaced(gone) && codes.has('protected-path'));
  const isOutside = places.includes('outside') || (isUnplaced(gone) && codes.has('outside-path'));
  const what = nameOf(gone, isProtected);
  return `${verb} ${what}${isOutside && !isProtected ? ' outside the workspace' : ''}`;
}

function isUnplaced(paths: readonly KnownPath[]): boolean {
  return paths.every((path) => path.place === undefined);
}

function isReading(path: KnownPath): boolean {
  return path.use === 'read' || path.use === 'execute';
}

/** `a folder`, `3 files`, `protected files` … */
function nameOf(paths: readonly KnownPath[], isProtected: boolean): string {
  const folders = paths.filter((path) => path.kind === 'dir').length;
  const isVague = paths.some((path) => path.kind === 'unknown');
  if (isVague) return isProtected ? 'protected files' : 'files';
  const mark = isProtected ? 'protected ' : '';
  if (paths.length === 1) return `a ${mark}${folders === 1 ? 'folder' : 'file'}`;
  const noun = folders === paths.length ? 'folders' : folders === 0 ? 'files' : 'files and folders';
  return `${paths.length} ${mark}${noun}`;
}

function riskClause({ asked }: Known, atLeast: number): string | undefined {
  const { risk } = asked;
  if (risk === null || risk.score < atLeast) return undefined;
  const [worst] = [...risk.evidence].sort((a, b) => b.score - a.score);
  return worst === undefined ? undefined : RISKS[worst.family];
}

/** What lies beyond the access of the session. */
function beyondClause({ asked, codes, paths }: Known): string | undefined {
  const isWritten = (place: PathPlace): boolean =>
    paths.some((path) => !isReading(path) && path.place === place);
  const opensWrite = (asked.grant?.write.length ?? 0) > 0;
  if (isWritten('protected') || codes.has('protected-path')) return 'writes a protected file';
  if (isWritten('outside')) return 'writes outside the workspace';
  if (codes.has('outside-path'))
    return opensWrite ? 'writes outside the workspace' : 'uses a path outside the workspace';
  if (codes.has('host')) return 'connects to a host';
  if (codes.has('unknown-path') || codes.has('too-many-paths'))
    return 'uses a path that could not be looked up';
  return undefined;
}

function writeClause({ paths }: Known): string | undefined {
  const written = paths.filter((path) => path.use === 'write' && path.place === 'inside');
  if (written.length === 0) return undefined;
  return written.length === 1 ? 'writes a file in the workspace' : 'writes files in the workspace';
}

/** A change that the wall has stopped. Of a move, the old name comes first. */
function writeSentence({ codes, paths, snapshot }: Known): string {
  const [path] = paths;
  const noun = path?.kind === 'dir' ? 'folder' : 'file';
  const changing = path?.kind === 'dir' ? 'Change' : 'Write';
  const taking = paths.length > 1 ? 'Move' : 'Remove';
  const verb = path?.use === 'delete' ? taking : changing;
  const what = `${verb} a ${noun}`;
  if (path?.place === 'secret' || codes.has('secret-path')) return `${verb} a secret ${noun}`;
  if (path?.place === 'protected' || codes.has('protected-path')) return `${verb} a protected ${noun}`;
  if (snapshot?.sandboxMode === 'read-only') return `${what} in a session that may only read`;
  const isOutside = path?.place === 'outside' || codes.has('outside-path');
  return isOutside ? `${what} outside the workspace` : what;
}

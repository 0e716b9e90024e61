import type { LiveView } from '../../client/index.ts';
import type { Approval, ApprovalId, SessionHead, SessionId, SettledApproval } from '../../protocol/index.ts';
import { compareApprovals, folderNameOf } from '../local/index.ts';
import { fitsFilter, type LevelChoice } from './filter-requests.ts';
import { type Flood, findFlood } from './find-flood.ts';
import { actionKeyOf, nameAction } from './name-action.ts';

/** What was withdrawn or answered elsewhere stays in sight for so long, ms. */
const LINGER_MS = 30_000;

/** Where sessions come from that run what somebody wrote down. */
const SCRIPT_ORIGINS: ReadonlySet<string> = new Set(['exec', 'page', 'demo', 'check']);

export type Grouping = 'session' | 'action';

export interface HeadItem {
  readonly kind: 'head';
  readonly key: string;
  /** As strangers wrote it. */
  readonly title: string;
  readonly isAction: boolean;
  /** Of the agent, where all are of one session. */
  readonly agentName: string;
  readonly sessionId?: SessionId;
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly oldestAt?: number;
}
export interface RequestItem {
  readonly kind: 'request';
  readonly key: string;
  readonly approval: Approval;
  /** A person or a program gave the script; no agent chose the command. */
  readonly isOfScript: boolean;
  readonly settled?: SettledApproval;
  readonly snoozedUntil?: number;
}
export interface FloodItem {
  readonly kind: 'flood';
  readonly key: string;
  readonly sessionId: SessionId;
  readonly flood: Flood;
}
export type InboxItem = HeadItem | RequestItem | FloodItem;
/** What the cursor can stand on. */
export type StopItem = RequestItem | FloodItem;

export interface InboxInput {
  readonly approvals: readonly Approval[];
  readonly settled: LiveView['settled'];
  readonly sessions: readonly SessionHead[];
  readonly nowMs: number;
  readonly grouping: Grouping;
  readonly level: LevelChoice;
  readonly words: string;
  readonly snoozedUntil: ReadonlyMap<ApprovalId, number>;
  /** Shown one by one though they belong to a flood. */
  readonly unfolded: ReadonlySet<ApprovalId>;
}

/** The lines of the inbox: groups, the worst first; in each the worst first, then the oldest; snoozed ones at the end. */
export function listItems(input: InboxInput): InboxItem[] {
  const heads = new Map(input.sessions.map((head) => [head.sessionId, head]));
  const agentOf = (approval: Approval): string => heads.get(approval.sessionId)?.agentName ?? '';
  const isOfScript = ({ sessionId }: Approval): boolean =>
    SCRIPT_ORIGINS.has(heads.get(sessionId)?.origin ?? '');
  const requests = listRequests(input, isOfScript).filter(({ approval }) =>
    fitsFilter(approval, agentOf(approval), input),
  );
  const awake = requests.filter((request) => request.snoozedUntil === undefined);
  const snoozed = requests.filter((request) => request.snoozedUntil !== undefined);
  const bySession = input.grouping === 'session';
  const groups = Map.groupBy(awake, ({ approval }) =>
    bySession ? approval.sessionId : actionKeyOf(approval),
  );
  const items: InboxItem[] = [];
  for (const [key, members] of groups) items.push(...listGroup({ key, members, heads, input }));
  if (snoozed.length > 0) items.push(snoozedHead(snoozed), ...snoozed);
  return items;
}

function listRequests(input: InboxInput, isOfScript: (approval: Approval) => boolean): RequestItem[] {
  const waiting = input.approvals.map((approval): RequestItem => {
    const until = input.snoozedUntil.get(approval.approvalId) ?? 0;
    const base = {
      kind: 'request',
      key: approval.approvalId,
      approval,
      isOfScript: isOfScript(approval),
    } as const;
    return until > input.nowMs ? { ...base, snoozedUntil: until } : base;
  });
  const still = new Set(waiting.map(({ key }) => key));
  const gone = input.settled.flatMap((settled): RequestItem[] => {
    const { approval, approvalId } = settled;
    const isOver = input.nowMs - settled.settledAt >= LINGER_MS;
    if (approval === undefined || isOver || still.has(approvalId)) return [];
    return [{ kind: 'request', key: approvalId, approval, isOfScript: isOfScript(approval), settled }];
  });
  return [...waiting, ...gone].sort((a, b) => compareApprovals(a.approval, b.approval));
}

function listGroup(group: {
  readonly key: string;
  readonly members: readonly RequestItem[];
  readonly heads: ReadonlyMap<SessionId, SessionHead>;
  readonly input: InboxInput;
}): InboxItem[] {
  const { key, members, heads, input } = group;
  const first = members[0];
  if (first === undefined) return [];
  const isAction = input.grouping === 'action';
  const session = isAction ? undefined : heads.get(first.approval.sessionId);
  const waiting = members.filter((member) => member.settled === undefined);
  const head: HeadItem = {
    kind: 'head',
    key: `head ${key}`,
    title: isAction ? nameAction(first.approval) : folderNameOf(first.approval.workspace),
    isAction,
    agentName: session?.agentName ?? '',
    isPaused: session?.isPaused ?? false,
    waiting: waiting.length,
    ...(isAction ? {} : { sessionId: first.approval.sessionId }),
    ...oldestOf(waiting),
  };
  const isNarrowed = input.level !== 'all' || input.words.trim() !== '';
  // whoever filters looks for something: nothing is folded away from under them
  if (isAction || isNarrowed) return [head, ...members];
  return [head, ...foldFlood(first.approval.sessionId, members, input.unfolded)];
}

function foldFlood(
  sessionId: SessionId,
  members: readonly RequestItem[],
  unfolded: ReadonlySet<ApprovalId>,
): InboxItem[] {
  const foldable = members.filter(({ settled, approval }) => !settled && !unfolded.has(approval.approvalId));
  const flood = findFlood(foldable.map(({ approval }) => approval));
  if (flood === undefined) return [...members];
  const folded = new Set(flood.approvals);
  return [
    { kind: 'flood', key: `flood ${sessionId}`, sessionId, flood },
    ...members.filter(({ approval }) => !folded.has(approval)),
  ];
}

function oldestOf(requests: readonly RequestItem[]): { oldestAt?: number } {
  if (requests.length === 0) return {};
  return { oldestAt: Math.min(...requests.map(({ approval }) => approval.askedAt)) };
}

function snoozedHead(snoozed: readonly RequestItem[]): HeadItem {
  return {
    kind: 'head',
    key: 'head snoozed',
    title: 'Snoozed',
    isAction: false,
    agentName: '',
    isPaused: false,
    waiting: snoozed.length,
    ...oldestOf(snoozed),
  };
}

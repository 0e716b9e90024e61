import type {
  Approval,
  ApprovalAnswer,
  ApprovalContext,
  ApprovalId,
  EngineAbout,
  Explanation,
  Grant,
  GrantId,
  MapMark,
  MethodParams,
  MethodResult,
  RowCounts,
  RowFilter,
  RunId,
  SessionHead,
  SessionId,
  SettledApproval,
  TimelineRow,
} from '../protocol/index.ts';

/** How the page stands with the engine. While it is not `ready` nothing can be answered, and nothing is kept for later. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'ready' }
  | {
      readonly state: 'lost';
      /** Epoch ms: from when on what is shown may be old. */
      readonly since: number;
      readonly attempt: number;
      /** Epoch ms of the next try. */
      readonly retryAt: number;
      /** It was connected before. */
      readonly wasReady: boolean;
    }
  /** Trying again does not help: the page needs a new address, or is of another version than the engine. */
  | { readonly state: 'refused'; readonly reason: 'signed-out' | 'version'; readonly message: string };

/** The rows of the session that is open, as far as they were asked for. */
export interface WatchedRows {
  readonly sessionId: SessionId;
  readonly state: 'loading' | 'ready' | 'failed';
  /** What went wrong when it failed. */
  readonly message?: string;
  /** In force; rows, positions and the map are among the rows that fit it. */
  readonly filter: RowFilter;
  /** Rows that fit. */
  readonly total: number;
  readonly counts: RowCounts;
  readonly lastSeq: number;
  /** By position among the rows that fit; sparse, at most some thousand around what was looked at. */
  readonly rows: ReadonlyMap<number, TimelineRow>;
  readonly map: readonly MapMark[];
  /** What scripts of the session print just now: the last lines, already bounded; gone when the run has ended. */
  readonly liveTail: { readonly runId: RunId; readonly lines: readonly string[] } | undefined;
}

/** What this page did about a question, until the engine tells what came of it. */
export interface AnswerState {
  /** `late`: somebody or something else had settled it. */
  readonly state: 'sending' | 'accepted' | 'failed' | 'changed' | 'late';
  readonly answer: ApprovalAnswer;
  /** Why it failed, as a sentence. */
  readonly message?: string;
}

/** Everything a page shows, in one place. Nothing in it is a wish: only what the engine said. */
export interface LiveView {
  readonly connection: Connection;
  readonly about: EngineAbout | undefined;
  /** Newest first. */
  readonly sessions: readonly SessionHead[];
  /** In the order they were asked. */
  readonly approvals: readonly Approval[];
  /** The last 200 that were settled while this page was open, newest first; with the question, where it was seen. */
  readonly settled: readonly (SettledApproval & { readonly approval?: Approval })[];
  readonly answers: ReadonlyMap<ApprovalId, AnswerState>;
  readonly watched: WatchedRows | undefined;
  /** Grants that hold now. */
  readonly grants: readonly Grant[];
}

export type AnswerReply = MethodResult<'approval/answer'>;

/** What is told of a terminal, in its order. */
export interface TerminalFollower {
  /** From the beginning, also after the connection was lost: what was shown before is not continued. */
  onBegin(begun: MethodResult<'terminal/watch'>): void;
  /** Base64; `offset` tells whether something was left out. */
  onData(offset: number, data: string): void;
  onSize(size: MethodResult<'terminal/watch'>['size']): void;
  onFail(message: string): void;
}

/** What a page can do. Every call throws the engine's `Fault`; while not connected a `peer` fault at once. */
export interface LiveActions {
  /** Follows the rows of one session, from its end; `undefined`: of none. */
  watch(sessionId: SessionId | undefined): void;
  setFilter(filter: RowFilter): void;
  /** These positions are being looked at: what is missing of them is fetched. */
  need(from: number, to: number): void;
  find(
    from: number,
    direction: 'forward' | 'backward',
    what: 'waiting' | 'approval',
  ): Promise<{ position: number; row: TimelineRow } | undefined>;
  /** The position of a row that is about this question, among the rows that fit; `undefined` where there is none. */
  locate(approvalId: ApprovalId): Promise<number | undefined>;
  /**
   * Answers the question as it was shown: with its digest, so that one that has changed is not answered. The state of
   * it is in `answers`; the view loses the question only when the engine says that it is settled.
   */
  answer(approval: Approval, answer: ApprovalAnswer): Promise<AnswerReply>;
  context(approvalId: ApprovalId): Promise<{
    readonly context: ApprovalContext | undefined;
    readonly approval: Approval | undefined;
    readonly settled: SettledApproval | undefined;
  }>;
  output(params: MethodParams<'run/output'>): Promise<MethodResult<'run/output'>>;
  /** Why a run was judged as it was; `undefined`: nothing is known of it. */
  explain(params: MethodParams<'run/explain'>): Promise<Explanation | undefined>;
  /** Follows the terminal of one session, in place of the one before, until the result is called. */
  watchTerminal(sessionId: SessionId, follower: TerminalFollower): () => void;
  /** Keys for the program in it, as base64. */
  type(params: MethodParams<'terminal/input'>): Promise<void>;
  resizeTerminal(params: MethodParams<'terminal/resize'>): Promise<void>;
  start(params: MethodParams<'session/start'>): Promise<MethodResult<'session/start'>>;
  preview(params: MethodParams<'session/preview'>): Promise<MethodResult<'session/preview'>>;
  folders(typed: string): Promise<MethodResult<'folder/list'>>;
  startDemo(): Promise<MethodResult<'demo/start'>>;
  pause(sessionId: SessionId, isPaused: boolean): Promise<void>;
  /** Ends a session and all that runs in it. */
  close(sessionId: SessionId): Promise<void>;
  revoke(grantId: GrantId): Promise<boolean>;
  /** Tries to connect now instead of at `retryAt`. */
  retryNow(): void;
}

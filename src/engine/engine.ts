import type { Readable, Writable } from 'node:stream';
import type {
  AnswerResult,
  Approval,
  ApprovalId,
  CheckedParams,
  EngineAbout,
  Event,
  Grant,
  GrantId,
  MethodResult,
  OutputNotice,
  Proposal,
  ProposalResult,
  SessionExecResult,
  SessionHead,
  SessionId,
  SessionPreview,
} from '../protocol/index.ts';
import type { RowIndex } from '../timeline/index.ts';
import type { AnswerRequest } from './approvals/index.ts';

/** The opener's own streams: lossless; the engine waits when they are full. */
export interface OpenerStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface TerminalListener {
  /** `offset` counts bytes from the first one that was printed. */
  onData(offset: number, bytes: Uint8Array): void;
  onSize(size: { columns: number; rows: number }): void;
}

/** The terminal of an open session, for those who look at it beside its opener. */
export interface SessionTerminal {
  readonly size: { readonly columns: number; readonly rows: number };
  /** The session was started from a page: it has no other screen, and its size may follow a page. */
  readonly isOfPage: boolean;
  /** What was printed from there on, as far as it is kept, and where that begins; without `from`, all that is kept. */
  read(from?: number): { readonly offset: number; readonly data: Uint8Array };
  watch(listener: TerminalListener): () => void;
  type(bytes: Uint8Array): void;
  /** Does nothing where its opener has the size. */
  resize(size: { columns: number; rows: number }): void;
}

export interface OpenSession {
  readonly sessionId: SessionId;
  /** Runs one script and settles when it and all it started have ended. Never throws for what the script does. */
  exec(script: string): Promise<SessionExecResult>;
  /** The same for one program with its words as they are. */
  run(argv: readonly string[]): Promise<SessionExecResult>;
  /** Settles a proposal as programs inside make them. Never rejects. */
  propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult>;
  /** Plays a scripted agent. Throws a `user` fault for what is wrong in its text. */
  drive(script: { readonly text: string; readonly file: string }): Promise<SessionExecResult>;
  /** Undefined where it has none. */
  readonly terminal: SessionTerminal | undefined;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL'): void;
  /** The same where nothing was launched yet; what runs is left alone. */
  stopInFront(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL'): void;
  resize(size: { columns: number; rows: number }): void;
  close(reason: 'finished' | 'closed-by-opener' | 'opener-gone' | 'engine-stopped'): Promise<void>;
}

/** The rows of one session, folded and indexed; kept up to date until it is released. */
export interface RowsView {
  readonly rows: RowIndex;
  /** Told after each batch of events which rows are new or changed, by their index. */
  onChanged(listener: (indices: readonly number[]) => void): () => void;
  /** Call it once when the view is not needed any more. */
  release(): void;
}

/** Everything that can be done to an engine; server and CLI know no more of it. */
export interface Engine {
  readonly engineId: string;
  readonly version: string;
  about(): EngineAbout;
  /** Newest first: every open session, and at most 200 others. */
  listSessions(): Promise<readonly SessionHead[]>;
  /** Of one session, open or not. Throws a `peer` fault `no-such-session` where the history has none of this id. */
  readHead(sessionId: SessionId): Promise<SessionHead>;
  /** Told of every change of a session's head, after the events behind it were committed. */
  onSessionHead(listener: (head: SessionHead) => void): () => void;
  /** Throws a `peer` fault `no-such-session` where the history has none of this id. */
  openRows(sessionId: SessionId): Promise<RowsView>;
  /** A session that no client has opened: it runs one script and closes; it outlives the page that asked for it. */
  startSession(params: CheckedParams<'session/start'>): Promise<MethodResult<'session/start'>>;
  /** What `startSession` would enforce, and how the steps would be judged. Runs nothing. */
  previewSession(params: CheckedParams<'session/preview'>): Promise<SessionPreview>;
  pauseSession(sessionId: SessionId, isPaused: boolean, by: string): Promise<void>;
  /** Changes one key of an open session. Throws a `user` fault for one that cannot change, `peer` where none is open. */
  setSession(params: CheckedParams<'session/set'>): Promise<MethodResult<'session/set'>>;
  listFolders(typed: string): Promise<MethodResult<'folder/list'>>;
  describeApproval(approvalId: ApprovalId): Promise<MethodResult<'approval/context'>>;
  explainRun(params: CheckedParams<'run/explain'>): MethodResult<'run/explain'>;
  readRunOutput(params: CheckedParams<'run/output'>): Promise<MethodResult<'run/output'>>;
  startDemo(): Promise<MethodResult<'demo/start'>>;
  openSessionCount(): number;
  /** Told whenever the number of open sessions changes. */
  onSessionCount(listener: (count: number) => void): () => void;
  openSession(
    params: CheckedParams<'session/open'>,
    streams: OpenerStreams,
  ): Promise<{ session: OpenSession; warnings: readonly string[]; summary: readonly string[] }>;
  findSession(sessionId: SessionId): OpenSession | undefined;
  listApprovals(): readonly Approval[];
  answerApproval(request: AnswerRequest): Promise<AnswerResult>;
  listGrants(): readonly Grant[];
  revokeGrant(grantId: GrantId, by: string): Promise<boolean>;
  /** Events of one session after `after`, from the history. */
  readEvents(sessionId: SessionId, after: number, limit: number): Promise<readonly Event[]>;
  /** New events of every session, each batch after its commit. */
  subscribe(listener: (events: readonly Event[]) => void): () => void;
  /** Output as it comes; droppable. */
  subscribeOutput(listener: (notice: OutputNotice) => void): () => void;
  /** Registers a client that shows questions to a person; call the result when it goes. */
  addAnswerer(): () => void;
  /** Ends every session and closes the history. */
  stop(): Promise<void>;
}

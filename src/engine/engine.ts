import type { Readable, Writable } from 'node:stream';
import type {
  AnswerResult,
  Approval,
  CheckedParams,
  Event,
  Grant,
  GrantId,
  OutputNotice,
  SessionExecResult,
  SessionId,
} from '../protocol/index.ts';
import type { AnswerRequest } from './approvals/index.ts';

/** The opener's own streams: lossless; the engine waits when they are full. */
export interface OpenerStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface OpenSession {
  readonly sessionId: SessionId;
  /** Runs one script and settles when it and all it started have ended. Never throws for what the script does. */
  exec(script: string): Promise<SessionExecResult>;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGKILL'): void;
  resize(size: { columns: number; rows: number }): void;
  close(reason: 'finished' | 'closed-by-opener' | 'opener-gone' | 'engine-stopped'): Promise<void>;
}

/** Everything that can be done to an engine; server and CLI know no more of it. */
export interface Engine {
  readonly engineId: string;
  readonly version: string;
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

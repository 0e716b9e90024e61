import type {
  AccessGrant,
  ApprovalKind,
  ConfigSnapshot,
  EnforcedAccess,
  EventBody,
  Facts,
  GrantId,
  IdMaker,
  Judgement,
  RunId,
  SessionId,
  Step,
  TurnId,
} from '../../protocol/index.ts';
import type { Broker, GrantBook } from '../approvals/index.ts';
import type { Going } from './pause-gate.ts';

export interface RunStepPorts {
  nowMs(): number;
  readonly ids: IdMaker;
  append(bodies: readonly EventBody[]): Promise<unknown>;
  readonly broker: Broker;
  readonly grants: GrantBook;
  /** Waits while the session is paused, until it goes on, it ends, or whoever wants the run is gone. */
  whenGoing(gone: AbortSignal): Promise<Going>;
  /** Somebody could answer a question of this session now. */
  hasAnswerer(): boolean;
  /** Opens paths in the wall; the result closes them. */
  openAccess(access: AccessGrant): Promise<() => Promise<void>>;
  /** True for what a live grant covers and yet keeps as it is. */
  keepsClosed(path: string): boolean;
  /** Opens what a lasting grant gives by itself; it closes when the grant ends. */
  openStanding(grantId: GrantId, access: AccessGrant): Promise<void>;
}

export interface RunScope {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly snapshot: ConfigSnapshot;
  readonly snapshotDigest: string;
  readonly enforced: EnforcedAccess;
}

/** One execution that wants to happen. */
export interface ProposedRun {
  readonly step: Step;
  readonly kind: ApprovalKind;
  /** What a person is shown. */
  readonly text: string;
  readonly argv?: readonly string[] | undefined;
  /** What is set for it alone; `unsure` where it may be another step's, absent where the words are all. */
  readonly assignments?: Step['assignments'] | 'unsure';
  readonly cwd: string;
  collectFacts(): Promise<Facts>;
  judge(facts: Facts): Judgement;
  /** Aborted when whoever wants it is gone. */
  readonly gone: AbortSignal;
  /** Called when a question about it is open. */
  onPosed?(): void;
  /** An access grant stands by itself (a blocked call); else it holds only while a matching command runs. */
  readonly isCall: boolean;
}

export type SettledRun =
  | {
      readonly outcome: 'allowed';
      readonly runId: RunId;
      readonly judgement: Judgement;
      /** Ends what was opened for this run alone. */
      endAccess(): Promise<void>;
    }
  | {
      readonly outcome: 'refused' | 'rejected' | 'expired' | 'withdrawn' | 'cancelled';
      readonly runId: RunId;
      /** For the asking program's standard error. */
      readonly message: string;
      readonly stopTurn: boolean;
    };

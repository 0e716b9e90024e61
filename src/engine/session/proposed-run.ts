import type {
  AccessGrant,
  ApprovalId,
  ApprovalKind,
  ConfigSnapshot,
  EditFile,
  EnforcedAccess,
  EventBody,
  Facts,
  GrantId,
  GrantScope,
  IdMaker,
  Judgement,
  RunId,
  SessionId,
  Step,
  TurnId,
} from '../../protocol/index.ts';
import type { Broker, GrantBook } from '../approvals/index.ts';
import type { Going } from './pause-gate.ts';
import type { SessionConfig } from './session-config.ts';

export interface RunStepPorts {
  nowMs(): number;
  readonly ids: IdMaker;
  append(bodies: readonly EventBody[]): Promise<unknown>;
  readonly broker: Broker;
  readonly grants: GrantBook;
  /** Waits while the session is paused, until it goes on, it ends, or whoever wants the run is gone. */
  whenGoing(gone: AbortSignal): Promise<Going>;
  /** The configuration that is in force now, also while a question waits. */
  readonly settings: Pick<SessionConfig, 'inForce' | 'onChange'>;
  /** Where the lines of answers for always are kept. */
  readonly rulesFile: string;
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
  /** Under the configuration that held when the run was handed in. */
  judge(facts: Facts, snapshot: ConfigSnapshot): Judgement;
  /** Aborted when whoever wants it is gone; its reason may say why, in words. */
  readonly gone: AbortSignal;
  /** Called when a question about it is open. */
  onPosed?(): void;
  /** Takes the text that a person wrote in its place, to be judged and run where it stands. Absent: it cannot be edited. */
  replaceWith?(text: string): Promise<void>;
  /** An access grant stands by itself (a blocked call); else it holds only while a matching command runs. */
  readonly isCall: boolean;
  /** Files that are to be changed by us: shown with the question; a yes for once opens nothing in the wall. */
  readonly files?: readonly EditFile[] | undefined;
  /** More access that was asked for: an answer may grant a part of it. */
  readonly requested?: AccessGrant | undefined;
  /** What the asking agent gave as its reason. */
  readonly agentReason?: string | undefined;
  /** The scopes that an answer may have, in place of those that follow from the judgement; the first stands for `once`. */
  scopes?(judgement: Judgement): readonly GrantScope[];
}

/** What a person said to a run that was asked about. */
export interface GivenAnswer {
  readonly approvalId: ApprovalId;
  readonly by: string;
  readonly scope: GrantScope;
  /** What a grant of this answer gives, where it gives access. */
  readonly access?: AccessGrant | undefined;
}

export type SettledRun =
  | {
      readonly outcome: 'allowed';
      readonly runId: RunId;
      readonly judgement: Judgement;
      /** Absent where nobody was asked. */
      readonly answer?: GivenAnswer | undefined;
      /** Ends what was opened for this run alone. */
      endAccess(): Promise<void>;
    }
  | {
      readonly outcome: 'refused' | 'rejected' | 'expired' | 'withdrawn' | 'cancelled' | 'skipped';
      readonly runId: RunId;
      /** For the asking program's standard error. */
      readonly message: string;
      readonly stopTurn: boolean;
      /** The question that it comes from, and what the person said with a no. */
      readonly approvalId?: ApprovalId | undefined;
      readonly feedback?: string | undefined;
    };

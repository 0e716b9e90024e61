import type {
  ApprovalId,
  CapturedStream,
  ConfigSnapshot,
  EnforcedAccess,
  Event,
  EventOf,
  Judgement,
  Risk,
  RunId,
  RunOutcome,
  SessionId,
  StepId,
} from '../protocol/index.ts';

/** A question and what came of it. */
export interface ApprovalRow {
  readonly approvalId: ApprovalId;
  readonly runId: RunId | undefined;
  readonly text: string;
  readonly risk: Risk | null;
  readonly askedAt: number;
  readonly outcome: 'open' | 'allowed' | 'rejected' | 'edited' | 'withdrawn' | 'expired';
  readonly settledAt?: number;
  /** Who answered; the reason when it was withdrawn. */
  readonly by?: string;
  readonly scope?: string;
  readonly feedback?: string;
}

/** One execution of a step. */
export interface RunRow {
  readonly runId: RunId;
  /** What really was to run, where the kernel held it. */
  readonly argv?: readonly string[];
  readonly judgement?: Judgement;
  readonly approvals: readonly ApprovalRow[];
  readonly access?: EnforcedAccess;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Absent while it is going on. */
  readonly outcome?: RunOutcome;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly feedback?: string | undefined;
  readonly output?: { readonly stdout: CapturedStream; readonly stderr: CapturedStream } | undefined;
}

/** A place in a script with everything that happened there. */
export interface StepRow {
  readonly kind: 'step';
  /** Of the event that proposed it: the order of rows. */
  readonly seq: number;
  readonly at: number;
  readonly stepId: StepId;
  readonly step: EventOf<'step/proposed'>;
  /** The judgement at the split, before anything ran. */
  readonly preview?: Judgement;
  readonly runs: readonly RunRow[];
  /** Questions about the step as a whole, belonging to no run. */
  readonly approvals: readonly ApprovalRow[];
  /** What the wall stopped without asking. */
  readonly denials: readonly EventOf<'wall/denied'>[];
}

/** Something that belongs to no step. */
export interface NoteRow {
  readonly kind: 'note';
  readonly seq: number;
  readonly at: number;
  readonly event: Extract<
    Event,
    {
      type:
        | 'message/added'
        | 'wall/denied'
        | 'network/judged'
        | 'edit/proposed'
        | 'edit/applied'
        | 'approval/asked'
        | 'turn/ended';
    }
  >;
}

export interface SessionCounts {
  readonly steps: number;
  readonly runs: number;
  readonly asked: number;
  readonly openApprovals: number;
  readonly allowed: number;
  readonly rejected: number;
  readonly refused: number;
}

/** A session as its events tell it. */
export interface SessionView {
  readonly sessionId: SessionId | undefined;
  readonly title: string;
  readonly origin: string;
  readonly agentName: string;
  readonly engineId: string;
  readonly cwd: string;
  readonly workspace: string;
  readonly state: 'open' | 'closed' | 'lost';
  /** New runs wait until a person lets the session go on. */
  readonly isPaused: boolean;
  readonly openedAt: number;
  readonly closedAt?: number;
  /** Why it was closed. */
  readonly closeReason?: string;
  readonly lastSeq: number;
  /** The configuration in force, and what was warned of. */
  readonly config?: ConfigSnapshot;
  readonly warnings: readonly string[];
  readonly counts: SessionCounts;
  /** In the order of the events that began them. */
  readonly rows: readonly (StepRow | NoteRow)[];
}

export const EMPTY_SESSION: SessionView = {
  sessionId: undefined,
  title: '',
  origin: '',
  agentName: '',
  engineId: '',
  cwd: '',
  workspace: '',
  state: 'open',
  isPaused: false,
  openedAt: 0,
  lastSeq: 0,
  warnings: [],
  counts: { steps: 0, runs: 0, asked: 0, openApprovals: 0, allowed: 0, rejected: 0, refused: 0 },
  rows: [],
};

import type {
  ConfigSnapshot,
  EnforcedAccess,
  EventBody,
  SessionId,
  StepId,
  TurnId,
} from '../../protocol/index.ts';
import type { FolderMark, LaunchStdio, SandboxSession } from '../sandbox/index.ts';
import type { LateFindings } from './late-findings.ts';
import type { RunStepPorts } from './proposed-run.ts';
import type { OutputSinks } from './script-output.ts';
import type { InForce } from './session-config.ts';
import type { SessionNetwork } from './session-network.ts';
import type { Unwalled } from './unwalled.ts';

/** The turn that a script is a part of, where it is none of its own: a program of the turn proposed it. */
export interface ScriptTurn {
  readonly turnId: TurnId;
  /** The step behind which it stands. */
  readonly parentId: StepId;
  /** Ends the whole turn. */
  stop(reason: string): void;
}

/** What a session gives every script. */
export interface ScriptHost {
  /** Unique among the scripts of the session: its shell's questions name it. */
  readonly scriptNumber: number;
  readonly turn?: ScriptTurn | undefined;
  /** What the agent that proposed it gave as its reason. */
  readonly agentReason?: string | undefined;
  readonly sessionId: SessionId;
  readonly ports: RunStepPorts;
  /** When the script was handed in. */
  readonly snapshot: ConfigSnapshot;
  /** What steps are judged under now. */
  inForce(): InForce;
  readonly enforced: EnforcedAccess;
  readonly sandbox: SandboxSession;
  /** For launches that rules let run without the wall. */
  readonly unwalled: Unwalled;
  /** Undefined where the network is off, or the host's own. */
  readonly network: SessionNetwork | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that only the programs inside get. */
  readonly innerEnvironment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Of a launch without a wall that rules decided: which folder `cwd` was. */
  readonly folder?: FolderMark | undefined;
  readonly agentName: string;
  readonly stdio: LaunchStdio;
  /** That of the opener. */
  readonly umask: number;
  readonly sinks: Omit<OutputSinks, 'runId'>;
  readonly findings: LateFindings;
  /** Host folders of Sallyport itself, real paths: nothing in them is ever opened. */
  readonly ownFolders: readonly string[];
  /** Whether calls that the wall would stop may become questions. */
  readonly mayAskWrites: boolean;
  /** Ends what programs of a turn have proposed; called at the end of a script that is a turn. */
  endTools(): Promise<void>;
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Appends with the next fact, or a moment later: for what nothing waits for. Rejects with that append. */
  appendSoon(bodies: readonly EventBody[]): Promise<unknown>;
}

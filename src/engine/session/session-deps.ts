import type { CheckedParams, IdMaker, OutputNotice, SessionId } from '../../protocol/index.ts';
import type { Broker, GrantBook } from '../approvals/index.ts';
import type { Clock } from '../base/index.ts';
import type { LoadedConfig, SessionOverride } from '../config/index.ts';
import type { OpenerStreams } from '../engine.ts';
import type { Journal } from '../history/index.ts';
import type { Resolve } from '../network/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

/** What an engine gives every session. */
export interface SessionDeps {
  readonly engineId: string;
  readonly engineVersion: string;
  readonly clock: Clock;
  readonly ids: IdMaker;
  readonly journal: Journal;
  readonly broker: Broker;
  readonly grants: GrantBook;
  readonly folders: { readonly sallyportHome: string; readonly runtimeDir: string };
  readonly sandbox: Sandbox;
  /** Looks names up for the proxy; the system's own by default. */
  readonly resolve?: Resolve | undefined;
  /** Whether this machine's kernel can hold programs. */
  readonly hasKernelGate: boolean;
  /** Clients that show questions to a person are connected. */
  hasAnswerers(): boolean;
  notice(notice: OutputNotice): void;
  onClosed(sessionId: SessionId): void;
}

export interface SessionInput {
  readonly params: CheckedParams<'session/open'>;
  readonly config: LoadedConfig;
  /** The configuration as the session would be opened now. Throws a `user` fault where it does not load. */
  load(overrides: readonly SessionOverride[]): LoadedConfig;
  readonly streams: OpenerStreams;
  /** Who proposes the scripts; the origin where it is not given. */
  readonly agentName?: string | undefined;
  /** Put behind the name of a program that is run, in front of its own words. */
  readonly agentWords?: readonly string[] | undefined;
}

import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { ConfigSnapshot } from '../../protocol/index.ts';
import type { ChildOutcome } from '../base/index.ts';
import type { ExecGate, GateHandlers, GateMode } from './exec-gate.ts';
import type { FolderMark } from './folder-mark.ts';

/** The part of the configuration in force that the wall is built from. Every path is absolute and real. */
export type WallSettings = Pick<
  ConfigSnapshot,
  | 'sandboxMode'
  | 'workspace'
  | 'writableRoots'
  | 'tmp'
  | 'tmpWritable'
  | 'tmpSizeBytes'
  | 'networkAccess'
  | 'secretPaths'
  | 'protectedNames'
  | 'protectedPaths'
  | 'limits'
  | 'home'
> &
  // What hides more than the secrets that are there: a bare wall has none of it.
  Partial<Pick<ConfigSnapshot, 'profile' | 'ignored' | 'protectSecrets'>>;

/** Our own folders; both are hidden from every sandbox. */
export interface OwnFolders {
  /** `$SALLYPORT_HOME`: configuration and history. */
  readonly sallyportHome: string;
  /** Folder of the control socket and of the short-lived sockets and state files of the wall. Mode 0700. */
  readonly runtimeDir: string;
}

/** A port of the loopback inside, and the unix socket outside that it is joined with. */
export interface JoinedPort {
  readonly port: number;
  /** Host path in the runtime folder. */
  readonly socket: string;
}

/** Says something to the bridge, with a socket that it is to go on with. False where it could not be said. */
export type TellBridge = (words: string, socket?: Socket) => Promise<boolean>;

/** How programs of a session reach the world when its network is not the host's own. */
export interface SessionNetwork {
  /** Host path of the proxy's socket. It is reached at `PROXY_PORT` of the loopback inside. */
  readonly proxySocket: string;
  /** Further ports inside. */
  readonly forwards?: readonly JoinedPort[];
  /** Ports that servers inside may listen on; their sockets are made, and who connects to one reaches the server. */
  readonly publish?: readonly JoinedPort[];
  /** Something inside has begun, or ceased, to listen on a port of `publish`. Looked for once a second. */
  onListener?(port: number, isListening: boolean): void;
  /**
   * The proxy may hand connections that it has made to the bridge, which then carries them. Each of its connections to
   * `proxySocket` begins with a NUL and eight bytes of an id, by which the words say which one is meant.
   */
  onBridge?(tell: TellBridge): void;
  /** Host path of the certificates that programs inside are to trust (PEM); it appears at `INSIDE_PATHS.certificates`. */
  readonly certificates?: string | undefined;
}

export interface SessionSpec {
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  /** Host path of the session's ask socket; it appears inside at `SandboxSession.ask.socket`. It must exist already. */
  readonly askSocket?: string | undefined;
  /** Without it, or with the host's network, nothing leads out of the session. */
  readonly network?: SessionNetwork | undefined;
}

/** Where the standard streams of a launch go. */
export type LaunchStdio =
  | { readonly kind: 'pipes' }
  /** Those of this process. */
  | { readonly kind: 'inherit' }
  /** A new pseudo-terminal. */
  | { readonly kind: 'terminal'; readonly columns: number; readonly rows: number; readonly name?: string };

export interface LaunchSpec {
  /** Unique among the session's launches; letters, digits and `-`. */
  readonly launchId: string;
  readonly argv: readonly [string, ...string[]];
  /** As seen inside; must be reachable there. */
  readonly cwd: string;
  /** Which folder `cwd` was when it was decided: in another one nothing is started. Walls need none, they bound it anyway. */
  readonly folder?: FolderMark | undefined;
  /** From `scrubEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that only the program inside gets, not the programs that build the wall. */
  readonly innerEnvironment?: Readonly<Record<string, string>>;
  readonly gate: GateMode;
  readonly handlers?: GateHandlers;
  readonly stdio: LaunchStdio;
  /** The file mode mask of the opener; that of this process without one. */
  readonly umask?: number;
}

export interface SandboxTerminal {
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  pause(): void;
  resume(): void;
}

/** One script or agent process with everything it started. */
export interface SandboxProcess {
  readonly launchId: string;
  /** Null when no gate and no control channel was asked for. */
  readonly gate: ExecGate | null;
  /** Only with stdio `pipes`. */
  readonly pipes: { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable } | null;
  /** Only with stdio `terminal`. */
  readonly terminal: SandboxTerminal | null;
  /** How it ended. With `pipes`, its output has been read to the end by then. */
  readonly finished: Promise<ChildOutcome>;
  /** Sends the root program's process group a signal. */
  signal(signal: NodeJS.Signals): void;
  /** Ends everything it started, at once. */
  kill(): void;
}

export type GrantMode = 'ro' | 'rw';

export type GrantOutcome =
  | { readonly kind: 'granted' }
  /** The wall could not be opened there; the path stays closed. */
  | { readonly kind: 'failed'; readonly step: string; readonly errno: string };

/** The wall of one session: one view of files and network that all its launches share. */
export interface SandboxSession {
  /** False under danger-full-access: nothing is enforced but the life span, and the person must be told. */
  readonly isWalled: boolean;
  /** The ask helper as programs of the session name it, and the socket it speaks to (null without one). */
  readonly ask: { readonly command: string; readonly socket: string | null };
  /** What the wall does not cover here, as sentences for people. */
  readonly notes: readonly string[];
  launch(spec: LaunchSpec): Promise<SandboxProcess>;
  /** Opens a real host path in every running and later launch. Protected paths below it stay read-only. */
  grant(path: string, mode: GrantMode): Promise<GrantOutcome>;
  /** Ends a grant for new calls at once; files that are open already stay open. */
  revoke(path: string): Promise<GrantOutcome>;
  /** True for what a live grant covers and yet keeps as it is: protected or hidden below the granted folder. */
  keepsClosed(path: string): boolean;
  /**
   * Paths that run code later and appeared since the session opened, links that were replaced, and places of the wall that
   * were taken away from outside; a grant that relied on such a place is ended by that.
   */
  inspect(): Promise<readonly LateFinding[]>;
  /** Ends every launch, removes placeholders. Idempotent. */
  close(): Promise<void>;
}

/** Something a session left behind that trusted programs outside may obey. */
export interface LateFinding {
  readonly path: string;
  /** A sentence. */
  readonly reason: string;
  /** A command line that puts what it is out of use, and keeps it under another name; null where there is none. */
  readonly undo: string | null;
  /** The granted path that was closed because of it. */
  readonly closed?: string;
}

/** One way to build a wall. */
export interface Sandbox {
  readonly name: 'bubblewrap' | 'seatbelt' | 'appcontainer' | 'none';
  /** What can be said of its sessions before one is opened; an open one may have more notes. */
  notesFor(settings: WallSettings): readonly string[];
  /** @throws Fault `host` when this machine cannot build it; nothing is ever run with less than was asked for. */
  openSession(spec: SessionSpec): Promise<SandboxSession>;
}

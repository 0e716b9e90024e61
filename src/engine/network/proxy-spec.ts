import type { BridgeLink } from './bridge-link.ts';

/** How the program inside reached the proxy. */
export type ProxyDoor = 'connect' | 'http' | 'socks5';

/** A connection that wants to be made. */
export interface HostRequest {
  readonly launchId: string;
  /** Canonical: a name in lower case and A-labels, or an address (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
  readonly via: ProxyDoor;
  /** What the name leads to. Empty when it has not been looked up: before a first yes, or behind an upstream proxy. */
  readonly addresses: readonly string[];
  /** One of the addresses is private, or the machine's own, and it is no port of `forwards`. */
  readonly isPrivate: boolean;
  /** It was judged before, by its name alone, and may be reached as far as that goes. */
  readonly isSecond: boolean;
  /** Aborted when the program that asks goes away. The answer then no longer matters. */
  readonly gone: AbortSignal;
}

export type HostDecision =
  | { readonly verdict: 'allow' }
  /** The words reach the program inside, as "refused: …". */
  | { readonly verdict: 'refuse'; readonly words: string };

/** Something that was stopped without `judge`: for reports. Text is as the program sent it, bounded and printable. */
export interface StoppedRequest {
  /** Null when it could not say who it is. */
  readonly launchId: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly via: ProxyDoor;
  readonly words: string;
}

/** A connection that could not be made: its name is not known, nobody answers there, or too many wait. */
export interface FailedConnection {
  readonly launchId: string;
  readonly host: string;
  readonly port: number;
  /** Complete "host:port: …". */
  readonly words: string;
}

/** A connection that was open and is over. */
export interface ClosedConnection {
  readonly launchId: string;
  readonly host: string;
  readonly port: number;
  /** Bytes sent to and received from the other side; null where the bridge carried it and was cut off. */
  readonly bytesUp: number | null;
  readonly bytesDown: number | null;
}

/** A connection that is open. */
export interface OpenConnection {
  readonly launchId: string;
  /** Canonical. */
  readonly host: string;
  readonly port: number;
}

export interface ProxyLimits {
  /** Open connections, at once. */
  readonly connections: number;
  readonly connectionsPerLaunch: number;
  /** Requests waiting for `judge`, at once. */
  readonly waitingPerLaunch: number;
  /** How long a client may take from its first byte to the end of its request's head, in milliseconds. */
  readonly openingMs: number;
  /** How long one address may take to answer, in milliseconds. */
  readonly dialMs: number;
}

export const DEFAULT_LIMITS: ProxyLimits = {
  connections: 2048,
  connectionsPerLaunch: 512,
  waitingPerLaunch: 256,
  openingMs: 30_000,
  dialMs: 20_000,
};

/** Looks a name up: every address, in the system's order. Rejects with an error that has a `code` when there is none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface ProxySpec {
  /** Where to listen: a path in a folder of our own. Made with mode 0600, removed at the end. */
  readonly socketPath: string;
  /** The launch that these credentials belong to, or null; compares in constant time. See `createLaunchSecrets`. */
  authenticate(user: string, password: string): string | null;
  /**
   * Decides on a connection; may take as long as it likes, the client waits. Called a second time for the same connection
   * when a name was judged before it was looked up, and then leads to a private or denied address. A rejection refuses.
   */
  judge(request: HostRequest): Promise<HostDecision>;
  /**
   * True when a name may be looked up before it is judged, so that it is judged once, with its addresses. Without it no
   * name is: a lookup tells the name to strangers, which is a way out for what a program knows.
   */
  mayLookUpFirst?(host: string, port: number): boolean;
  /** True when a rule denies this very address: a name that leads there is then judged again, with its addresses. */
  isDenied?(address: string, port: number): boolean;
  readonly resolve?: Resolve;
  /** A proxy to go through: `http://user:password@host:port`. Names are then looked up there. */
  readonly upstream?: string | null;
  /** Ports of the host's 127.0.0.1 that are named in the configuration: not private by that address. */
  readonly forwards?: readonly number[];
  readonly limits?: Partial<ProxyLimits>;
  /** Clients come through the bridge of a session, which introduces them; tunnels are handed to it. */
  readonly bridge?: BridgeLink;
  onStopped?(stopped: StoppedRequest): void;
  /** Told of each connection that was allowed, or to be judged, and could not be made. `host` is canonical. */
  onFailed?(failed: FailedConnection): void;
  onClosed?(closed: ClosedConnection): void;
}

export interface HostProxy {
  readonly socketPath: string;
  /** Ends every connection of a launch, waiting ones too. */
  endLaunch(launchId: string): void;
  /** Ends those that `isOver` says so of, and tells which they were. */
  cut(isOver: (connection: OpenConnection) => boolean): readonly OpenConnection[];
  /** Connections open now. */
  readonly connections: number;
  /** Ends everything and removes the socket. Idempotent. */
  close(): Promise<void>;
}

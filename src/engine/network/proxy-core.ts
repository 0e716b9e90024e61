import type { Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import { type BridgeLink, type CarriedBytes, createBridgeLink } from './bridge-link.ts';
import { type ClientConnections, createClientConnections } from './client-connections.ts';
import type { TargetRequest } from './judge-target.ts';
import { createOpenConnections, type OpenConnections } from './open-connections.ts';
import { createOpener, type Opening } from './open-target.ts';
import type { ProxyDoor, ProxyLimits, ProxySpec, StoppedRequest } from './proxy-spec.ts';

/** What both doors share. */
export interface ProxyCore {
  /** What is not connected to a bridge hands nothing over. */
  readonly bridge: BridgeLink;
  readonly connections: ClientConnections;
  /** What was reached, as long as it is. */
  readonly reached: OpenConnections;
  /** The launch of these credentials, or null, which is reported. */
  authenticate(credentials: Credentials | null, via: ProxyDoor): string | null;
  open(request: TargetRequest): Promise<Opening>;
  /** Tells of something that was stopped here, each thing once. */
  report(stopped: StoppedRequest): void;
  /** Tells of a connection when its socket closes. */
  reportAtClose(request: Pick<TargetRequest, 'launchId' | 'host' | 'port'>, socket: Socket): void;
  /** Tells of a connection that the bridge has carried, at its end. */
  reportCarried(
    request: Pick<TargetRequest, 'launchId' | 'host' | 'port'>,
    carried: CarriedBytes | null,
  ): void;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Reports at most; a program inside must not fill the history with nonsense. */
const MAX_REPORTS = 256;
const MAX_SHOWN = 300;

/** Text of a program as it may be shown: printable and bounded. */
const showBriefly = (text: string): string =>
  text.slice(0, MAX_SHOWN).replaceAll(/[^\u0021-\u007e\u00a1-\uffff]/g, '\ufffd');

function createReporter(spec: ProxySpec): (stopped: StoppedRequest) => void {
  const told = new Set<string>();
  return (stopped) => {
    const shown = { ...stopped, host: stopped.host === null ? null : showBriefly(stopped.host) };
    const key = JSON.stringify([shown.launchId, shown.host, shown.port, shown.words]);
    if (told.size >= MAX_REPORTS || told.has(key)) return;
    told.add(key);
    spec.onStopped?.(shown);
  };
}

export function createProxyCore(spec: ProxySpec, limits: ProxyLimits): ProxyCore {
  const report = createReporter(spec);
  const reached = createOpenConnections();
  return {
    bridge: spec.bridge ?? createBridgeLink(),
    connections: createClientConnections(limits),
    reached,
    open: createOpener(spec, limits, reached),
    report,
    authenticate(credentials, via) {
      const launchId =
        credentials === null ? null : spec.authenticate(credentials.user, credentials.password);
      const words = credentials === null ? 'came without credentials' : 'came with wrong credentials';
      if (launchId === null) report({ launchId: null, host: null, port: null, via, words });
      return launchId;
    },
    reportAtClose({ launchId, host, port }, socket) {
      const before = { up: socket.bytesWritten, down: socket.bytesRead };
      socket.once('close', () => {
        const bytesUp = socket.bytesWritten - before.up;
        const bytesDown = socket.bytesRead - before.down;
        spec.onClosed?.({ launchId, host: host.text, port, bytesUp, bytesDown });
      });
    },
    reportCarried({ launchId, host, port }, carried) {
      const bytes = { bytesUp: carried?.up ?? null, bytesDown: carried?.down ?? null };
      spec.onClosed?.({ launchId, host: host.text, port, ...bytes });
    },
  };
}

/** How names in other scripts are turned into ASCII here. */
export const toAscii = (name: string): string => domainToASCII(name);

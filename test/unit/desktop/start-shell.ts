import { afterAll, afterEach, beforeEach, expect, vi } from 'vitest';
import type { ElectronPort } from '../../../src/desktop/electron-port.ts';
import { createPortPipe } from '../../../src/desktop/pipe-message-port.ts';
import { startDesktopShell } from '../../../src/desktop/start-desktop-shell.ts';
import { type Approval, RpcPeer, type SessionHead } from '../../../src/protocol/index.ts';
import {
  createElectronDouble,
  type DoubleOptions,
  type ElectronDouble,
} from '../../support/electron-double.ts';
import { makeFolder } from '../../support/real-engine.ts';

/** Where the shell of these tests keeps its window state. */
export const folder = makeFolder();
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const peers: RpcPeer[] = [];
let earlier: Map<string, NodeJS.SignalsListener[]>;

beforeEach(() => {
  earlier = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterAll(() => folder.remove());
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) {
      if (earlier.get(signal)?.includes(listener) !== true) process.off(signal, listener);
    }
  }
});

/** The shell on a double, once it has opened its window. */
export async function startShell(options: DoubleOptions = {}, platform: NodeJS.Platform = 'linux') {
  const electron = createElectronDouble({ userData: folder.path, ...options });
  const port: ElectronPort = electron;
  startDesktopShell(port, {
    platform,
    desktopName: 'GNOME',
    paths: { pages: folder.path, preload: '/preload.cjs', engineHost: '/host.js', resources: '/resources' },
    userData: undefined,
  });
  await vi.waitFor(() => expect(electron.app.calls).toContain('whenReady'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return electron;
}

/** Answers the shell's own connection as an engine would. */
export function serveShell(
  electron: ElectronDouble,
  approvals: Approval[],
  sessions: SessionHead[],
): RpcPeer {
  const posted = electron.children.at(-1)?.posted.findLast(({ ports }) => ports.length === 1);
  const [port] = posted?.ports ?? [];
  if (port === undefined) throw new Error('no port');
  const about = { version: '0', engineId: 'e', pid: 1, platform: 'linux', wall: 'none', wallVersion: '' };
  const peer = new RpcPeer(createPortPipe(port), {
    'engine/hello': () => ({
      protocolVersion: 1,
      engineVersion: '0',
      engineId: 'e',
      pid: 1,
      openSessions: 0,
    }),
    'overview/watch': () => ({
      about: { ...about, gate: 'none', home: '/h', hasHistory: true },
      sessions,
      approvals,
    }),
  });
  peers.push(peer);
  return peer;
}

/** The engine's process says that it serves. */
export const tellReady = (electron: ElectronDouble, isOwn = true): void =>
  electron.children.at(-1)?.emit('message', { type: 'ready', isOwn });

/** Has the shell take a signal, without one to this process. */
export function sendToShell(signal: (typeof SIGNALS)[number]): void {
  for (const listener of process.listeners(signal)) {
    if (earlier.get(signal)?.includes(listener) !== true) listener(signal);
  }
}

import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createEngineClient, endOlderEngine } from '../client/index.ts';
import { Fault, PROTOCOL_VERSION } from '../protocol/index.ts';
import {
  controlSocketPath,
  createSocketPipe,
  type EngineFolders,
  lockFolderOf,
  readEngineNote,
  type SocketPipe,
  type serveEngine,
} from '../server/index.ts';
import { relayPage } from './relay-page.ts';

/** How long another engine may take to start or to end. */
const LIMIT_MS = 30_000;
const POLL_MS = 50;

/** Where pages are served. */
export interface EngineSeat {
  /** The engine is in this process, and ends with it. */
  readonly isOwn: boolean;
  accept(pipe: SocketPipe): void;
  /** Settles when the engine has ended or cannot be reached any more. */
  readonly ended: Promise<void>;
  /** Ends the engine if it is our own, else only leaves it. */
  stop(): Promise<void>;
}

export interface EngineSeatParts {
  readonly folders: EngineFolders;
  readonly version: string;
  /** Ends the waiting for another engine. */
  readonly signal: AbortSignal;
  serve(folders: EngineFolders): ReturnType<typeof serveEngine>;
}

/**
 * Becomes the engine of this user; where there is one, its pages are relayed to that one. An idle engine of an older
 * protocol is ended and replaced. Throws `host` faults.
 */
export async function takeEngineSeat(parts: EngineSeatParts): Promise<EngineSeat> {
  const { folders, signal } = parts;
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline && !signal.aborted) {
    const outcome = await parts.serve(folders);
    if (outcome.state === 'serving') {
      const { accept, ended, stop } = outcome;
      return { isOwn: true, accept: (pipe) => accept(pipe, 'page'), ended, stop };
    }
    const path = readEngineNote(lockFolderOf(folders.home))?.socket ?? controlSocketPath(folders.runtimeDir);
    const seat = await joinEngine(path, parts.version);
    if (seat !== undefined) return seat;
    // it is just starting, or just ending
    await delay(POLL_MS);
  }
  throw new Fault({
    kind: 'host',
    code: 'engine-not-up',
    message: `another engine holds the lock of ${folders.home}, but does not answer`,
    hint: 'end that sallyport, then try again',
  });
}

/** Reaches the engine that listens at `path`; `undefined` when none does, or an older one has just been ended. */
async function joinEngine(path: string, version: string): Promise<EngineSeat | undefined> {
  const socket = await openSocket(path);
  if (socket === undefined) return undefined;
  const client = createEngineClient(createSocketPipe(socket));
  const hello = await client.hello('desktop', version).catch((thrown: unknown) => {
    // it ended while we knocked
    if (client.isClosed) return undefined;
    throw thrown;
  });
  if (hello === undefined) return undefined;
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    await endOlderEngine(client, hello, { name: 'this app', version });
    return undefined;
  }
  // this connection is kept: it keeps an engine in the background alive, and tells when it ends
  const ended = new Promise<void>((resolve) => client.onClose(resolve));
  return {
    isOwn: false,
    accept: (pipe) => {
      relayPage(pipe, () => openSocket(path), version).catch(() => pipe.close());
    },
    ended,
    stop: async () => client.close(),
  };
}

function openSocket(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

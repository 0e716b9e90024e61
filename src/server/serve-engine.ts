import { join } from 'node:path';
import type { Engine } from '../engine/index.ts';
import { type ConnectionKind, PROTOCOL_VERSION } from '../protocol/index.ts';
import { controlSocketPath, listenOnControlSocket } from './control-socket.ts';
import {
  acquireEngineLock,
  type EngineLock,
  type EngineNote,
  readEngineNote,
  removeEngineNote,
  writeEngineNote,
} from './engine-lock.ts';
import { findPagesFolder } from './find-pages-folder.ts';
import { createIdleWatch } from './idle-watch.ts';
import type { SocketPipe } from './pipe-socket.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import { serveConnection } from './serve-connection.ts';
import { createWebDoor } from './web-door.ts';

/** An engine in the background ends so long after its last session. */
const IDLE_MS = 60_000;
/** Clients look whether the lock is taken by taking it for a moment: an engine waits that moment. */
const LOCK_WAIT_MS = 500;

export interface EngineFolders {
  /** Everything of Sallyport that lasts. */
  readonly home: string;
  /** Sockets of this login. */
  readonly runtimeDir: string;
}

export interface ServeOptions extends EngineFolders {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends by itself when it is not needed any more. */
  readonly isBackground: boolean;
  readonly idleMs?: number | undefined;
  /** The built page: `web.html` and `assets/`. Absent: that of this build. */
  readonly pagesFolder?: string | undefined;
  /** Makes the engine; called only when the lock is ours. */
  createEngine(options: EngineFolders & Pick<ServeOptions, 'version' | 'env'>): Promise<Engine>;
}

/** A running engine, as the process that is it holds it. */
export interface Serving {
  readonly state: 'serving';
  readonly note: EngineNote;
  /** Settles when the engine has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends every session, the history, the doors and the lock. May be called again. */
  stop(): Promise<void>;
  /** Serves a client whose pipe was made elsewhere, such as a window of the desktop shell. */
  accept(pipe: SocketPipe, kind: ConnectionKind): void;
  /** The address of the page with a new one-time token; see `WebDoor`. */
  openWeb(port?: number): Promise<string>;
}

export type ServeOutcome =
  | Serving
  | { readonly state: 'already-running'; readonly note: EngineNote | undefined };

/** Where lock and note of a home are. In the home, so that one history never has two engines. */
export function lockFolderOf(home: string): string {
  return join(home, 'run');
}

/** Becomes the engine of this user, unless there is one. Throws `host` faults. */
export async function serveEngine(options: ServeOptions): Promise<ServeOutcome> {
  const lockFolder = lockFolderOf(options.home);
  for (const folder of [options.home, lockFolder, options.runtimeDir]) ensurePrivateFolder(folder);
  const lock = acquireEngineLock(lockFolder, LOCK_WAIT_MS);
  if (lock === undefined) return { state: 'already-running', note: readEngineNote(lockFolder) };
  try {
    const { home, runtimeDir, version, env } = options;
    const engine = await options.createEngine({ home, runtimeDir, version, env });
    return await listen(options, engine, lock);
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

async function listen(options: ServeOptions, engine: Engine, lock: EngineLock): Promise<ServeOutcome> {
  const lockFolder = lockFolderOf(options.home);
  const path = controlSocketPath(options.runtimeDir);
  let stopping: Promise<void> | undefined;
  let tellEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    tellEnded = resolve;
  });
  const stop = (): Promise<void> => {
    stopping ??= end();
    return stopping;
  };
  // whoever waits for the end is told by `ended`, and by the freed lock
  const endQuietly = (): void => {
    stop().catch(() => {});
  };
  const idle = createIdleWatch(options.isBackground ? (options.idleMs ?? IDLE_MS) : undefined, endQuietly);
  const accept = (pipe: SocketPipe, kind: ConnectionKind): void => {
    pipe.onClose(idle.enter());
    serveConnection(engine, pipe, {
      kind,
      // the answer to the request that asked for it goes out first
      requestStop: () => setImmediate(endQuietly),
      openWeb: web.open,
    });
  };
  const web = createWebDoor({
    folder: lockFolder,
    pagesFolder: options.pagesFolder ?? findPagesFolder(),
    accept: (pipe) => accept(pipe, 'page'),
    enter: () => idle.enter(),
  });
  const socket = await listenOnControlSocket(path, (pipe) => accept(pipe, 'control'));
  const forgetSessions = engine.onSessionCount((count) => idle.setSessions(count));

  async function end(): Promise<void> {
    idle.end();
    forgetSessions();
    removeEngineNote(lockFolder);
    try {
      await engine.stop();
    } finally {
      await Promise.all([socket.close(), web.close()]);
      lock.release();
      tellEnded();
    }
  }

  const note: EngineNote = {
    pid: process.pid,
    engineId: engine.engineId,
    version: options.version,
    protocolVersion: PROTOCOL_VERSION,
    socket: path,
  };
  writeEngineNote(lockFolder, note);
  await web.resume();
  return { state: 'serving', note, ended, stop, accept, openWeb: web.open };
}

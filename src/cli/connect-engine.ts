import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createEngineClient, type EngineClient, endOlderEngine } from '../client/index.ts';
import { Fault, PROTOCOL_VERSION } from '../protocol/index.ts';
import {
  controlSocketPath,
  createSocketPipe,
  type EngineFolders,
  ensurePrivateFolder,
  isEngineLocked,
  lockFolderOf,
  readEngineNote,
} from '../server/index.ts';
import { PRODUCT_VERSION } from './product-version.ts';

const START_LIMIT_MS = 30_000;
const POLL_MS = 25;
/**
 * The most that the engine's young objects may fill, in MiB. Left alone it doubles to 16 at times over thousands of
 * launches, and what it has filled once stays resident: a third more memory, for nothing that is faster.
 */
const YOUNG_MIB = 8;

/**
 * A connection to the engine of this user. Where none runs, one is started in the background; of several that are
 * started at once the lock lets one live, and all callers reach that one. An idle engine of an older protocol is
 * replaced. Throws `host` faults.
 */
export async function connectEngine(folders: EngineFolders, clientName: string): Promise<EngineClient> {
  const deadline = Date.now() + START_LIMIT_MS;
  let starter: EngineStarter | undefined;
  while (Date.now() < deadline) {
    const client = await greet(folders, clientName);
    if (client !== undefined) return client;
    if (starter?.isRunning() !== true) {
      starter?.throwIfFailed();
      ensurePrivateFolder(folders.home);
      ensurePrivateFolder(lockFolderOf(folders.home));
      // somebody else's engine may just be starting: then there is only to wait
      if (!isEngineLocked(lockFolderOf(folders.home))) starter = startEngine(folders);
    }
    await delay(POLL_MS);
  }
  throw new Fault({
    kind: 'host',
    code: 'engine-not-up',
    message: `the engine did not answer within ${START_LIMIT_MS / 1000} seconds`,
    hint: `see ${logPath(folders)}, or run \`sallyport serve\` in another terminal`,
  });
}

/** A connection to the engine that runs, or `undefined` when none does. */
export async function findEngine(
  folders: EngineFolders,
  clientName: string,
): Promise<EngineClient | undefined> {
  const deadline = Date.now() + START_LIMIT_MS;
  const lockFolder = lockFolderOf(folders.home);
  while (Date.now() < deadline) {
    const client = await greet(folders, clientName);
    if (client !== undefined) return client;
    if (!existsSync(lockFolder) || !isEngineLocked(lockFolder)) return undefined;
    await delay(POLL_MS);
  }
  return undefined;
}

/** Connects and compares versions. `undefined`: nobody listens, or an older engine has just been ended. */
async function greet(folders: EngineFolders, clientName: string): Promise<EngineClient | undefined> {
  const path = readEngineNote(lockFolderOf(folders.home))?.socket ?? controlSocketPath(folders.runtimeDir);
  const socket = await openSocket(path);
  if (socket === undefined) return undefined;
  const client = createEngineClient(createSocketPipe(socket));
  let hello: Awaited<ReturnType<EngineClient['hello']>>;
  try {
    hello = await client.hello(clientName, PRODUCT_VERSION);
  } catch (thrown) {
    // it ended while we knocked
    if (client.isClosed) return undefined;
    throw thrown;
  }
  if (hello.protocolVersion === PROTOCOL_VERSION) return client;
  await endOlderEngine(client, hello, { name: 'this program', version: PRODUCT_VERSION });
  return undefined;
}

function openSocket(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

interface EngineStarter {
  isRunning(): boolean;
  /** Throws what the engine said when it ended with an error. */
  throwIfFailed(): void;
}

function logPath(folders: EngineFolders): string {
  return join(lockFolderOf(folders.home), 'engine.log');
}

function startEngine(folders: EngineFolders): EngineStarter {
  const log = logPath(folders);
  const logStart = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const logFd = openSync(log, 'a', 0o600);
  const main = process.argv[1] ?? '';
  let child: ChildProcess;
  try {
    const flags = [...process.execArgv, `--max-semi-space-size=${YOUNG_MIB}`];
    child = spawn(process.execPath, [...flags, main, 'serve', '--background'], {
      detached: true,
      stdio: ['ignore', logFd, logFd],
      cwd: '/',
      env: {
        ...process.env,
        SALLYPORT_HOME: process.env['SALLYPORT_HOME'] === undefined ? undefined : folders.home,
      },
    });
  } finally {
    closeSync(logFd);
  }
  let spawnError: string | undefined;
  child.on('error', (error) => {
    spawnError = error.message;
  });
  child.unref();
  return {
    isRunning: () => spawnError === undefined && child.exitCode === null && child.signalCode === null,
    throwIfFailed: () => {
      if (child.exitCode === 0) return;
      const said = readFileSync(log).subarray(logStart).toString('utf8').trim();
      throw new Fault({
        kind: 'host',
        code: 'engine-not-started',
        message: `the engine did not start: ${spawnError ?? said.replace(/^sallyport: /, '')}`,
        hint: `see ${log}, or run \`sallyport doctor\``,
      });
    },
  };
}

/**
 * One process of the Windows helper and the named pipe that joins it with us.
 *
 * Promises: whatever it guards ends when this end closes, also when this process dies; what it says is bounded and read
 * strictly; the file with its options, which may hold secrets, is gone once it has begun.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../../protocol/index.ts';
import type { ChildOutcome } from '../base/index.ts';

const MAX_LINE_BYTES = 1 << 16;

/** A line of the helper. */
export interface HelperLine {
  readonly type: string;
  /** Of `failed`: what failed, and why. */
  readonly what?: string;
  readonly reason?: string;
  /** Of `started`. */
  readonly uiLimits?: boolean;
}

export interface ContainerHelper {
  /** What it said first that was awaited. */
  readonly first: HelperLine;
  /** Words that it knows: `close`, `kill`, `break`. */
  send(word: 'close' | 'kill' | 'break'): void;
}

export interface ContainerHelperSpec<T extends { readonly finished: Promise<ChildOutcome> }> {
  /** The private folder for the file with the options. */
  readonly folder: string;
  readonly options: string;
  /** The line that is waited for: `held` or `started`. */
  readonly awaited: 'held' | 'started';
  /** Starts the helper with these words after its command. */
  start(words: readonly string[]): T | Promise<T>;
  /** Where the helper connects; a fresh named pipe by default. */
  readonly pipe?: string;
}

/** @throws Fault `host` when the helper ends or fails before it has said what is waited for; nothing runs then. */
export async function startContainerHelper<T extends { readonly finished: Promise<ChildOutcome> }>(
  spec: ContainerHelperSpec<T>,
): Promise<{ readonly helper: ContainerHelper; readonly started: T }> {
  const id = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
  const pipe = spec.pipe ?? `\\\\.\\pipe\\sallyport-${id}`;
  const optionsFile = join(spec.folder, `container-${id}.options`);
  const connected = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    server.close();
    connected.resolve(socket);
  });
  server.maxConnections = 1;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(failure(`its pipe could not be made (${cause.message})`)));
    server.listen(pipe, resolve);
  });
  try {
    writeFileSync(optionsFile, spec.options, { mode: 0o600, flag: 'wx' });
    const started = await spec.start(['--status', pipe, '--options', optionsFile]);
    const ended = started.finished.then((outcome) => {
      throw failure(outcome.kind === 'failed' ? outcome.message : 'it ended at once');
    });
    // It may end long after the race.
    ended.catch(() => undefined);
    const socket = await Promise.race([connected.promise, ended]);
    socket.on('error', () => undefined);
    const first = await Promise.race([readFirst(socket), ended]);
    if (first.type !== spec.awaited)
      throw failure(`${first.what ?? first.type}: ${first.reason ?? 'no reason was given'}`);
    const send = (word: string): void => {
      if (socket.writable) socket.write(`${word}\n`);
    };
    void started.finished.then(() => socket.destroy());
    return { helper: { first, send }, started };
  } finally {
    server.close();
    rmSync(optionsFile, { force: true });
  }
}

/** The first whole line; later ones are read and thrown away, for what follows is known from the process itself. */
function readFirst(socket: Socket): Promise<HelperLine> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      if (text.length <= MAX_LINE_BYTES) text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(parseHelperLine(text.slice(0, end)));
      else if (text.length > MAX_LINE_BYTES) resolve({ type: 'nonsense' });
    });
    socket.on('close', () => resolve({ type: 'nonsense', reason: 'it closed its line' }));
  });
}

/** What a line says; `nonsense` when it is none of the helper's. */
export function parseHelperLine(line: string): HelperLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { type: 'nonsense' };
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string')
    return { type: 'nonsense' };
  const what = 'what' in value && typeof value.what === 'string' ? { what: value.what } : {};
  const reason = 'reason' in value && typeof value.reason === 'string' ? { reason: value.reason } : {};
  const ui = 'uiLimits' in value && typeof value.uiLimits === 'boolean' ? { uiLimits: value.uiLimits } : {};
  return { type: value.type, ...what, ...reason, ...ui };
}

function failure(why: string): Fault {
  return new Fault({
    kind: 'host',
    code: 'container-failed',
    message: `The Windows wall could not be built: ${why}`,
    hint: 'Nothing was run. `sallyport doctor` says what this machine lacks.',
  });
}

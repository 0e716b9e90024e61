import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '../../protocol/index.ts';
import type {
  OutputRequest,
  WriteResult,
  WriterData,
  WriterReply,
  WriterRequest,
} from './writer-messages.ts';

/**
 * The file of the writer thread: beside this file as source (Node strips the types), or the bundle's own entry
 * `engine/journal-writer.js`, from wherever in the bundle this code has landed.
 */
function findWriterFile(): string {
  const here = import.meta.dirname;
  if (import.meta.filename.endsWith('.ts')) return join(here, 'journal-writer.ts');
  const places = ['journal-writer.js', 'engine/journal-writer.js', '../engine/journal-writer.js'];
  const found = places.map((place) => join(here, place)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Fault({
    kind: 'host',
    code: 'installation-incomplete',
    message: `The file engine/journal-writer.js is missing beside ${here}`,
    hint: 'Build or install Sallyport again',
  });
}

const FAILURE_HINTS: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'Free some disk space, then start again',
  SQLITE_BUSY: 'Another program holds the history open for writing: end it, then start again',
  SQLITE_CORRUPT: 'Keep a copy of the file, move it away, and start again with a new one',
  SQLITE_NOTADB: 'The file is not a history: move it away, and start again with a new one',
};

/** What was written; see `WriteResult`. */
export type Written = Pick<Extract<WriteResult, { outcome: 'written' }>, 'texts' | 'sha256'>;

interface Waiting {
  readonly resolve: (written: Written) => void;
  readonly reject: (fault: Fault) => void;
}

/** A request before it has its number. */
type Unnumbered<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;

/** The main thread's end of the writer thread. Requests are answered in the order they were made. */
export interface WriterThread {
  /** Resolves after the commit with what is stored; rejects with a fault when nothing was. */
  write(request: Unnumbered<Exclude<WriterRequest, { kind: 'close' }>>): Promise<Written>;
  close(): Promise<void>;
  readonly failure: Fault | undefined;
}

interface StartWriterOptions {
  readonly file: string;
  /** Called for each stored request, in order, before its promise resolves. */
  readonly onWritten: (texts: readonly string[]) => void;
  readonly onFailure: (fault: Fault) => void;
}

/** Starts the thread and resolves when the file is open and its tables are there. Throws a `host` fault. */
export async function startWriterThread(options: StartWriterOptions): Promise<WriterThread> {
  const { file } = options;
  const waiting = new Map<number, Waiting>();
  let failure: Fault | undefined;
  let isClosed = false;
  let lastId = 0;
  const workerData: WriterData = { file };
  const worker = new Worker(findWriterFile(), { workerData, execArgv: [], stdin: false });
  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();

  const fail = (code: string, reason: string, cause?: unknown): void => {
    if (failure !== undefined || isClosed) return;
    failure = new Fault({
      kind: 'host',
      code: 'history-unwritable',
      message: `The history ${file} cannot be written any more: ${reason}`,
      hint: FAILURE_HINTS[code] ?? 'Nothing can be run without a history: look at the disk, then start again',
      cause,
    });
    ready.reject(failure);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    options.onFailure(failure);
  };
  const settle = (result: WriteResult): void => {
    const entry = waiting.get(result.id);
    waiting.delete(result.id);
    if (result.outcome === 'written') {
      if (result.texts.length > 0) options.onWritten(result.texts);
      entry?.resolve(result);
      return;
    }
    entry?.reject(new Fault({ kind: 'bug', code: 'append-refused', message: result.message }));
  };
  worker.on('message', (reply: WriterReply) => {
    if (reply.kind === 'ready') ready.resolve();
    else if (reply.kind === 'committed') reply.results.forEach(settle);
    else if (reply.kind === 'failed') fail(reply.code, reply.message);
    else isClosed = true;
  });
  worker.on('error', (thrown) =>
    fail('ERROR', thrown instanceof Error ? thrown.message : String(thrown), thrown),
  );
  worker.on('exit', () => {
    fail('ERROR', 'its writer has ended');
    closed.resolve();
  });
  await ready.promise;

  return {
    write(request) {
      if (failure !== undefined) return Promise.reject(failure);
      if (isClosed) return Promise.reject(closedFault(file));
      const id = ++lastId;
      const promise = new Promise<Written>((resolve, reject) => waiting.set(id, { resolve, reject }));
      worker.postMessage({ ...request, id } satisfies WriterRequest, transferablesOf(request));
      return promise;
    },
    async close() {
      if (failure === undefined) worker.postMessage({ kind: 'close', id: ++lastId } satisfies WriterRequest);
      else await worker.terminate();
      await closed.promise;
      isClosed = true;
    },
    get failure() {
      return failure;
    },
  };
}

function closedFault(file: string): Fault {
  return new Fault({ kind: 'bug', code: 'history-closed', message: `The history ${file} is closed` });
}

/** Bytes of output move to the thread without a copy; the capture hands over buffers of its own. */
function transferablesOf(request: Unnumbered<WriterRequest>): ArrayBuffer[] {
  if (request.kind !== 'output') return [];
  const { bytes } = request as Omit<OutputRequest, 'id'>;
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? [bytes.buffer]
    : [];
}
